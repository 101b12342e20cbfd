"""Which certificates at CAS and CLB are certdrop's to delete, where they are looked for, and what it costs."""

from typing import Any

import pytest

from certdrop.bundle.facts import BundleFacts
from certdrop.bundle.judging import DropFile, judge
from certdrop.cloud.cas import Cas
from certdrop.deployment.cleanup import CAS
from certdrop.reconcile.owners import JOB_STATUS_POLLER
from certdrop.reconcile.scenes import TAG
from certdrop.reconcile.shelves import OutOfTimeError, find_regions, list_shelves
from certdrop.state.config import read_config
from certdrop.state.drops import Verdict, write_bundle, write_verdict
from certdrop.state.served import note_served
from fakecloud.authority import Issued
from fakecloud.clb.certificates import Label
from tests.flows.authorities import authority
from tests.flows.bundles import bundle
from tests.unit.reconcile.stock import NEW, OLD, clean_now, copy_to_clb, keep, marks
from tests.unit.reconcile.town import NOON, Town, facts_of

REGION = "cn-hangzhou"


def kept(town: Town) -> list[tuple[str, str, bool]]:
    """Return (shelf, fingerprint, has copies) of what is certdrop's."""
    found = list_shelves(town.house(JOB_STATUS_POLLER), [REGION])
    return [(one.shelf, one.facts.fingerprint, one.has_copies) for one in found]


def regions(town: Town) -> list[str]:
    house = town.house(JOB_STATUS_POLLER)
    config = read_config(house.store)
    assert config
    return find_regions(house, config)


def test_what_certdrop_imported_is_listed_and_the_original_of_a_copy_bears_that(town: Town) -> None:
    keep(town, OLD)
    keep(town, NEW)
    copy_to_clb(town, NEW)

    assert set(kept(town)) == {
        (f"clb.{REGION}", NEW.fingerprint, False),
        (CAS, OLD.fingerprint, False),
        (CAS, NEW.fingerprint, True),
    }


def test_what_is_named_otherwise_is_somebody_elses(town: Town) -> None:
    keep(town, OLD)
    town.import_to_cas(NEW, "by-hand")

    assert kept(town) == [(CAS, OLD.fingerprint, False)]


def test_a_name_of_ours_on_another_certificate_makes_it_not_ours(town: Town) -> None:
    write_bundle(town.store(), facts_of(OLD))
    town.import_to_cas(NEW, facts_of(OLD).cas_name)

    assert kept(town) == []


def test_a_bundle_whose_facts_are_gone_is_nobodys(town: Town) -> None:
    town.import_to_cas(OLD)

    assert kept(town) == []


def test_a_copy_at_clb_without_certdrops_tag_is_somebody_elses_and_keeps_its_original(town: Town) -> None:
    keep(town, NEW)
    copy_to_clb(town, NEW, tags=(("team", "shop"),))

    assert kept(town) == [(CAS, NEW.fingerprint, True)]


@pytest.mark.parametrize(("products", "is_kept"), [((), True), (("ALB", "CLB", "SLB"), True), (("ALB", "CDN"), False)])
def test_a_certificate_that_another_product_uses_is_left_alone(
    town: Town, monkeypatch: pytest.MonkeyPatch, products: tuple[str, ...], *, is_kept: bool
) -> None:
    keep(town, OLD)
    real = Cas.list_certificates

    def used(cas: Cas, *asked: Any) -> Any:
        return [one.model_copy(update={"using_product_list": products}) for one in real(cas, *asked)]

    monkeypatch.setattr(Cas, "list_certificates", used)

    assert bool(kept(town)) is is_kept


def test_the_facts_of_a_bundle_are_read_once_in_an_instances_life(town: Town) -> None:
    keep(town, OLD)
    town.start_instance()
    for _ in range(3):
        kept(town)

    assert [label for label in town.wire.sent if label.startswith("GET state/bundles/")] == [
        f"GET state/bundles/{facts_of(OLD).fingerprint[:16]}.json"
    ]


def test_facts_that_there_is_no_time_to_read_are_read_in_the_next_minute(town: Town) -> None:
    town.targets(town.target(), cleanup="superseded")
    keep(town, OLD)
    town.on_sight("ListCertificates", "after", lambda: setattr(town, "time_left", 11.0))
    first = clean_now(town)
    due = town.memory.cleaning.due

    with pytest.raises(OutOfTimeError):
        kept(town)
    assert (first, due) == ({"cleaning": 1}, town.world.clock.now())
    town.time_left = 60.0
    clean_now(town)
    assert marks(town) == (0, 0)


def test_regions_are_those_of_the_targets_and_of_what_is_still_served(town: Town) -> None:
    town.targets(town.target())
    note_served(town.store(), town.work(bundle()).model_copy(update={"region": "cn-beijing"}))
    town.put("state/served/alb.alb-x.443/default.json", "junk")

    assert regions(town) == ["cn-beijing", REGION]
    before = len(town.wire.sent)
    assert regions(town) == ["cn-beijing", REGION]
    assert [label for label in town.wire.sent[before:] if f"GET state/served/alb.{town.alb}" in label] == []


def test_without_time_what_is_served_elsewhere_is_not_forgotten_but_read_later(town: Town) -> None:
    town.targets(town.target())
    note_served(town.store(), town.work(bundle()).model_copy(update={"region": "cn-beijing"}))
    town.time_left = 11.0

    with pytest.raises(OutOfTimeError):
        regions(town)


# client CAs


def keep_authority(town: Town, issued: Issued, tags: tuple[tuple[str, str], ...] = (TAG,)) -> BundleFacts:
    """Let CLB keep a client CA of certdrop's."""
    judged = judge([DropFile("ca.pem", issued.pem)], validation_time=NOON).bundle
    assert judged
    write_bundle(town.store(), judged.facts)
    label = Label(judged.facts.cas_name, tags=tags)
    town.world.clb.certificates.upload_ca_certificate(REGION, issued.pem.decode(), label)
    return judged.facts


def accept(town: Town, drop: str, facts: BundleFacts, snapshot: str) -> None:
    """Let a drop have been accepted as a client CA."""
    said = {"kind": "ca", "fingerprint": facts.fingerprint}
    write_verdict(town.store(), Verdict(drop=drop, snapshot=snapshot * 64, config=1, verdict="accepted", **said))


def drops_of(town: Town, *trusted: str) -> dict[str, tuple[str, ...]]:
    """Return the drops that each client CA at CLB is of."""
    found = list_shelves(town.house(JOB_STATUS_POLLER), [REGION], trusted)
    return {one.facts.fingerprint: one.drops for one in found if one.facts.kind == "ca"}


def test_of_several_client_cas_at_clb_it_is_told_which_drops_they_are_of(town: Town) -> None:
    old, new = (keep_authority(town, authority(month=month)) for month in (8, 9))
    other = keep_authority(town, authority("Strangers", number=202))
    accept(town, "partners", old, "1")
    accept(town, "partners", new, "2")
    accept(town, "friends", new, "3")
    accept(town, "untrusted", other, "4")
    write_verdict(town.store(), Verdict(drop="partners", snapshot="5" * 64, config=1, verdict="refused"))

    assert drops_of(town, "friends", "partners") == {
        old.fingerprint: ("partners",),
        new.fingerprint: ("friends", "partners"),
        other.fingerprint: (),
    }


def test_a_client_ca_that_is_alone_at_its_clb_is_superseded_by_none_and_no_verdict_is_read(town: Town) -> None:
    only = keep_authority(town, authority())
    keep_authority(town, authority("Theirs", number=203), tags=())
    accept(town, "partners", only, "1")
    before = len(town.wire.sent)

    assert drops_of(town, "partners") == {only.fingerprint: ()}
    assert [label for label in town.wire.sent[before:] if "state/drops/" in label] == []


def test_without_time_the_drops_of_client_cas_are_read_later(town: Town) -> None:
    for month in (8, 9):
        keep_authority(town, authority(month=month))
    assert len(drops_of(town)) == 2  # the instance knows their facts now
    town.time_left = 11.0

    with pytest.raises(OutOfTimeError):
        drops_of(town, "partners")
