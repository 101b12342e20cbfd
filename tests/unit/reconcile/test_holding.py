"""What open work wants, and what may be put back for it, is not deleted."""

import pytest

from certdrop.deployment.cleanup import CAS, Kept
from certdrop.deployment.operations import Operation, StepKind
from certdrop.deployment.work import Before, Disproved, OpenWork
from certdrop.reconcile.holding import Held, find_held
from certdrop.state.listeners import begin_operation, read_open_work, write_disproved
from tests.flows.bundles import bundle
from tests.unit.reconcile.stock import GRACE, OLD, clean_now, in_cas, keep, marks, renew, retire
from tests.unit.reconcile.town import Town, facts_of

EC = bundle(key="p-256")


def held(town: Town) -> Held:
    return find_held(town.house())


def begin(town: Town, work: OpenWork, number: int, put: str, before: str = "") -> None:
    operation = Operation(
        number=number,
        step=StepKind.REPLACE_DEFAULT,
        deployments=(work.deployment,),
        certificates=(put,),
        before=Before(default=before),
        nonce="n",
        function="f",
    )
    assert begin_operation(town.store(), work.place.listener, operation)


def test_with_nothing_open_nothing_is_held(town: Town) -> None:
    assert held(town) == Held()


def test_the_bundle_of_open_work_is_held(town: Town) -> None:
    town.open(EC)

    assert held(town) == Held(bundles={EC.fingerprint})


def test_what_a_disproved_work_put_and_would_put_back_is_held(town: Town) -> None:
    work = town.open(EC, "clb")
    [seen] = read_open_work(town.store(), work.place.listener)
    before = Before(default="d", additional=("a",), client_ca="", extensions={"x.example": "e"})
    write_disproved(town.store(), seen, Disproved(operation=1, shown="ff", certificates=("new",), before=before))

    assert held(town).certificates == {"d", "a", "e", "new"}


def test_what_operations_replaced_since_the_work_was_opened_is_held_and_nothing_before(town: Town) -> None:
    begin(town, town.work(EC), 1, "older", before="oldest")
    town.advance(60)
    work = town.open(EC)
    begin(town, work, 2, "newer", before="older-2")
    town.put(f"state/listeners/{work.place.listener}/9999999997.end.json", "junk")

    assert held(town).certificates == {"newer", "older-2"}


def test_an_operation_that_vanishes_while_it_is_read_holds_nothing(town: Town) -> None:
    work = town.open(EC)
    begin(town, work, 1, "new")
    town.start_instance()
    [log] = town.keys(f"state/listeners/{work.place.listener}/")
    town.on_sight(f"LIST state/listeners/{work.place.listener}/", "after", lambda: town.bucket.objects.pop(log))

    assert held(town).certificates == set()


def test_a_left_over_stall_and_a_foreign_key_hold_nothing(town: Town) -> None:
    stall = f"state/open/alb.{town.alb}.8443/{'d' * 32}.stalled-1.json"
    town.put(stall, "{}")
    town.put("state/open/clb-certificates.cn-hangzhou/x", "{}")

    assert held(town) == Held()
    assert town.keys(stall) == [stall]


@pytest.mark.parametrize("moment", ["before it is retired", "before it is deleted"])
def test_a_certificate_that_somebody_wants_again_is_not_deleted(town: Town, moment: str) -> None:
    renew(town)
    if moment == "before it is retired":
        clean_now(town)
        town.open(OLD)
        town.advance(GRACE)
        clean_now(town)
        assert marks(town) == (1, 0)
    else:
        retire(town)
        [slip] = town.keys("state/retired/cas/")
        work = town.open(OLD)
        begin(town, work, 1, slip.rsplit("/", 1)[1].removesuffix(".json"))
        town.advance(660)
        clean_now(town)
    assert OLD.fingerprint in in_cas(town)


def test_a_kept_certificate_is_held_by_its_bundle_or_its_id(town: Town) -> None:
    one = Kept(CAS, keep(town, OLD), "1", "n", facts_of(OLD))

    assert Held(bundles={OLD.fingerprint}).holds(one)
    assert Held(certificates={one.certificate_id}).holds(one)
    assert not Held(bundles={EC.fingerprint}, certificates={"x"}).holds(one)
