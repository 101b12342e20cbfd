"""The certificates that listeners refer to: server certificates in CAS, and the authorities of clients."""

from fakecloud.alb.errors import refusal
from fakecloud.alb.resources import CaCertificate, ServerCertificate
from fakecloud.cas.models import SITE_SUFFIXES
from fakecloud.certificates import PemError, read_chain
from fakecloud.dataplane.shown import Chain
from fakecloud.world import World


class Certificates:
    """Finds certificates by the id that ALB knows: CAS's CertIdentifier, not its number."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._authorities: dict[str, CaCertificate] = {}

    def add_authority(self, pem: str) -> CaCertificate:
        """Keep a CA certificate without a key, as CAS does for its private authorities; it is not read here."""
        authority = CaCertificate(f"{self._world.ids.digits(8)}-{SITE_SUFFIXES[self._world.site]}", pem)
        self._authorities[authority.id] = authority
        return authority

    def find_server_certificate(self, certificate_id: str) -> ServerCertificate:
        """Return a server certificate; raises ResourceNotFound.Certificate, InvalidParameter for a CA certificate."""
        if certificate_id in self._authorities:
            raise refusal("InvalidParameter", f"{certificate_id} is not a server certificate")
        found = self._world.cas.find_by_identifier(certificate_id)
        if found is None:
            raise refusal("ResourceNotFound.Certificate", certificate_id)
        if found.chain.leaf.is_ca:
            raise refusal("InvalidParameter", f"{certificate_id} is not a server certificate")
        return ServerCertificate(certificate_id, Chain.of_leaf(found.chain_pem, found.key_pem, found.chain.leaf))

    def exists(self, certificate_id: str) -> bool:
        """Return whether CAS has the certificate."""
        return self._world.cas.find_by_identifier(certificate_id) is not None

    def find_authority(self, certificate_id: str) -> CaCertificate:
        """Return a CA certificate; raises ResourceNotFound.Certificate, CACertificateCorrupted when it is none."""
        authority = self._authorities.get(certificate_id)
        if authority is None:
            found = self._world.cas.find_by_identifier(certificate_id)
            if found is None:
                raise refusal("ResourceNotFound.Certificate", certificate_id)
            authority = CaCertificate(certificate_id, found.chain_pem)
        if not is_authority(authority.pem):
            raise refusal("OperationDenied.CACertificateCorrupted")
        return authority


def is_authority(pem: str) -> bool:
    """Return whether *pem* begins with a CA certificate."""
    try:
        return read_chain(pem).leaf.is_ca
    except PemError:
        return False
