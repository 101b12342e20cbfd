"""The probe of the stories sees what it is there to see."""

import pytest

from fakecloud.alb.changes import Changes
from tests.flows.bundles import Made, bundle
from tests.flows.pipeline import Pipeline
from tests.flows.probe import GapError, Probe

OLD, NEW = bundle("blog.example", month=9), bundle("blog.example")


class Console:
    """A listener of ALB with one additional certificate, and the hand that changes it."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.world = pipeline.world
        self.alb = pipeline.world.alb
        changes = Changes(default_certificate=self.certificate(bundle()))
        self.listener, _ = self.alb.create_listener(pipeline.alb, "HTTPS", 443, changes)
        self.world.advance(60)
        self.old = self.certificate(OLD)
        self.associate(self.old)

    def certificate(self, made: Made) -> str:
        name = f"n{len(self.world.cas.certificates)}"
        return self.world.cas.upload_user_certificate(name, made.fullchain, made.key).cert_identifier

    def associate(self, *certificates: str) -> None:
        self.alb.associate_additional_certificates_with_listener(self.listener.id, certificates)
        self.world.advance(60)

    def dissociate(self, *certificates: str) -> None:
        self.alb.dissociate_additional_certificates_from_listener(self.listener.id, certificates)
        self.world.advance(60)

    def swap(self, old: str, new: str) -> None:
        self.associate(new)
        self.dissociate(old)

    def stop(self) -> None:
        self.alb.stop_listener(self.listener.id)
        self.world.advance(60)


@pytest.fixture
def console(pipeline: Pipeline, probe: Probe) -> Console:
    made = Console(pipeline)
    assert probe.shown("blog.example") == {OLD.fingerprint}
    return made


def test_a_renewal_that_puts_the_new_one_before_the_old_one_goes_is_no_gap(console: Console, probe: Probe) -> None:
    console.swap(console.old, console.certificate(NEW))

    assert probe.shown("blog.example") == {NEW.fingerprint}


def test_a_name_that_is_served_no_more_is_a_gap(console: Console) -> None:
    with pytest.raises(GapError, match=r"blog\.example .* for other names"):
        console.dissociate(console.old)


def test_a_listener_that_is_stopped_is_a_gap(console: Console) -> None:
    with pytest.raises(GapError, match="is refused"):
        console.stop()


def test_an_older_certificate_that_comes_back_is_a_gap(console: Console) -> None:
    new = console.certificate(NEW)
    console.swap(console.old, new)

    with pytest.raises(GapError, match="after"):
        console.swap(new, console.old)


def test_an_expired_certificate_is_a_gap(console: Console, probe: Probe) -> None:
    console.world.clock.advance(330 * 86400)

    with pytest.raises(GapError, match="expired"):
        probe.look()
