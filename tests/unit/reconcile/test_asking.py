"""A handshake is asked what a listener shows only where nobody else knows it and a bundle would displace it."""

from dataclasses import replace

import pytest

from certdrop.bundle.facts import KeyKind
from certdrop.bundle.leaf import read_leaf
from certdrop.deployment.observations import Observation, SeenListener, ServedFacts, ShownCertificate
from certdrop.deployment.work import SeenWork
from certdrop.reconcile.asking import facts_shown, with_shown_facts
from certdrop.reconcile.house import Handshake
from tests.flows.bundles import Made, bundle
from tests.unit.reconcile.town import NOON, Town, facts_of

WANTED, STANDING = bundle(), bundle("shop.example", "www.shop.example", "api.shop.example", month=8, number=1)
UNKNOWN = ShownCertificate("77-cn-hangzhou")


class Dial:
    """Shows one certificate and notes what it is asked."""

    def __init__(self, made: Made = STANDING) -> None:
        self.made = made
        self.asked: list[str | None] = []

    def __call__(self, host: str, port: int, name: str | None, kind: KeyKind | None) -> Handshake:
        self.asked.append(name)
        return Handshake(self.made.fingerprint, leaf=read_leaf(self.made.leaf.der))


@pytest.fixture
def dial(town: Town) -> Dial:
    town.dial = made = Dial()
    return made


def seen(default: ShownCertificate = UNKNOWN, **fields: object) -> Observation:
    return Observation(replace(SeenListener("lsn-1", "running", default=default), **fields))  # type: ignore[arg-type]


def ask(town: Town, view: Observation, slot: str = "default") -> Observation:
    work = town.work(WANTED, slot=slot)
    return with_shown_facts(town.house(), work.place.listener, [SeenWork(work, NOON)], view)


def known(view: Observation) -> ServedFacts | None:
    return view.listener.default.facts if view.listener and view.listener.default else None


def test_an_unknown_default_is_asked_for_without_a_name(town: Town, dial: Dial) -> None:
    facts = known(ask(town, seen()))

    assert dial.asked == [None]
    assert facts
    assert facts.names == ("api.shop.example", "shop.example", "www.shop.example")
    assert (facts.fingerprint, facts.key_kind, facts.self_signed) == (STANDING.fingerprint, "rsa", False)
    assert (facts.not_before, facts.not_after) == (facts_of(STANDING).not_before, facts_of(STANDING).not_after)


def test_what_is_known_stopped_busy_or_not_displaced_is_not_asked_for(town: Town, dial: Dial) -> None:
    whole = ServedFacts("f" * 64, ("shop.example",), "rsa", None, NOON)
    views = [seen(replace(UNKNOWN, facts=whole)), seen(status="busy"), seen(status="stopped"), Observation(None)]
    wanted = Observation(seen().listener, {WANTED.fingerprint: UNKNOWN.certificate_id})

    assert [ask(town, view) for view in views] == views
    assert ask(town, wanted) == wanted
    assert ask(town, seen(), slot="additional") == seen()
    assert dial.asked == []


def test_names_that_may_not_be_all_are_completed_unless_the_handshake_contradicts_them(town: Town, dial: Dial) -> None:
    part = ServedFacts("f" * 40, ("shop.example",), "rsa", None, NOON, has_all_names=False)
    other = replace(part, names=("other.example",))

    assert known(ask(town, seen(replace(UNKNOWN, facts=part)))) == facts_shown(dial("", 443, None, None))
    assert known(ask(town, seen(replace(UNKNOWN, facts=other)))) == other


def test_a_listener_that_is_not_reached_leaves_it_unknown(town: Town) -> None:
    assert ask(town, seen()) == seen()
    assert town.log.events() == ["served-not-known"]


def test_a_leaf_without_names_or_of_another_kind_of_key_tells_nothing() -> None:
    leaf = read_leaf(STANDING.leaf.der)
    assert leaf

    assert facts_shown(Handshake("a" * 64)) is None
    assert facts_shown(Handshake("a" * 64, leaf=replace(leaf, names=()))) is None
    assert facts_shown(Handshake("a" * 64, leaf=replace(leaf, key_kind=None))) is None
