"""The certificates of the account in CAS, and the rules under which they come and go."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fakecloud.cas.errors import (
    certificate_format_error,
    certificate_not_found,
    key_format_error,
    key_mismatch,
    name_repeated,
)
from fakecloud.certificates import Chain, PemError, is_key_of, read_chain, read_key
from fakecloud.world import World

SITE_SUFFIXES = {"china": "cn-hangzhou", "international": "ap-southeast-1"}


@dataclass(frozen=True)
class CasCertificate:
    """One uploaded certificate; *cert_identifier* is how ALB names it."""

    certificate_id: int
    cert_identifier: str
    name: str
    chain: Chain = field(repr=False)
    key_pem: str = field(repr=False)
    uploaded: datetime
    resource_group_id: str
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def chain_pem(self) -> str:
        """The leaf, then what followed it."""
        return self.chain.pem

    @property
    def names(self) -> tuple[str, ...]:
        """The leaf's alternative names."""
        return self.chain.leaf.names

    @property
    def instance_id(self) -> str:
        """The resource id."""
        return f"cas-upload-{self.certificate_id}"


class Cas:
    """CAS of one World.

    *returns_alternative_names*: whether answers fill SubjectAlternativeNames; declared, but real answers lack them.
    *spreading*: seconds until other products know a new certificate.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.certificates: dict[int, CasCertificate] = {}
        self.returns_alternative_names = False
        self.spreading = 0.0

    def upload_user_certificate(
        self,
        name: str,
        certificate_pem: str,
        key_pem: str,
        *,
        resource_group_id: str = "",
        tags: Sequence[tuple[str, str]] = (),
    ) -> CasCertificate:
        """Keep a certificate with its key under a name that nothing else bears."""
        if any(certificate.name == name for certificate in self.certificates.values()):
            raise name_repeated()
        try:
            chain = read_chain(certificate_pem)
        except PemError as error:
            raise certificate_format_error(name) from error
        try:
            key = read_key(key_pem)
        except PemError as error:
            raise key_format_error(name) from error
        if not is_key_of(key, chain):
            raise key_mismatch()
        certificate_id = self._new_id()
        certificate = CasCertificate(
            certificate_id=certificate_id,
            cert_identifier=f"{certificate_id}-{SITE_SUFFIXES[self._world.site]}",
            name=name,
            chain=chain,
            key_pem=key_pem.strip() + "\n",
            uploaded=self._world.clock.now(),
            resource_group_id=resource_group_id or "rg-default",
            tags=tuple(tags),
        )
        self.certificates[certificate_id] = certificate
        return certificate

    def delete_user_certificate(self, certificate_id: int) -> None:
        """Forget a certificate; what load balancers show of it, they keep."""
        del self.certificates[self.get_certificate(certificate_id).certificate_id]

    def get_certificate(self, certificate_id: int) -> CasCertificate:
        """Return a certificate."""
        certificate = self.certificates.get(certificate_id)
        if certificate is None:
            raise certificate_not_found()
        return certificate

    def find_by_identifier(self, cert_identifier: str) -> CasCertificate | None:
        """Return the certificate that other products name so, once they know it."""
        known = self.known_elsewhere()
        return next((certificate for certificate in known if certificate.cert_identifier == cert_identifier), None)

    def known_elsewhere(self) -> list[CasCertificate]:
        """Return the certificates that other products know by now."""
        latest = self._world.clock.now() - timedelta(seconds=self.spreading)
        return [certificate for certificate in self.certificates.values() if certificate.uploaded <= latest]

    def find_certificates(
        self, *, keyword: str = "", resource_group_id: str = "", statuses: Sequence[str] = ()
    ) -> list[CasCertificate]:
        """Return the certificates whose name, names or id hold *keyword*, the latest first.

        *statuses* are of issued, willExpire, expired; none: all.
        """
        now = self._world.clock.now()
        return [
            certificate
            for certificate in reversed(self.certificates.values())
            if _holds(certificate, keyword)
            and resource_group_id in ("", certificate.resource_group_id)
            and (not statuses or certificate.chain.leaf.status(now) in statuses)
        ]

    def _new_id(self) -> int:
        while (number := int(self._world.ids.digits(8))) in self.certificates:
            pass
        return number


def _holds(certificate: CasCertificate, keyword: str) -> bool:
    texts = (certificate.name, certificate.chain.leaf.domain, certificate.instance_id)
    return any(keyword in text for text in texts)
