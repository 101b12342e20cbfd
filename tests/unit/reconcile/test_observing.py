"""What a look sees: certdrop's words for what ALB, CLB, CAS and state/ answer."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from certdrop.cloud.alb_answers import AsynJob, ListenerCertificate
from certdrop.cloud.alb_answers import Listener as AlbListener
from certdrop.cloud.cas_models import CasCertificate
from certdrop.cloud.clb_answers import ListenerAttribute, ServerCertificate
from certdrop.deployment.decide import decide
from certdrop.deployment.observations import SeenListener, ShownCertificate
from certdrop.deployment.operations import OperationEnd, StepKind
from certdrop.deployment.places import Listener
from certdrop.reconcile.observing import observe
from certdrop.reconcile.observing_alb import describe_alb, read_alb
from certdrop.reconcile.observing_clb import observe_clb
from certdrop.reconcile.served import describe_entry, served_facts
from certdrop.state.drops import write_bundle
from tests.flows.bundles import bundle
from tests.unit.deployment.builders import NOW, operated, work
from tests.unit.reconcile.alb_answers import alb_listener, certificate, with_alb
from tests.unit.reconcile.town import Town, facts_of

EC = bundle(key="p-256")
OTHER = bundle("other.example", key="p-256", number=1)
PORT = Listener(service="alb", load_balancer="alb-1", port=443)
"""A listener of ALB."""


def see(town: Town, listeners: list[AlbListener], *certificates: ListenerCertificate) -> SeenListener | None:
    house, alb = with_alb(town, listeners, *certificates)
    read = read_alb(alb, PORT)
    return describe_alb(house, read, {}) if read else None


# ALB


def test_where_nothing_listens_there_is_no_listener(town: Town) -> None:
    assert see(town, [alb_listener(ListenerPort=8443)]) is None


def test_a_port_that_speaks_http_is_not_https(town: Town) -> None:
    found = see(town, [alb_listener(ListenerProtocol="HTTP")])

    assert found is not None
    assert not found.https


def test_of_https_and_quic_at_one_port_https_is_the_listener(town: Town) -> None:
    found = see(town, [alb_listener(ListenerProtocol="QUIC", ListenerId="lsn-0"), alb_listener()])

    assert found is not None
    assert found.listener_id == "lsn-1"


@pytest.mark.parametrize(
    ("status", "seen_as"),
    [("Running", "running"), ("Stopped", "stopped"), ("Provisioning", "busy"), ("Configuring", "busy")],
)
def test_the_listeners_status_says_whether_it_takes_changes(town: Town, status: str, seen_as: str) -> None:
    found = see(town, [alb_listener(ListenerStatus=status)])

    assert found is not None
    assert found.status == seen_as


@pytest.mark.parametrize("status", ["Associating", "Dissociating"])
def test_a_listener_one_of_whose_certificates_is_being_changed_is_busy(town: Town, status: str) -> None:
    found = see(town, [alb_listener()], certificate("a", Status=status))

    assert found is not None
    assert (found.status, found.additional[0].status) == ("busy", status.lower())


def test_default_additional_and_ca_certificates_are_told_apart(town: Town) -> None:
    found = see(
        town,
        [alb_listener(Tags=[{"Key": "certdrop", "Value": "managed"}])],
        certificate("d", IsDefault=True, Status=""),
        certificate("a"),
        certificate("c", CertificateType="CA"),
    )

    assert found is not None
    assert found.ours
    assert found.default == ShownCertificate("d")
    assert found.additional == (ShownCertificate("a"),)
    assert found.client_ca == "c"


def test_a_certificate_that_certdrop_imported_is_known_by_its_facts_in_state(town: Town) -> None:
    write_bundle(town.store(), facts_of(EC))
    identifier = town.import_to_cas(EC)

    found = see(town, [alb_listener()], certificate(identifier))

    assert found is not None
    [one] = found.additional
    assert (one.ours, one.label) == (True, facts_of(EC).cas_name)
    assert one.facts is not None
    assert one.facts.fingerprint == EC.fingerprint


def test_a_certificate_that_is_a_wanted_bundle_is_known_without_a_look(town: Town) -> None:
    house, alb = with_alb(town, [alb_listener()], certificate("8"))
    read = read_alb(alb, PORT)
    assert read

    [one] = describe_alb(house, read, {"8": facts_of(EC)}).additional

    assert (one.facts, one.ours, one.label) == (served_facts(facts_of(EC)), True, facts_of(EC).cas_name)
    assert town.wire.sent == []


def test_a_certificate_of_somebody_else_is_known_by_what_cas_tells(town: Town) -> None:
    identifier = town.import_to_cas(EC, "mine")

    found = see(town, [alb_listener()], certificate(identifier))

    assert found is not None
    [one] = found.additional
    assert not one.ours
    assert one.facts is not None
    assert one.facts.fingerprint == facts_of(EC).sha1


# jobs


@pytest.mark.parametrize(
    ("jobs", "status"),
    [
        ([{"Id": "J", "Status": "Processing"}], "processing"),
        ([{"Id": "J", "Status": "Succeeded"}], "succeeded"),
        ([{"Id": "other", "Status": "Failed"}, {"Id": "J", "Status": "Failed", "ErrorCode": "E"}], "failed"),
        ([{"Id": "other", "Status": "Failed"}], None),
        ([], None),
    ],
)
def test_the_last_operations_job_is_found_by_its_id(town: Town, jobs: list[dict[str, str]], status: str | None) -> None:
    alb = SimpleNamespace(
        list_listeners=lambda load_balancer: [],
        list_asyn_jobs=lambda ids: [AsynJob.model_validate(one) for one in jobs],
    )
    cloud = SimpleNamespace(alb=lambda region: alb, cas=SimpleNamespace(find_certificate=lambda name: None))
    last = operated(StepKind.CREATE_LISTENER, work(), end=OperationEnd(job_id="J"))

    found = observe(replace(town.house(), cloud=cloud), PORT, [work()], last)  # type: ignore[arg-type]

    assert (found.job and found.job.status) == status


def test_while_the_last_operations_job_runs_nothing_else_is_asked(town: Town) -> None:
    alb = SimpleNamespace(list_asyn_jobs=lambda ids: [AsynJob.model_validate({"Id": "J", "Status": "Processing"})])
    cloud = SimpleNamespace(alb=lambda region: alb)
    last = operated(StepKind.CREATE_LISTENER, work(), end=OperationEnd(job_id="J"))

    found = observe(replace(town.house(), cloud=cloud), PORT, [work()], last)  # type: ignore[arg-type]

    assert (found.listener, found.certificates) == (None, {})
    assert decide([work()], last, found, NOW).step.kind is StepKind.WAIT


@pytest.mark.parametrize(("status", "asked"), [("Processing", 3), ("Succeeded", 1), ("Failed", 1)])
def test_a_job_is_asked_for_until_it_is_over(town: Town, status: str, asked: int) -> None:
    ids: list[str] = []

    def list_asyn_jobs(wanted: list[str]) -> list[AsynJob]:
        ids.extend(wanted)
        return [AsynJob.model_validate({"Id": "J", "Status": status})]

    alb = SimpleNamespace(list_listeners=lambda load_balancer: [], list_asyn_jobs=list_asyn_jobs)
    cloud = SimpleNamespace(alb=lambda region: alb, cas=SimpleNamespace(find_certificate=lambda name: None))
    last = operated(StepKind.CREATE_LISTENER, work(), end=OperationEnd(job_id="J"))
    found = {
        observe(replace(town.house(), cloud=cloud), PORT, [work()], last).job  # type: ignore[arg-type]
        for _ in range(3)
    }

    assert [job and job.status for job in found] == [status.lower()]
    assert len(ids) == asked


# CAS


@pytest.mark.parametrize(
    ("name", "finger_print"),
    [("mine", facts_of(EC).sha1), ("certdrop-", facts_of(EC).sha1), (facts_of(EC).cas_name, "0" * 40)],
    ids=["a foreign name", "too short a name", "another fingerprint"],
)
def test_facts_in_state_count_only_for_ones_own_names_and_the_same_fingerprint(
    town: Town, name: str, finger_print: str
) -> None:
    write_bundle(town.store(), facts_of(EC))
    entry = CasCertificate(certificate_id=1, cert_identifier="1-cn", certificate_name=name, finger_print=finger_print)

    assert describe_entry(town.house(), entry).facts is None


# CLB


def clb_of(ports: dict[int, set[str]], *certificates: ServerCertificate, **shown_fields: Any) -> Any:
    attribute = ListenerAttribute(listener_port=443, **{"status": "running", **shown_fields})
    return SimpleNamespace(
        describe_server_certificates=lambda: list(certificates),
        describe_load_balancer_attribute=lambda load_balancer: SimpleNamespace(protocols=ports, address="192.0.2.1"),
        describe_load_balancer_https_listener_attribute=lambda load_balancer, port: attribute,
    )


def test_a_clb_port_that_speaks_http_is_not_https(town: Town) -> None:
    found = observe_clb(town.house(), clb_of({443: {"http"}}), PORT, []).listener

    assert found is not None
    assert not found.https


@pytest.mark.parametrize(
    ("status", "seen_as"),
    [("running", "running"), ("Stopped", "stopped"), ("starting", "busy"), ("configuring", "busy")],
)
def test_the_clb_listeners_status_says_whether_it_takes_changes(town: Town, status: str, seen_as: str) -> None:
    found = observe_clb(town.house(), clb_of({443: {"https"}}, status=status), PORT, []).listener

    assert found is not None
    assert (found.status, found.default) == (seen_as, None)


def test_a_clb_certificate_that_tells_neither_names_nor_end_is_not_known(town: Town) -> None:
    bare = ServerCertificate(server_certificate_id="s", server_certificate_name="hers", fingerprint="ff")

    found = observe_clb(town.house(), clb_of({443: {"https"}}, bare, server_certificate_id="s"), PORT, []).listener

    assert found is not None
    assert found.default == ShownCertificate("s", facts=None, ours=False, label="hers")


def test_a_clb_certificate_that_is_not_listed_is_not_known(town: Town) -> None:
    found = observe_clb(town.house(), clb_of({443: {"https"}}, server_certificate_id="s"), PORT, []).listener

    assert found is not None
    assert found.default == ShownCertificate("s")


def test_a_clb_certificate_of_somebody_else_is_known_by_common_name_and_end(town: Town) -> None:
    theirs = ServerCertificate(server_certificate_id="s", common_name="shop.example", fingerprint="ff", expire_time=NOW)

    found = observe_clb(town.house(), clb_of({443: {"https"}}, theirs, server_certificate_id="s"), PORT, []).listener

    assert found is not None
    assert found.default is not None
    assert found.default.facts is not None
    assert (found.default.facts.names, found.default.facts.not_before) == (("shop.example",), None)


def test_a_clb_listener_is_told_with_the_address_of_its_load_balancer(town: Town) -> None:
    found = observe_clb(town.house(), clb_of({443: {"https"}}), PORT, []).listener

    assert found is not None
    assert found.address == "192.0.2.1"
