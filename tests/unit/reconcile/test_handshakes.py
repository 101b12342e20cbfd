"""What the handshakes of a listener ask for."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from certdrop.bundle.facts import KeyKind
from certdrop.deployment.observations import Extension, HandshakeSeen, SeenListener, ShownCertificate
from certdrop.deployment.places import Listener
from certdrop.reconcile.authorities import describe_authority
from certdrop.reconcile.handshakes import names_of, with_handshakes
from certdrop.reconcile.house import Handshake
from tests.flows.bundles import bundle
from tests.unit.deployment.builders import certificate_id, facts, seen, shown, work
from tests.unit.reconcile.town import Town

EC = bundle(key="p-256")
OTHER = bundle("other.example", key="p-256", number=1)
PORT = Listener(service="alb", load_balancer="alb-1", port=443)
"""A listener of ALB."""


# what the handshakes ask for


BASE = facts("base.example", serial="c")
WIDE = facts("blog.example", "news.example", serial="d")


def clb_listener(default: Any, *extended: str) -> SeenListener:
    extensions = tuple(Extension(f"de-{name}", name, shown(WIDE)) for name in extended)
    return SeenListener("", "running", default=shown(default), extensions=extensions)


def test_on_clb_the_extension_domains_that_show_the_bundle_are_asked_for() -> None:
    wanted = work(WIDE, slot="additional", service="clb")

    assert names_of(wanted, seen(clb_listener(BASE, "blog.example"), WIDE)) == ["blog.example"]


def test_on_clb_a_bundle_that_is_the_default_is_asked_for_by_its_names() -> None:
    wanted = work(WIDE, slot="additional", service="clb")

    assert names_of(wanted, seen(clb_listener(WIDE), WIDE)) == ["blog.example", "news.example"]


def test_where_the_default_covers_every_name_there_is_no_proof_and_it_says_so(town: Town) -> None:
    wanted = work(WIDE, slot="additional", service="clb")
    clb = SimpleNamespace(describe_load_balancer_attribute=lambda load_balancer: SimpleNamespace(address="192.0.2.1"))
    house = replace(town.house(), cloud=SimpleNamespace(clb=lambda region: clb))  # type: ignore[arg-type]
    view = seen(clb_listener(BASE), WIDE)

    found = with_handshakes(house, wanted.work.place.listener, [wanted], view).handshakes[wanted.deployment]

    assert found.answer == "not reached"
    assert "covers every name" in found.detail
    assert certificate_id(WIDE) in view.certificates.values()


def test_a_client_ca_whose_listener_is_not_reached_is_not_proved_and_it_says_why(town: Town) -> None:
    wanted = work(WIDE, slot="client_ca", service="clb")
    clb = SimpleNamespace(describe_load_balancer_attribute=lambda load_balancer: SimpleNamespace(address="192.0.2.1"))
    house = replace(town.house(), cloud=SimpleNamespace(clb=lambda region: clb))  # type: ignore[arg-type]

    found = with_handshakes(house, wanted.work.place.listener, [wanted], seen(clb_listener(BASE)))

    assert found.handshakes[wanted.deployment].answer == "not reached"
    assert "192.0.2.1:443 was not reached" in found.handshakes[wanted.deployment].detail


def test_a_client_ca_that_clb_does_not_list_is_known_by_its_id_alone(town: Town) -> None:
    found = describe_authority(town.house(), PORT, "ca-1", [], [])

    assert (found.label, found.facts) == ("ca-1", None)


RIVAL = facts("blog.example", serial="e")
BOTH = facts("blog.example", "news.example", serial="f")


def ask(town: Town, shown_for: dict[str, str], *beside: ShownCertificate) -> HandshakeSeen:
    """Shake hands with an ALB listener that serves BOTH and others additionally, and shows one by server name."""
    wanted = work(BOTH, slot="additional")
    alb = SimpleNamespace(get_load_balancer_attribute=lambda load_balancer: SimpleNamespace(dns_name="alb.example"))
    cloud: Any = SimpleNamespace(alb=lambda region: alb)
    town.dial = lambda host, port, name, kind: Handshake(shown_for[name or ""])
    house = replace(town.house(), cloud=cloud)
    served = SeenListener("lsn-1", "running", default=shown(BASE), additional=(shown(BOTH), *beside))

    found = with_handshakes(house, wanted.work.place.listener, [wanted], seen(served, BOTH))

    return found.handshakes[wanted.deployment]


def test_a_name_that_another_certificate_of_ours_shows_is_no_reason_to_doubt_and_is_told(town: Town) -> None:
    found = ask(town, {"blog.example": RIVAL.fingerprint, "news.example": BOTH.fingerprint}, shown(RIVAL))

    assert (found.answer, found.shadowed) == ("ours", (f"blog.example ({RIVAL.cas_name})",))


def test_a_certificate_all_of_whose_names_others_show_is_not_proved(town: Town) -> None:
    beside = shown(RIVAL), shown(facts("news.example", serial="9"))
    found = ask(town, {"blog.example": RIVAL.fingerprint, "news.example": "9" * 64}, *beside)

    assert found.answer == "not reached"
    assert f"blog.example ({RIVAL.cas_name})" in found.detail


def test_a_name_that_a_certificate_of_somebody_else_shows_is_doubted(town: Town) -> None:
    found = ask(town, {"blog.example": RIVAL.fingerprint, "news.example": BOTH.fingerprint}, shown(RIVAL, ours=False))

    assert (found.answer, found.server_name) == ("another", "blog.example")
    assert found.detail == (
        f"{RIVAL.fingerprint}, and the listener has other certificates for blog.example: {RIVAL.cas_name}"
    )


@pytest.mark.parametrize("out_of_order", ["blog.example", "news.example"])
def test_a_chain_out_of_order_at_any_name_is_noted(town: Town, out_of_order: str) -> None:
    right = ask(town, dict.fromkeys(BOTH.names, BOTH.fingerprint))
    house = town.house

    def dial(host: str, port: int, server_name: str | None, key_kind: KeyKind | None = None) -> Handshake:
        return Handshake(BOTH.fingerprint, is_in_order=server_name != out_of_order)

    town.house = lambda *asked, **more: replace(house(*asked, **more), dial=dial)  # type: ignore[method-assign]
    wrong = ask(town, {})

    assert (right.answer, right.is_in_order) == ("ours", True)
    assert (wrong.answer, wrong.is_in_order) == ("ours", False)
