"""The probe of the stories sees what it is there to see."""

import pytest

from tests.flows.bundles import bundle
from tests.flows.hands import Console
from tests.flows.pipeline import Pipeline
from tests.flows.probe import GapError, Probe, expect_no_choice

OLD, NEW = bundle("blog.example", month=9), bundle("blog.example")


@pytest.fixture
def console(pipeline: Pipeline, probe: Probe) -> Console:
    made = Console(pipeline)
    made.create_listener(bundle())
    return made


@pytest.fixture
def old(console: Console, probe: Probe) -> str:
    certificate = console.upload(OLD)
    console.associate(certificate)
    assert probe.shown("blog.example") == {OLD.fingerprint}
    return certificate


def swap(console: Console, old: str, new: str) -> None:
    console.associate(new)
    console.dissociate(old)


def test_a_renewal_that_puts_the_new_one_before_the_old_one_goes_is_no_gap(
    console: Console, probe: Probe, old: str
) -> None:
    swap(console, old, console.upload(NEW))

    assert probe.shown("blog.example") == {NEW.fingerprint}


def test_a_name_that_is_served_no_more_is_a_gap(console: Console, old: str) -> None:
    with pytest.raises(GapError, match=r"blog\.example .* for other names"):
        console.dissociate(old)


def test_a_listener_that_is_stopped_is_a_gap(console: Console, old: str) -> None:
    with pytest.raises(GapError, match="is refused"):
        console.stop()


def test_an_older_certificate_that_comes_back_is_a_gap(console: Console, old: str) -> None:
    new = console.upload(NEW)
    swap(console, old, new)

    with pytest.raises(GapError, match="after"):
        swap(console, new, old)


def test_an_older_certificate_that_is_put_beside_a_newer_one_is_a_gap_whichever_is_shown(
    console: Console, probe: Probe, old: str
) -> None:
    new = console.upload(NEW)
    swap(console, old, new)
    probe.world.selection.order = "oldest"

    with pytest.raises(GapError, match="after"):
        console.associate(old)


def test_a_rollback_lets_the_older_certificate_return_and_nothing_else(
    console: Console, probe: Probe, old: str
) -> None:
    older = bundle("blog.example", month=8)
    new = console.upload(NEW)
    swap(console, old, new)
    with probe.rolling_back(OLD.fingerprint):
        swap(console, new, old)
    assert probe.shown("blog.example") == {OLD.fingerprint}

    with probe.rolling_back(OLD.fingerprint), pytest.raises(GapError, match="after"):
        console.associate(console.upload(older))


def test_an_expired_certificate_is_a_gap(console: Console, probe: Probe, old: str) -> None:
    console.pipeline.world.clock.advance(330 * 86400)

    with pytest.raises(GapError, match="expired"):
        probe.look()


def test_a_handshake_of_a_function_that_has_a_choice_asks_for_every_order(
    console: Console, pipeline: Pipeline, old: str
) -> None:
    selection = pipeline.world.selection
    address = pipeline.world.alb.tls_listeners()[0].address
    pipeline.dial(address, 443, "blog.example")
    expect_no_choice(selection)
    console.associate(console.upload(NEW))

    pipeline.dial(address, 443, "blog.example")

    with pytest.raises(AssertionError, match="EVERY_ORDER"):
        expect_no_choice(selection)
    selection.choices = 0
