"""Short ways to make facts, open work, listeners and operations for the tests of decide()."""

from datetime import datetime, timedelta, timezone
from typing import Any

from certdrop.bundle.facts import BundleFacts
from certdrop.deployment.observations import Observation, SeenListener, ServedFacts, ShownCertificate
from certdrop.deployment.operations import LastOperation, Operation, OperationEnd, StepKind
from certdrop.deployment.places import Place, deployment_id
from certdrop.deployment.work import Before, OpenWork, SeenWork

NOW = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
LB = "alb-n5qw04uq8vavfe0000"


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def facts(
    *names: str,
    serial: str = "a",
    key_kind: str = "rsa",
    age_days: int = 1,
    days: int = 90,
    self_signed: bool | None = False,
) -> BundleFacts:
    return BundleFacts(
        kind="server",
        fingerprint=(serial * 64)[:64],
        sha1=(serial * 40)[:40],
        names=tuple(sorted(names or ("shop.example",))),
        key_kind=key_kind,
        not_before=NOW - timedelta(days=age_days),
        not_after=NOW + timedelta(days=days - age_days),
        self_signed=self_signed,
    )


def work(
    bundle: BundleFacts | None = None,
    *,
    slot: str = "default",
    service: str = "alb",
    opened: datetime = NOW - timedelta(minutes=1),
    creates: bool = True,
    cause: str = "0123456789ab-1",
    config: int = 1,
    domains: tuple[str, ...] = (),
    heals: bool = False,
    allow: tuple[str, ...] = (),
    **marks: Any,
) -> SeenWork:
    bundle = bundle or facts()
    place = Place(service=service, load_balancer=LB, port=443, slot=slot)
    document = OpenWork(
        deployment=deployment_id(place, bundle),
        cause=cause,
        drop="shop",
        snapshot="0" * 64,
        config=config,
        target="shop",
        place=place,
        region="cn-hangzhou",
        creates=creates,
        domains=domains,
        heals=heals,
        allow=allow,
        bundle=bundle,
        correlation_id="0123456789ab",
    )
    return SeenWork(document, opened, **marks)


def certificate_id(bundle: BundleFacts) -> str:
    return f"{bundle.fingerprint[0]}-cn-hangzhou"


def shown(bundle: BundleFacts, *, ours: bool = True, status: str = "associated") -> ShownCertificate:
    validity = bundle.not_before, bundle.not_after
    served = ServedFacts(bundle.fingerprint, bundle.names, bundle.key_kind, *validity, bundle.self_signed)
    return ShownCertificate(certificate_id(bundle), status, served, ours, bundle.cas_name)  # type: ignore[arg-type]


def listener(default: BundleFacts | None = None, *additional: BundleFacts, **fields: Any) -> SeenListener:
    return SeenListener(
        listener_id="lsn-o4u54y73wq7b000000",
        status=fields.pop("status", "running"),
        ours=fields.pop("ours", True),
        default=shown(default) if default else None,
        additional=tuple(shown(one) for one in additional),
        **fields,
    )


def seen(listener: SeenListener | None, *imported: BundleFacts, in_cas: bool = True, **fields: Any) -> Observation:
    certificates = {one.fingerprint: certificate_id(one) for one in imported}
    return Observation(listener, certificates, frozenset(certificates) if in_cas else frozenset(), **fields)


def operated(
    step: StepKind,
    *works: SeenWork,
    end: OperationEnd | None = None,
    ended: datetime = NOW - timedelta(seconds=30),
    number: int = 1,
    before: Before | None = None,
    **fields: Any,
) -> LastOperation:
    operation = Operation(
        number=number,
        step=step,
        deployments=tuple(dict.fromkeys(one.deployment for one in works)),
        certificates=fields.pop("certificates", tuple(certificate_id(one.facts) for one in works)),
        before=before or Before(),
        nonce="0" * 32,
        function="create-https-listener",
        **fields,
    )
    return LastOperation(operation, ended - timedelta(seconds=2), end or OperationEnd(request_id="R"), ended)
