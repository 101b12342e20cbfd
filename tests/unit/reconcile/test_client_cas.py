"""The client CA of a listener: imported and set before anything goes without it, proved, set back when disproved."""

from dataclasses import dataclass
from typing import Any

import pytest

from certdrop.bundle.facts import BundleFacts, KeyKind
from certdrop.bundle.judging import DropFile, judge
from certdrop.deployment.places import Place, deployment_id
from certdrop.deployment.work import Disproved, OpenWork, RequiredCa
from certdrop.reconcile.house import Handshake
from certdrop.state import keys
from certdrop.state.drops import write_bundle
from certdrop.state.listeners import open_work
from fakecloud.authority import Issued
from tests.flows.authorities import authority
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import NOON, Town

SETTLED = 10
OLD, NEW = authority(month=9), authority("Partners", number=201, month=10)


@dataclass
class Server:
    """A listener that shows the shop's certificate, and asks for the client's or not."""

    asks: bool = True

    def __call__(self, host: str, port: int, name: str | None, kind: KeyKind | None) -> Handshake:
        return Handshake(bundle().fingerprint, asks_client=self.asks)


@pytest.fixture
def server(town: Town) -> Server:
    town.dial = made = Server()
    return made


def facts_of_ca(issued: Issued) -> BundleFacts:
    judged = judge([DropFile("ca.pem", issued.pem)], validation_time=NOON).bundle
    assert judged is not None
    return judged.facts


def serve(town: Town, service: str = "clb", **fields: Any) -> OpenWork:
    """Bring the shop's certificate to a listener and prove it."""
    town.targets(town.target(service, **fields.pop("target", {})))
    town.import_to_cas()
    work = town.open(service=service, **fields)
    look(town, work)
    town.tick()
    return work


def look(town: Town, work: OpenWork, looks: int = 5) -> None:
    """Let the owner look until nothing but the proof is missing."""
    for _ in range(looks):
        town.look(work.place.listener)
        town.advance(SETTLED)


def want(town: Town, issued: Issued, cause: str = "aaaaaaaaaaaa-1") -> OpenWork:
    """Open the work of a client CA at the CLB listener."""
    facts = facts_of_ca(issued)
    place = Place(service="clb", load_balancer=town.clb, port=443, slot="client_ca")
    changes = {"deployment": deployment_id(place, facts), "place": place, "bundle": facts, "cause": cause}
    work = town.work(service="clb", drop="partners", creates=False).model_copy(update=changes)
    write_bundle(town.store(), facts)
    assert open_work(town.store(), work)
    return work


def checked_against(town: Town) -> str | None:
    shown = town.world.clb.shown(town.clb, 443)
    assert shown
    return shown.client_ca_pem


def end_of(town: Town, work: OpenWork) -> tuple[str, str]:
    end = town.read(keys.end(work.deployment, work.cause))
    return end["end"], end["code"]


def test_a_ca_is_imported_once_set_and_proved_by_the_request_for_the_clients_certificate(
    town: Town, server: Server
) -> None:
    serve(town)
    before = len(town.mutations())

    work = want(town, OLD)
    look(town, work)
    town.tick()

    assert town.mutations()[before:] == ["UploadCACertificate", "SetLoadBalancerHTTPSListenerAttribute"]
    assert checked_against(town) == OLD.pem.decode()
    assert end_of(town, work)[0] == "served"


def test_a_listener_that_asks_for_no_certificate_is_doubted_and_its_former_ca_set_back(
    town: Town, server: Server
) -> None:
    serve(town)
    look(town, want(town, OLD))
    town.tick()
    work = want(town, NEW, cause="bbbbbbbbbbbb-1")
    look(town, work)
    server.asks = False

    town.advance(600)
    town.tick()

    mark = Disproved.model_validate(town.read(keys.disproved(work.place.listener, work.deployment, work.cause)))
    assert mark.shown == "no request for the client's certificate"
    assert town.look(work.place.listener).fields["step"] == "Restore"
    town.advance(SETTLED)
    assert checked_against(town) == OLD.pem.decode()


def test_a_listener_that_is_not_reached_is_served_unproven(town: Town) -> None:
    serve(town)
    work = want(town, OLD)
    look(town, work)

    town.tick()

    assert end_of(town, work) == ("served", "unproven")


def test_an_alb_listener_gets_the_ca_of_its_id_before_its_new_default(town: Town, server: Server) -> None:
    serve(town, "alb")
    identifier = town.world.alb.create_ca_certificate(OLD.pem.decode()).id
    newer = bundle(month=11)
    town.targets(town.target(client_ca={"certificate_id": identifier}), number=2)
    town.import_to_cas(newer)
    before = len(town.mutations())

    work = town.open(newer, cause="bbbbbbbbbbbb-2", client_ca=RequiredCa(certificate_id=identifier))
    town.look(work.place.listener)
    town.advance(SETTLED)
    [listener] = town.world.alb.listeners.values()

    assert listener.settings.client_ca
    assert (listener.settings.client_ca.id, listener.settings.ca_enabled) == (identifier, True)
    look(town, work, looks=1)
    assert town.mutations()[before:] == ["UpdateListenerAttribute"] * 2
