"""What people do by hand in the console, beside certdrop."""

from typing import Any

from fakecloud.alb.changes import Changes
from fakecloud.alb.resources import Listener as AlbListener
from fakecloud.clb.certificates import Label
from tests.flows.bundles import Made
from tests.flows.pipeline import Pipeline


def alb_listener(pipeline: Pipeline) -> AlbListener:
    """Return the one ALB listener."""
    (listener,) = pipeline.world.alb.listeners.values()
    return listener


def import_into_cas(pipeline: Pipeline, made: Made) -> str:
    """Import somebody's certificate into CAS and return ALB's id of it."""
    name = f"by-hand-{made.fingerprint[:8]}"
    return pipeline.world.cas.upload_user_certificate(name, made.fullchain, made.key).cert_identifier


def import_into_clb(pipeline: Pipeline, made: Made) -> str:
    """Import somebody's certificate into CLB and return its id."""
    key = made.leaf.traditional_key_pem.decode()
    certificates = pipeline.world.clb.certificates
    kept = certificates.upload_server_certificate(pipeline.world.region, made.fullchain, key, Label("by-hand"))
    return kept.certificate_id


def swap_default(pipeline: Pipeline, service: str, made: Made) -> None:
    """Put somebody's certificate into the default slot of the one listener."""
    if service == "alb":
        identifier = import_into_cas(pipeline, made)
        pipeline.world.alb.update_listener_attribute(alb_listener(pipeline).id, Changes(default_certificate=identifier))
    else:
        set_clb(pipeline, ServerCertificateId=import_into_clb(pipeline, made))


def set_clb(pipeline: Pipeline, **settings: Any) -> None:
    """Change the CLB listener at port 443."""
    clb = pipeline.world.clb
    clb.listeners.set_load_balancer_https_listener_attribute(pipeline.world.region, pipeline.clb, 443, settings)


def stop(pipeline: Pipeline, service: str) -> None:
    """Stop the one listener."""
    if service == "alb":
        pipeline.world.alb.stop_listener(alb_listener(pipeline).id)
    else:
        pipeline.world.clb.listeners.stop_load_balancer_listener(pipeline.world.region, pipeline.clb, 443)


def delete(pipeline: Pipeline, service: str) -> None:
    """Delete the one listener."""
    if service == "alb":
        pipeline.world.alb.delete_listener(alb_listener(pipeline).id)
    else:
        pipeline.world.clb.listeners.delete_load_balancer_listener(pipeline.world.region, pipeline.clb, 443)


def dissociate(pipeline: Pipeline) -> None:
    """Take every additional certificate away from the ALB listener."""
    listener = alb_listener(pipeline)
    pipeline.world.alb.dissociate_additional_certificates_from_listener(listener.id, list(listener.additional))


def delete_extension(pipeline: Pipeline, domain: str) -> None:
    """Delete an extension domain of the CLB listener."""
    clb, region = pipeline.world.clb, pipeline.world.region
    for extension in clb.extensions.describe_domain_extensions(region, pipeline.clb, 443):
        if extension.domain == domain:
            clb.extensions.delete_domain_extension(region, extension.domain_extension_id)


class Console:
    """Changes the ALB instance's one listener; each change is let come to its end."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.alb = pipeline.world.alb

    @property
    def listener(self) -> AlbListener:
        """The listener."""
        return alb_listener(self.pipeline)

    def upload(self, made: Made) -> str:
        """Import a certificate and return what ALB calls it."""
        return import_into_cas(self.pipeline, made)

    def create_listener(self, default: Made) -> None:
        """Create the listener."""
        changes = Changes(default_certificate=self.upload(default))
        self.alb.create_listener(self.pipeline.alb, "HTTPS", 443, changes)
        self.pipeline.advance(30)

    def swap_default(self, made: Made) -> None:
        """Replace the default certificate."""
        swap_default(self.pipeline, "alb", made)
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
        stop(self.pipeline, "alb")
        self.pipeline.advance(10)
