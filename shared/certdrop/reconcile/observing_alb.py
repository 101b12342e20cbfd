"""What an ALB listener shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from certdrop.bundle.facts import BundleFacts
from certdrop.cloud.alb import Alb
from certdrop.cloud.alb_answers import Listener as AlbListener
from certdrop.cloud.alb_answers import ListenerCertificate
from certdrop.deployment.observations import CertificateStatus, SeenListener, ShownCertificate
from certdrop.deployment.places import Listener, Slot
from certdrop.reconcile.house import House
from certdrop.reconcile.scenes import TAG
from certdrop.reconcile.served import describe_shown, describe_wanted

TLS = ("HTTPS", "QUIC")
_STATUSES: Mapping[str, CertificateStatus] = {"associating": "associating", "associated": "associated"}


@dataclass(frozen=True)
class ReadListener:
    """A listener and its certificates as ALB answers them; of one that speaks no TLS, no certificates."""

    listener: AlbListener
    certificates: Sequence[ListenerCertificate] = ()

    @property
    def servers(self) -> list[ListenerCertificate]:
        """The server certificates."""
        return [one for one in self.certificates if one.certificate_type.lower() != "ca"]

    def settled_in(self, slot: Slot) -> set[str]:
        """Return the ids of the server certificates in a slot that are neither coming nor going."""
        return {
            one.certificate_id
            for one in self.servers
            if is_settled(one) and (slot == "default" if one.is_default else slot == "additional")
        }


def read_alb(alb: Alb, listener: Listener) -> ReadListener | None:
    """Read what ALB says of a port of an instance; None when nothing listens there."""
    at_port = [one for one in alb.list_listeners(listener.load_balancer) if one.listener_port == listener.port]
    speaking = [one for one in at_port if one.listener_protocol in TLS] or at_port
    if not speaking:
        return None
    found = min(speaking, key=lambda one: (one.listener_protocol != "HTTPS", one.listener_id))
    if found.listener_protocol not in TLS:
        return ReadListener(found)
    return ReadListener(found, alb.list_listener_certificates(found.listener_id))


def describe_alb(house: House, read: ReadListener, wanted: Mapping[str, BundleFacts]) -> SeenListener:
    """Describe a listener that was read. *wanted*: the wanted bundles by their ids, which are not looked up again."""
    found, servers = read.listener, read.servers
    if found.listener_protocol not in TLS:
        return SeenListener(found.listener_id, "running", https=False)
    shown = _describe(house, servers, wanted)
    authority = next((one.certificate_id for one in read.certificates if one not in servers), "")
    return SeenListener(
        listener_id=found.listener_id,
        status="busy" if _is_busy(found, servers) else "stopped" if found.listener_status == "Stopped" else "running",
        ours=any((tag.key, tag.value) == TAG for tag in found.tags),
        default=next((shown[one.certificate_id] for one in servers if one.is_default), None),
        additional=tuple(shown[one.certificate_id] for one in servers if not one.is_default),
        client_ca=authority,
        settings=found.model_dump(mode="json", by_alias=True),
    )


def find_client_ca(alb: Alb, listener_id: str) -> str:
    """Return the id of the CA that a listener really checks clients against; a CA may be named and switched off."""
    shown = alb.get_listener_attribute(listener_id)
    return shown.ca_certificates[0].certificate_id if shown.ca_enabled and shown.ca_certificates else ""


def _is_busy(listener: AlbListener, certificates: Sequence[ListenerCertificate]) -> bool:
    """Tell whether the listener takes no change now: it, or one of its certificates, is being configured."""
    return listener.listener_status not in ("Running", "Stopped") or not all(map(is_settled, certificates))


def is_settled(one: ListenerCertificate) -> bool:
    """Tell whether a certificate of a listener is neither being associated nor taken away."""
    return one.is_default or one.status.lower() in ("", "associated")


def _describe(
    house: House, certificates: Sequence[ListenerCertificate], wanted: Mapping[str, BundleFacts]
) -> dict[str, ShownCertificate]:
    others = {one.certificate_id for one in certificates} - wanted.keys()
    known = describe_shown(house, others) if others else {}
    known |= {identifier: describe_wanted(identifier, facts) for identifier, facts in wanted.items()}
    return {
        one.certificate_id: _with_status(known.get(one.certificate_id, ShownCertificate(one.certificate_id)), one)
        for one in certificates
    }


def _with_status(shown: ShownCertificate, one: ListenerCertificate) -> ShownCertificate:
    status = "associated" if one.is_default else _STATUSES.get(one.status.lower(), "dissociating")
    return ShownCertificate(shown.certificate_id, status, shown.facts, shown.ours, shown.label)
