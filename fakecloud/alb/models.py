"""ALB's state and what its actions do to it; every method of an action bears the action's name."""

from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from fakecloud.alb import rules
from fakecloud.alb.changes import Changes, check_protocol, default_settings
from fakecloud.alb.errors import refusal
from fakecloud.alb.inventory import Inventory
from fakecloud.alb.jobs import Job
from fakecloud.alb.resolution import resolve
from fakecloud.alb.resources import Association, Listener, ListenerStatus, Protocol

RESTING: tuple[ListenerStatus, ...] = ("Running", "Stopped")
# The other changes answer IncorrectStatus.Listener to a busy listener; Terraform's provider retries just so.
SAYS_CONFIGURING = frozenset(
    {
        "AssociateAdditionalCertificatesWithListener",
        "DissociateAdditionalCertificatesFromListener",
        "DeleteListener",
    }
)


class Alb(Inventory):
    """ALB of one World: what it has, and the actions that change it."""

    # Actions on a listener as a whole.

    def create_listener(
        self,
        load_balancer_id: str,
        protocol: Protocol,
        port: int,
        changes: Changes,
        *,
        tags: Mapping[str, str] | None = None,
        dry_run: bool = False,
    ) -> tuple[Listener, Job]:
        """Make a listener: Provisioning, then Running; when its job fails it is gone again."""
        load_balancer = self.get_load_balancer(load_balancer_id)
        check_protocol(changes, protocol)
        if protocol != "HTTP" and changes.default_certificate is None:
            raise refusal("InvalidParameter", f"Certificates is required for {protocol} listeners")
        rules.check_load_balancer(load_balancer)
        rules.check_port(self, load_balancer, protocol, port)
        rules.check_listener_quota(self, load_balancer)
        settings = resolve(self, changes, default_settings(protocol), load_balancer, protocol)
        if dry_run:
            refuse_dry_run()
        listener_id = f"lsn-{self._world.ids.base36(18)}"
        listener = Listener(listener_id, load_balancer, port, protocol, settings, dict(tags or {}))
        self.listeners[listener_id] = listener
        job = self.jobs.start(
            "CreateListener",
            listener_id,
            self._world.timing.provisioning,
            succeed=lambda: self._rest(listener, "Running", serves=True),
            fail=lambda: self._forget(listener),
        )
        self._changed()
        return listener, job

    def update_listener_attribute(self, listener_id: str, changes: Changes, *, dry_run: bool = False) -> Job:
        """Change settings: Configuring, then as before with the new ones, or with the old ones when the job fails."""
        listener = self._claim(listener_id, "UpdateListenerAttribute", RESTING)
        check_protocol(changes, listener.protocol)
        settings = resolve(self, changes, listener.settings, listener.load_balancer, listener.protocol, listener.id)
        if dry_run:
            refuse_dry_run()

        def apply() -> None:
            listener.settings = settings
            if settings.default is not None:
                # A certificate that becomes the default one is no longer an additional one.
                listener.additional.pop(settings.default.id, None)

        return self._configure("UpdateListenerAttribute", listener, apply)

    def start_listener(self, listener_id: str, *, dry_run: bool = False) -> Job:
        """Let connections in again: Stopped, Configuring, Running."""
        listener = self._claim(listener_id, "StartListener", ("Stopped",))
        if dry_run:
            refuse_dry_run()
        return self._configure("StartListener", listener, end="Running")

    def stop_listener(self, listener_id: str, *, dry_run: bool = False) -> Job:
        """Let no connections in: Running, Configuring, Stopped."""
        listener = self._claim(listener_id, "StopListener", ("Running",))
        if dry_run:
            refuse_dry_run()
        return self._configure("StopListener", listener, end="Stopped")

    def delete_listener(self, listener_id: str, *, dry_run: bool = False) -> Job:
        """Remove a listener: Configuring, then gone."""
        listener = self._claim(listener_id, "DeleteListener", RESTING)
        if dry_run:
            refuse_dry_run()
        return self._configure("DeleteListener", listener, lambda: self._forget(listener))

    # Actions on additional certificates.

    def associate_additional_certificates_with_listener(
        self, listener_id: str, certificate_ids: Sequence[str], *, dry_run: bool = False
    ) -> Job:
        """Add certificates: Associating, then Associated, or gone again when the job fails."""
        listener = self._claim_for_certificates(
            listener_id, "AssociateAdditionalCertificatesWithListener", certificate_ids
        )
        certificates = []
        for certificate_id in certificate_ids:
            if certificate_id in listener.additional:
                raise refusal("ResourceAlreadyAssociated.Certificate", certificate_id)
            certificates.append(self.certificates.find_server_certificate(certificate_id))
        if listener.settings.default is None or not self.certificates.exists(listener.settings.default.id):
            raise refusal("OperationFailed.DefaultCertificateNotFound", "DefaultCertificateNotFound")
        rules.check_certificate_quota(self, listener.load_balancer, len(certificates))
        if dry_run:
            refuse_dry_run()
        associations = {certificate.id: Association(certificate) for certificate in certificates}
        listener.additional.update(associations)

        def succeed() -> None:
            for association in associations.values():
                association.status = "Associated"

        def fail() -> None:
            for certificate_id in associations:
                del listener.additional[certificate_id]

        return self._configure("AssociateAdditionalCertificatesWithListener", listener, succeed, fail)

    def dissociate_additional_certificates_from_listener(
        self, listener_id: str, certificate_ids: Sequence[str], *, dry_run: bool = False
    ) -> Job:
        """Take certificates away: Diassociating, then gone, or Associated again when the job fails."""
        listener = self._claim_for_certificates(
            listener_id, "DissociateAdditionalCertificatesFromListener", certificate_ids
        )
        if len(certificate_ids) > self.limits.dissociate_call:
            raise refusal("InvalidParameter", "Certificates")
        for certificate_id in certificate_ids:
            if certificate_id not in listener.additional:
                known = self.certificates.exists(certificate_id)
                code = "ResourceNotAssociated.Certificate" if known else "ResourceNotFound.Certificate"
                raise refusal(code, certificate_id)
        if dry_run:
            refuse_dry_run()
        associations = [listener.additional[certificate_id] for certificate_id in certificate_ids]
        for association in associations:
            association.status = "Diassociating"

        def succeed() -> None:
            for certificate_id in certificate_ids:
                del listener.additional[certificate_id]

        def fail() -> None:
            for association in associations:
                association.status = "Associated"

        return self._configure("DissociateAdditionalCertificatesFromListener", listener, succeed, fail)

    # How a change goes.

    def _claim(self, listener_id: str, action: str, statuses: Sequence[ListenerStatus]) -> Listener:
        """Return the listener for one change; refuse it while another is going on, or in the wrong status."""
        listener = self.get_listener(listener_id)
        if listener.status == "Configuring" and action in SAYS_CONFIGURING:
            raise refusal("ResourceInConfiguring.Listener", listener_id)
        if listener.status not in statuses:
            raise refusal("IncorrectStatus.Listener", "Listener", listener_id)
        if "Certificates" not in action:  # the pages on certificates name no code for the load balancer's status
            rules.check_load_balancer(listener.load_balancer)
        return listener

    def _claim_for_certificates(self, listener_id: str, action: str, certificate_ids: Sequence[str]) -> Listener:
        if self.get_listener(listener_id).protocol == "HTTP":
            raise refusal("OperationDenied.HttpListenerNotSupport", "HttpListenerNotSupport")
        listener = self._claim(listener_id, action, RESTING)
        if len(set(certificate_ids)) < len(certificate_ids):
            raise refusal("InvalidParameter", "Certificates")
        default = listener.settings.default
        if default is not None and default.id in certificate_ids:
            raise refusal("OperationDenied.DefaultCertificateUsed", "DefaultCertificateUsed")
        return listener

    def _configure(
        self,
        action: str,
        listener: Listener,
        succeed: Callable[[], None] = lambda: None,
        fail: Callable[[], None] = lambda: None,
        *,
        end: ListenerStatus | None = None,
    ) -> Job:
        """Let *listener* be Configuring until the job ends; *end* is its status then, as before when left out."""
        before, served = listener.status, listener.serves
        listener.status = "Configuring"

        def finish() -> None:
            succeed()
            self._rest(listener, end or before, serves=served if end is None else end == "Running")

        def undo() -> None:
            fail()
            self._rest(listener, before, serves=served)

        job = self.jobs.start(action, listener.id, self._world.timing.configuring, succeed=finish, fail=undo)
        self._changed()
        return job

    def _rest(self, listener: Listener, status: ListenerStatus, *, serves: bool) -> None:
        listener.status, listener.serves = status, serves
        self._changed()

    def _forget(self, listener: Listener) -> None:
        del self.listeners[listener.id]
        self._changed()


def refuse_dry_run() -> NoReturn:
    """Say that the call would have been taken."""
    raise refusal("DryRunOperation")
