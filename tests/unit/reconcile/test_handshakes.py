"""What the handshakes of a listener ask for."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from certdrop.deployment.observations import Extension, SeenListener
from certdrop.deployment.places import Listener
from certdrop.reconcile.authorities import describe_authority
from certdrop.reconcile.handshakes import names_of, with_handshakes
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
