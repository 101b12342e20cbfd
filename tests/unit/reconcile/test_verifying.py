"""Rule 7: the handshake decides; another certificate is doubted after ten minutes, restored, and disproved."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from certdrop.bundle.facts import KeyKind
from certdrop.deployment.steps import QUIET
from certdrop.deployment.work import OpenWork, SeenWork
from certdrop.deployment.work import end_of as decided_end
from certdrop.reconcile.house import Handshake
from certdrop.reconcile.owners import ASSOCIATE_ADDITIONAL_CERT
from certdrop.state import keys
from certdrop.state.drops import write_bundle
from certdrop.state.listeners import open_work, record_end
from tests.flows.bundles import Made, bundle
from tests.unit.reconcile.town import NOON, Town, facts_of

OLD = bundle(key="p-256", month=9)
NEW = bundle(key="p-256", month=10)
BLOG = bundle("blog.example", "*.blog.example", key="p-256", number=1)
FOREIGN = "f" * 64
SETTLED = 10


@dataclass
class Server:
    """What the load balancers show: a fingerprint by server name and kind of key, else the fallback."""

    fallback: str = FOREIGN
    shown: dict[tuple[str | None, KeyKind | None], str] = field(default_factory=dict)
    asked: list[tuple[str, int, str | None, KeyKind | None]] = field(default_factory=list)

    def __call__(self, host: str, port: int, name: str | None, kind: KeyKind | None) -> Handshake:
        self.asked.append((host, port, name, kind))
        return Handshake(self.shown.get((name, kind), self.fallback))


@pytest.fixture
def server(town: Town) -> Server:
    """The data plane of a town, which at first shows a foreign certificate."""
    town.dial = made = Server()
    return made


def serve(town: Town, made: Made, slot: str = "default", **fields: Any) -> OpenWork:
    """Bring a bundle to where only the proof is missing."""
    if not town.keys("state/config/"):
        town.targets(town.target())
    town.import_to_cas(made)
    write_bundle(town.store(), facts_of(made))
    work = town.open(made, slot=slot, **fields)
    function = ASSOCIATE_ADDITIONAL_CERT if slot == "additional" else "create-https-listener"
    town.advance(QUIET.total_seconds() if slot == "additional" else 0)
    town.look(work.place.listener, function)
    town.advance(SETTLED)
    return work


def end_of(town: Town, work: OpenWork) -> dict[str, str]:
    found: dict[str, str] = town.read(keys.end(work.deployment, work.cause))
    return found


def test_ours_ends_as_served(town: Town, server: Server) -> None:
    work = serve(town, NEW)
    server.fallback = NEW.fingerprint

    town.tick()

    assert (end_of(town, work)["end"], end_of(town, work)["code"]) == ("served", "")
    assert town.keys("state/open/") == []
    assert [(port, name) for _, port, name, _ in server.asked] == [(443, None)]


def test_an_end_that_was_written_before_is_not_told_again_and_its_open_key_goes(town: Town, server: Server) -> None:
    work = serve(town, NEW)
    server.fallback = NEW.fingerprint
    record_end(town.store(), decided_end(SeenWork(work, NOON), "served"))

    town.tick()

    assert "deployment-served" not in town.log.events()
    assert town.keys("state/open/") == []


def test_not_reached_ends_as_served_unproven_with_the_reason(town: Town) -> None:
    work = serve(town, NEW)

    town.tick()

    end = end_of(town, work)
    assert (end["end"], end["code"]) == ("served", "unproven")
    assert end["message"].endswith(":443 was not reached: Connection refused")


def test_another_certificate_is_only_looked_at_again_in_the_first_ten_minutes(town: Town, server: Server) -> None:
    work = serve(town, NEW)
    town.advance(600 - SETTLED)
    town.tick()
    marked_early = [key for key in town.keys("state/open/") if "disproved" in key]
    town.advance(1)
    town.tick()

    assert marked_early == []
    assert town.keys("state/open/")[0] == keys.disproved(work.place.listener, work.deployment, work.cause)


def test_the_mark_says_what_was_shown_and_what_the_operation_did(town: Town, server: Server) -> None:
    work = serve(town, NEW)
    town.advance(601)
    town.tick()

    mark = town.read(keys.disproved(work.place.listener, work.deployment, work.cause))

    assert (mark["operation"], mark["shown"], len(mark["certificates"])) == (1, FOREIGN, 1)


def test_the_work_stays_open_with_its_mark_and_then_the_default_is_restored_and_disproved(
    town: Town, server: Server
) -> None:
    old = serve(town, OLD)
    server.fallback = OLD.fingerprint
    town.tick()
    new = serve(town, NEW, cause="bbbbbbbbbbbb-1")
    town.advance(601)
    town.tick()
    marked = town.keys("state/open/")
    asked = town.look(new.place.listener, ASSOCIATE_ADDITIONAL_CERT).fields
    restored = town.look(new.place.listener).fields
    town.advance(SETTLED)
    town.look(new.place.listener)

    assert len(marked) == 2
    assert (asked["step"], asked["owner"]) == ("Restore", "create-https-listener")
    assert (restored["step"], restored["code"]) == ("Restore", "")
    shown = town.world.alb.shown(town.alb, 443)
    assert shown is not None
    assert shown.default.pem.startswith(OLD.certificate.strip())
    assert end_of(town, old)["end"] == "served"
    assert (end_of(town, new)["end"], end_of(town, new)["code"]) == ("disproved", "another-certificate-served")
    assert OLD.fingerprint in end_of(town, new)["message"]
    assert town.keys("state/open/") == []
    assert "deployment-disproved" in town.log.events()


def test_with_nothing_before_there_is_nothing_to_restore_and_it_ends_as_disproved(town: Town, server: Server) -> None:
    work = serve(town, NEW)
    town.advance(601)
    town.tick()
    town.look(work.place.listener)

    assert end_of(town, work)["end"] == "disproved"
    assert town.mutations() == ["CreateListener"]


def test_disproved_work_is_tried_again_only_for_a_new_snapshot_or_a_redrive(town: Town, server: Server) -> None:
    work = serve(town, NEW)
    town.advance(601)
    town.tick()
    town.look(work.place.listener)

    assert not open_work(town.store(), work)
    assert not open_work(town.store(), work.model_copy(update={"cause": "0123456789ab-2"}))
    assert open_work(town.store(), work.model_copy(update={"cause": "ba9876543210-2"}))


def test_a_mark_for_work_that_another_operation_followed_is_found_back_in_the_log(town: Town, server: Server) -> None:
    server.fallback = NEW.fingerprint
    default = serve(town, NEW)
    serve(town, BLOG, "additional")
    server.fallback = FOREIGN
    server.shown = {("blog.example", None): BLOG.fingerprint, ("certdrop-probe.blog.example", None): BLOG.fingerprint}
    town.advance(601)
    town.tick()

    assert town.read(keys.disproved(default.place.listener, default.deployment, default.cause))["operation"] == 1


def test_what_nobody_put_has_an_empty_mark_and_is_not_restored(town: Town, server: Server) -> None:
    first = serve(town, NEW)
    server.fallback = NEW.fingerprint
    town.tick()
    for key in town.keys(keys.log(first.place.listener)):
        del town.bucket.objects[key]
    server.fallback = FOREIGN
    work = town.open(NEW, cause="bbbbbbbbbbbb-1")
    town.advance(601)
    town.tick()
    mark = town.read(keys.disproved(work.place.listener, work.deployment, work.cause))
    town.look(work.place.listener)

    assert (mark["operation"], mark["certificates"]) == (0, [])
    assert end_of(town, work)["end"] == "disproved"


# what is asked


def test_additional_certificates_are_asked_for_by_each_name_and_a_wildcard_by_a_probe(
    town: Town, server: Server
) -> None:
    server.fallback = NEW.fingerprint
    serve(town, NEW)
    town.tick()
    server.asked.clear()
    server.fallback = BLOG.fingerprint
    serve(town, BLOG, "additional")

    town.tick()

    assert [name for _, _, name, _ in server.asked] == ["certdrop-probe.blog.example", "blog.example"]


def test_the_first_name_that_shows_another_certificate_is_the_answer(town: Town, server: Server) -> None:
    server.fallback = NEW.fingerprint
    serve(town, NEW)
    town.tick()
    work = serve(town, BLOG, "additional")
    server.fallback = FOREIGN
    server.shown = {("certdrop-probe.blog.example", None): BLOG.fingerprint}
    town.advance(601)

    town.tick()

    mark = town.read(keys.disproved(work.place.listener, work.deployment, work.cause))
    assert (mark["server_name"], mark["shown"]) == ("blog.example", FOREIGN)


def test_rsa_and_ec_of_one_name_live_side_by_side_and_each_is_asked_for_by_its_kind(town: Town, server: Server) -> None:
    work = serve(town, NEW)
    server.shown = {(None, "ec"): NEW.fingerprint}

    town.tick()

    assert end_of(town, work)["end"] == "served"
    assert [kind for _, _, _, kind in server.asked] == [None, "ec"]


def test_a_server_without_that_kind_of_key_shows_another(town: Town, server: Server) -> None:
    work = serve(town, NEW)

    def dial(host: str, port: int, name: str | None, kind: KeyKind | None) -> Handshake:
        if kind:
            raise OSError(1, "handshake failure")
        return Handshake(FOREIGN)

    town.dial = dial
    town.tick()

    assert town.keys("state/open/") == [keys.open_work(work.place.listener, work.deployment, work.cause)]


def test_an_address_that_is_not_known_just_now_leaves_the_work_open(town: Town, server: Server) -> None:
    work = serve(town, NEW)
    town.fault("GetLoadBalancerAttribute", "ServiceUnavailable")
    town.tick()

    assert "address-unknown" in town.log.events()
    assert town.keys("state/open/") == [keys.open_work(work.place.listener, work.deployment, work.cause)]


def test_an_address_that_may_not_be_asked_for_stalls_the_work(town: Town, server: Server) -> None:
    work = serve(town, NEW)
    town.fault("GetLoadBalancerAttribute", "NoPermission", status=403)
    town.tick()

    assert town.read(keys.stalled(work.place.listener, work.deployment, 1))["code"] == "NoPermission"
