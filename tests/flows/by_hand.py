"""What a person does by hand at the pipeline's ALB instance."""

from typing import Any

from fakecloud.alb.changes import Changes
from tests.flows.bundles import Made
from tests.flows.pipeline import Pipeline


class Console:
    """Changes the instance's one listener; each change is let come to its end."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.alb = pipeline.world.alb

    @property
    def listener(self) -> Any:
        """The listener."""
        (found,) = self.alb.listeners.values()
        return found

    def upload(self, made: Made) -> str:
        """Import a certificate and return what ALB calls it."""
        cas = self.pipeline.world.cas
        return cas.upload_user_certificate(f"by-hand-{len(cas.certificates)}", made.fullchain, made.key).cert_identifier

    def create_listener(self, default: Made) -> None:
        """Create the listener."""
        changes = Changes(default_certificate=self.upload(default))
        self.alb.create_listener(self.pipeline.alb, "HTTPS", 443, changes)
        self.pipeline.advance(30)

    def swap_default(self, made: Made) -> None:
        """Replace the default certificate."""
        self.alb.update_listener_attribute(self.listener.id, Changes(default_certificate=self.upload(made)))
        self.pipeline.advance(10)

    def associate(self, *certificates: str) -> None:
        """Add certificates that were uploaded."""
        self.alb.associate_additional_certificates_with_listener(self.listener.id, certificates)
        self.pipeline.advance(10)

    def dissociate(self, *certificates: str) -> None:
        """Take certificates away."""
        self.alb.dissociate_additional_certificates_from_listener(self.listener.id, certificates)
        self.pipeline.advance(10)

    def stop(self) -> None:
        """Stop the listener."""
        self.alb.stop_listener(self.listener.id)
        self.pipeline.advance(10)
