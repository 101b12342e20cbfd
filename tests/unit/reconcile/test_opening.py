"""What work a bundle means, and opening it again: tried at once, whatever it failed with before."""

from certdrop.deployment.operations import StallOf
from certdrop.deployment.work import end_of
from certdrop.reconcile.opening import REOPENED, ask_owner, open_again, plan_works
from certdrop.state import keys
from certdrop.state.config import read_config
from certdrop.state.listeners import close_work, read_open_work, record_end, write_stall
from tests.flows.authorities import authority
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import Town, facts_of


def test_a_bundle_means_one_work_for_each_place_that_wants_it(town: Town) -> None:
    clb_twice = (town.target("clb", "first"), town.target("clb", "second"))
    town.targets(town.target(), *clb_twice, town.target(name="other", drops=["other"]))
    config = read_config(town.store())
    assert config

    works = plan_works("shop", "ab" * 32, config, facts_of(bundle()))

    assert [(work.target, work.cause, work.creates) for work in works] == [
        ("shop", "abababababab-1", True),
        ("first", "abababababab-1", True),
    ]


def test_ended_work_is_opened_again_under_a_fresh_cause(town: Town) -> None:
    work = town.open()
    [seen] = read_open_work(town.store(), work.place.listener)
    record_end(town.store(), end_of(seen, "disproved"))
    close_work(town.store(), seen)

    house = town.house()
    again = open_again(house, work)
    ask_owner(house, again)

    assert town.keys("state/open/") == [keys.open_work(work.place.listener, work.deployment, again.cause)]
    assert (again.deployment, len(again.cause), len(again.correlation_id)) == (work.deployment, 32, 12)
    assert again.cause != work.cause
    assert town.messages() == [("listeners", f"listener/{work.place.listener}", 0, 0.0)]


def test_stalled_work_that_is_opened_again_is_tried_at_once_whatever_failed_before(town: Town) -> None:
    town.targets(town.target())
    town.import_to_cas()
    work = town.open()
    town.fault("CreateListener", "NoPermission", status=403, times=3)
    for _ in range(4):
        town.look(work.place.listener)
        town.advance(10)
    stalls = [key for key in town.keys("state/open/") if ".stalled-" in key]
    tried = town.wire.sent.count("CreateListener")

    house = town.house()
    again = open_again(house, work, read_open_work(house.store, work.place.listener))
    town.look(work.place.listener)

    assert (len(stalls), tried) == (1, 3)
    assert town.keys("state/open/") == [keys.open_work(work.place.listener, work.deployment, again.cause)]
    assert town.read(keys.end(work.deployment, work.cause))["code"] == REOPENED
    assert town.mutations() == ["CreateListener"]


def test_a_reader_that_dies_in_between_leaves_nothing_that_a_second_opening_does_not_mend(town: Town) -> None:
    work = town.open()
    write_stall(town.store(), StallOf(read_open_work(town.store(), work.place.listener)[0], "Quota"))
    first = open_again(town.house(), work)  # died before the old cause was ended

    house = town.house()
    second = open_again(house, work, read_open_work(house.store, work.place.listener))

    assert town.keys("state/open/") == [keys.open_work(work.place.listener, work.deployment, second.cause)]
    assert {end["cause"] for end in town.read_all(keys.ends(work.deployment))} == {work.cause, first.cause}


def test_a_bundle_that_must_not_go_without_a_client_ca_opens_that_too_however_long_ago_it_was_dropped(
    town: Town,
) -> None:
    town.targets(town.target("clb", client_ca={"drop": "partners"}))
    town.drop("partners", ca_pem=authority().pem.decode())
    town.look_at_drop("partners")
    [ca] = read_open_work(town.store(), f"clb.{town.clb}.443")
    record_end(town.store(), end_of(ca, "served"))
    close_work(town.store(), ca)
    town.advance(86400)
    town.drop(made=bundle())
    town.look_at_drop()

    works = {one.work.place.slot: one.work for one in read_open_work(town.store(), f"clb.{town.clb}.443")}
    assert set(works) == {"default", "client_ca"}
    assert (works["client_ca"].deployment, works["client_ca"].drop) == (ca.deployment, "partners")
    assert works["client_ca"].cause == works["default"].cause != ca.work.cause
    assert works["client_ca"].client_ca is None


def test_a_client_ca_that_nobody_dropped_yet_is_not_wanted(town: Town) -> None:
    town.targets(town.target("clb", client_ca={"drop": "partners"}))
    town.drop(made=bundle())
    town.look_at_drop()

    assert [one.work.place.slot for one in read_open_work(town.store(), f"clb.{town.clb}.443")] == ["default"]
