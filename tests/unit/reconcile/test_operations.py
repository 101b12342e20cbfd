"""The mutating calls: one a step, to the listener that is meant, with the certificate that is meant."""

import pytest

from certdrop.deployment.cleanup import CAS, Kept, Useless
from certdrop.deployment.operations import Operation, OperationEnd, StepKind
from certdrop.deployment.work import Before, Disproved, OpenWork
from certdrop.reconcile import operations
from certdrop.reconcile.observing import observe_in
from certdrop.reconcile.operations.create_listener import create_listener
from certdrop.reconcile.owners import ASSOCIATE_ADDITIONAL_CERT, JOB_STATUS_POLLER
from certdrop.reconcile.scenes import Scene, client_token
from certdrop.reconcile.usage import with_usage
from certdrop.state import keys
from certdrop.state.retired import retire
from fakecloud.alb.changes import Changes
from fakecloud.faults import Fault
from tests.flows.bundles import Made, bundle
from tests.unit.reconcile.town import Town

OLD, NEW = bundle(month=9), bundle(month=10)
BLOG_OLD, BLOG_NEW = (bundle("blog.example", "news.example", month=month) for month in (9, 10))
SETTLED = 10


def operation(number: int, nonce: str = "n") -> Operation:
    return Operation(
        number=number,
        step=StepKind.ASSOCIATE,
        deployments=("d",),
        certificates=("c",),
        before=Before(),
        nonce=nonce,
        function="f",
    )


def run(town: Town, work: OpenWork, looks: int = 6) -> None:
    """Let both owners look until nothing but the proof is missing."""
    for _ in range(looks):
        for function in ("create-https-listener", ASSOCIATE_ADDITIONAL_CERT):
            town.look(work.place.listener, function)
            town.advance(SETTLED)


def want(town: Town, made: Made, service: str, slot: str = "default", cause: str = "0123456789ab-1") -> OpenWork:
    if not town.keys("state/config/"):
        town.targets(town.target("alb"), town.target("clb", "clb"))
    town.import_to_cas(made)
    return town.open(made, service, slot, cause=cause)


def serve(town: Town, made: Made, service: str, slot: str = "default", cause: str = "0123456789ab-1") -> OpenWork:
    """Bring a bundle to a listener and end its work; nothing answers the handshake, so it ends unproven."""
    work = want(town, made, service, slot, cause)
    run(town, work)
    town.look(work.place.listener, JOB_STATUS_POLLER)
    return work


def test_the_client_token_is_the_same_for_every_retry_of_an_operation_and_another_for_the_next() -> None:
    tokens = [client_token("alb.a.443", operation(number)) for number in (1, 1, 2)]

    assert tokens[0] == tokens[1] != tokens[2]
    assert client_token("alb.a.8443", operation(1)) != tokens[0]
    assert len(tokens[0]) <= 64


def test_a_retry_within_the_operation_makes_one_listener(town: Town) -> None:
    work = want(town, NEW, "alb")
    town.world.faults.add(Fault(action="CreateListener", kind="lost", times=2))

    town.look(work.place.listener)

    bodies = [body for label, body in zip(town.wire.sent, town.wire.bodies, strict=True) if label == "CreateListener"]
    tokens = {part for body in bodies for part in body.split(b"&") if part.startswith(b"ClientToken=")}
    assert len(bodies) == 3
    assert len(tokens) == 1
    town.advance(SETTLED)
    assert len(town.world.alb.tls_listeners()) == 1


def test_a_listener_whose_first_call_still_runs_is_made_once(town: Town) -> None:
    work = want(town, NEW, "alb")
    town.world.faults.add(Fault(action="CreateListener", kind="lost", seconds=60))

    town.look(work.place.listener)

    assert town.read(keys.operation_end(work.place.listener, 1))["code"] == "IdempotenceProcessing"
    town.advance(SETTLED)
    town.look(work.place.listener)
    assert town.mutations().count("CreateListener") == 1
    assert len(town.world.alb.tls_listeners()) == 1


@pytest.mark.parametrize("service", ["alb", "clb"])
def test_the_default_is_replaced_by_its_successor(town: Town, service: str) -> None:
    serve(town, OLD, service)

    serve(town, NEW, service, cause="bbbbbbbbbbbb-1")

    shown = getattr(town.world, service).shown(getattr(town, service), 443)
    assert shown.default.pem.startswith(NEW.certificate.strip())
    assert "UpdateListenerAttribute" in town.mutations() or "SetLoadBalancerHTTPSListenerAttribute" in town.mutations()


def test_a_clb_listener_is_created_and_started_once(town: Town) -> None:
    serve(town, NEW, "clb")

    assert town.mutations() == [
        "UploadServerCertificate",
        "CreateLoadBalancerHTTPSListener",
        "StartLoadBalancerListener",
    ]


def test_extensions_are_created_domain_by_domain_and_set_in_place_for_the_successor(town: Town) -> None:
    serve(town, NEW, "clb")
    serve(town, BLOG_OLD, "clb", "additional")
    first = town.mutations()

    serve(town, BLOG_NEW, "clb", "additional", cause="bbbbbbbbbbbb-1")

    assert first.count("CreateDomainExtension") == 2
    assert town.mutations()[len(first) :] == ["UploadServerCertificate"] + ["SetDomainExtensionAttribute"] * 2


def test_a_disproved_extension_is_set_back(town: Town) -> None:
    serve(town, NEW, "clb")
    serve(town, BLOG_OLD, "clb", "additional")
    work = want(town, BLOG_NEW, "clb", "additional", cause="bbbbbbbbbbbb-1")
    run(town, work)
    last = next(one for one in town.read_all(keys.log(work.place.listener)) if "step" in one)
    mark = {key: last[key] for key in ("certificates", "before", "domain")}
    town.store().put(
        keys.disproved(work.place.listener, work.deployment, work.cause),
        Disproved(operation=last["number"], shown="ff", **mark),
    )

    outcome = town.look(work.place.listener, ASSOCIATE_ADDITIONAL_CERT)

    assert (outcome.fields["step"], outcome.fields["code"]) == ("Restore", "")


def test_a_renamed_target_still_says_how_to_create_its_listener(town: Town) -> None:
    town.targets(town.target(name="renamed"))
    town.import_to_cas(NEW)
    work = town.open(NEW)

    assert town.look(work.place.listener).fields["code"] == ""


def test_a_health_check_that_is_off_is_sent_as_off(town: Town) -> None:
    town.targets(town.target("clb", "clb", listener={"backend_port": 8080, "health_check": "off"}))
    town.import_to_cas(NEW)
    work = town.open(NEW, "clb", target="clb")

    for _ in range(2):
        town.look(work.place.listener)

    [body] = [
        body
        for label, body in zip(town.wire.sent, town.wire.bodies, strict=True)
        if label == "CreateLoadBalancerHTTPSListener"
    ]
    assert b"HealthCheck=off" in body


def test_of_two_targets_at_one_place_the_one_that_opened_the_work_says_how_to_create(town: Town) -> None:
    other = town.world.alb.create_server_group().id
    town.targets(town.target(name="first", listener={"server_group": other}), town.target(name="shop"))
    town.import_to_cas(NEW)
    work = town.open(NEW)

    town.look(work.place.listener)

    assert any(town.group.encode() in body for body in town.wire.bodies)


@pytest.mark.parametrize("config", [True, False])
def test_targets_that_no_longer_say_how_stall_with_the_remedy(town: Town, *, config: bool) -> None:
    if config:
        town.targets(town.target(listener=None))
    town.import_to_cas(NEW)
    work = town.open(NEW)

    town.look(work.place.listener)

    end = town.read(keys.operation_end(work.place.listener, 1))
    assert (end["code"], end["fate"]) == ("target-gone", "stall")
    assert end["remedy"]


@pytest.mark.parametrize("service", ["alb", "clb"])
def test_a_port_conflict_is_observed_and_then_decided_again(
    town: Town, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def after_a_rival(scene: Scene, token: str) -> OperationEnd:
        create_listener(scene, "rival")
        return create_listener(scene, token)

    monkeypatch.setitem(operations._CALLS, StepKind.CREATE_LISTENER, after_a_rival)
    work = want(town, NEW, service)
    run(town, work)

    ends = [one for one in town.read_all(keys.log(work.place.listener)) if "fate" in one]
    assert ends[-1]["fate"] == "adopt"
    assert town.look(work.place.listener).fields["step"] == "Verify"
    assert len(town.world.alb.tls_listeners()) + len(town.world.clb.tls_listeners()) == 1


def test_an_alb_listener_of_ours_that_was_stopped_is_started_to_heal(town: Town) -> None:
    serve(town, NEW, "alb")
    [listener] = town.world.alb.listeners.values()
    town.world.alb.stop_listener(listener.id)
    town.advance(SETTLED)
    work = town.open(NEW, cause="bbbbbbbbbbbb-1", heals=True)

    outcome = town.look(work.place.listener)
    town.advance(SETTLED)

    assert (outcome.fields["step"], outcome.fields["code"]) == ("StartListener", "")
    assert listener.status == "Running"


def test_a_retired_certificate_is_not_chosen_and_its_bundle_is_imported_anew(town: Town) -> None:
    work = want(town, NEW, "alb")
    [entry] = town.world.cas.certificates.values()
    assert retire(town.store(), Useless(Kept(CAS, entry.cert_identifier, "1", entry.name, work.bundle), "expired"))

    assert town.look(work.place.listener).fields["step"] == "Import"
    assert town.mutations() == []


def test_the_additional_certificates_of_an_instance_are_counted_but_not_its_defaults(town: Town) -> None:
    serve(town, NEW, "alb")
    certificate = town.import_to_cas(BLOG_NEW)
    changes = Changes(default_certificate=certificate, server_groups=(town.group,))
    for port in (8443, 9443):
        other, _ = town.world.alb.create_listener(town.alb, "HTTPS", port, changes)
        town.advance(SETTLED)
    town.world.alb.create_listener(town.alb, "HTTP", 80, Changes(server_groups=(town.group,)))
    town.world.alb.associate_additional_certificates_with_listener(other.id, [town.import_to_cas(BLOG_OLD)])
    town.advance(SETTLED)
    listener = town.work().place.listener
    house = town.house()

    usage = with_usage(house, listener, town.world.region, observe_in(house, town.world.region, listener, [])).usage

    assert usage is not None
    assert (usage.here, usage.elsewhere, usage.count) == (0, {8443: 0, 9443: 1}, 1)
