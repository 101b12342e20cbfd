"""Short ways to make what mutual TLS is decided on: servers that ask for a CA, CAs, listeners that have one."""

from dataclasses import replace
from typing import Any

from certdrop.bundle.facts import BundleFacts
from certdrop.deployment.decide import decide
from certdrop.deployment.observations import Observation, SeenAuthority, SeenListener
from certdrop.deployment.operations import Step
from certdrop.deployment.work import RequiredCa, SeenWork
from tests.unit.deployment.builders import NOW, certificate_id, facts, listener, work

SHOP = facts("shop.example", serial="a")
NEWER = facts("shop.example", serial="b", age_days=0)
BLOG = facts("blog.example", serial="c")
IN_CLB: dict[str, Any] = {"service": "clb"}
OF_PARTNERS = RequiredCa(drop="partners")
BY_ID = RequiredCa(certificate_id="77-cn-hangzhou")


def ca(serial: str, *, age_days: int = 1, key_kind: str = "rsa") -> BundleFacts:
    made = facts("ca.example", serial=serial, age_days=age_days, key_kind=key_kind)
    return made.model_copy(update={"kind": "ca", "names": (), "ca_pem": "PEM"})


OLD_CA, NEW_CA = ca("1", age_days=5), ca("2", age_days=1, key_kind="ec")


def server(bundle: BundleFacts = SHOP, required: RequiredCa | None = OF_PARTNERS, **fields: Any) -> SeenWork:
    made = work(bundle, **{**IN_CLB, **fields})
    return replace(made, work=made.work.model_copy(update={"client_ca": required}))


def alb_server(bundle: BundleFacts = SHOP, required: RequiredCa | None = BY_ID, **fields: Any) -> SeenWork:
    return server(bundle, required, service="alb", **fields)


def wanted(bundle: BundleFacts = NEW_CA, drop: str = "partners", **fields: Any) -> SeenWork:
    made = work(bundle, slot="client_ca", **IN_CLB, **fields)
    return replace(made, work=made.work.model_copy(update={"drop": drop}))


def checking(default: BundleFacts, authority: BundleFacts | None, drop: str = "", **fields: Any) -> SeenListener:
    known = SeenAuthority(authority.cas_name, authority, drop) if authority else SeenAuthority("foreign")
    return listener(default, client_ca=certificate_id(authority) if authority else "foreign", authority=known, **fields)


def step_of(view: Observation, *works: SeenWork) -> Step:
    return decide(works, None, view, NOW).step


def codes(view: Observation, *works: SeenWork) -> list[tuple[str, str, str]]:
    """Return (what, fingerprint's digit, code) of the ends and stalls."""
    decision = decide(works, None, view, NOW)
    return [(end.end, end.fingerprint[0], end.code) for end in decision.ends] + [
        ("stalled", stall.work.facts.fingerprint[0], stall.code) for stall in decision.stalls
    ]
