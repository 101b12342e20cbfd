"""The server and CA certificates that CLB keeps in each region, and the rules under which they come and go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fakecloud.cas.models import SITE_SUFFIXES, CasCertificate
from fakecloud.certificates import Chain
from fakecloud.clb import pem as strict_pem
from fakecloud.clb.errors import (
    certificate_in_use,
    certificate_not_exist,
    certificate_type_mismatched,
    invalid,
    over_quota,
)
from fakecloud.clb.resources import CaCertificate, CasReference, ServerCertificate, Tags
from fakecloud.rpc.operation import RpcError
from fakecloud.world import World


@dataclass(frozen=True)
class Label:
    """What an uploader says about a certificate beside its content."""

    name: str = ""
    resource_group_id: str = ""
    tags: Tags = ()


class Certificates:
    """All regions' certificates by id. *is_used* tells whether a listener shows one."""

    def __init__(self, world: World, is_used: Callable[[str], bool]) -> None:
        self._world = world
        self._is_used = is_used
        self.server: dict[str, ServerCertificate] = {}
        self.ca: dict[str, CaCertificate] = {}
        self.server_quota = 100
        self.ca_quota = 100

    def upload_server_certificate(
        self, region: str, certificate_pem: str, key_pem: str, label: Label
    ) -> ServerCertificate:
        """Keep a chain with its key."""
        chain = strict_pem.read_certificates(certificate_pem, "ServerCertificate")
        strict_pem.require_key(key_pem, chain)
        return self._keep_server(region, chain, key_pem.strip() + "\n", label, None)

    def refer_to_cas(self, region: str, reference: CasReference, label: Label) -> ServerCertificate:
        """Keep a certificate that CAS holds, named by its id or CertIdentifier, its name, and its site's region."""
        found = self._find_in_cas(reference)
        strict_pem.require_type(found.chain)
        return self._keep_server(region, found.chain, found.key_pem, label, reference)

    def _find_in_cas(self, reference: CasReference) -> CasCertificate:
        region = SITE_SUFFIXES[self._world.site]
        for certificate in self._world.cas.known_elsewhere():
            ids = (str(certificate.certificate_id), certificate.cert_identifier)
            if reference.certificate_id in ids and (reference.name, reference.region) == (certificate.name, region):
                return certificate
        raise certificate_not_exist()

    def _keep_server(
        self, region: str, chain: Chain, key_pem: str, label: Label, reference: CasReference | None
    ) -> ServerCertificate:
        if sum(kept.region == region for kept in self.server.values()) >= self.server_quota:
            raise over_quota("slb_quota_certs_num")
        ids = self._world.ids
        certificate = ServerCertificate(
            certificate_id=f"{self._world.account_id}_{ids.hex(11)}_{ids.digits(10)}_{ids.digits(9)}",
            name=label.name or chain.leaf.common_name,
            region=region,
            chain=chain,
            key_pem=key_pem,
            created=self._world.clock.now(),
            resource_group_id=label.resource_group_id or "rg-default",
            tags=label.tags,
            reference=reference,
        )
        self.server[certificate.certificate_id] = certificate
        return certificate

    def upload_ca_certificate(self, region: str, certificate_pem: str, label: Label) -> CaCertificate:
        """Keep exactly one CA certificate."""
        chain = strict_pem.read_certificates(certificate_pem, "CACertificate")
        if len(chain.certificates) != 1:
            raise invalid("CACertificate", "one certificate at a time")
        if not chain.leaf.is_ca:
            raise invalid("CACertificate", "it is not a CA certificate")
        if sum(kept.region == region for kept in self.ca.values()) >= self.ca_quota:
            raise over_quota("slb_quota_ca_certs_num")
        certificate = CaCertificate(
            certificate_id=f"{self._world.ids.hex(11)}-{region}-01",
            name=label.name or chain.leaf.common_name,
            region=region,
            chain=chain,
            created=self._world.clock.now(),
            resource_group_id=label.resource_group_id or "rg-default",
            tags=label.tags,
        )
        self.ca[certificate.certificate_id] = certificate
        return certificate

    def describe_server_certificates(
        self,
        region: str,
        *,
        certificate_id: str = "",
        resource_group_id: str = "",
        tags: Sequence[tuple[str, str]] = (),
    ) -> list[ServerCertificate]:
        """Return the region's server certificates that bear all the *tags* (an empty value matches any)."""
        named = self.server.get(certificate_id)
        if named is not None and resource_group_id not in ("", named.resource_group_id):
            text = "ServerCertificateId or ResourceGroupId miss match."
            raise RpcError(400, "Abs.ServerCertificateIdAndResourceGroupId.MissMatch", text)
        return [
            certificate
            for certificate in self.server.values()
            if certificate.owner in ("", self._world.account_id)
            and _is_asked_for(certificate, region, certificate_id, resource_group_id, tags)
        ]

    def describe_ca_certificates(
        self,
        region: str,
        *,
        certificate_id: str = "",
        resource_group_id: str = "",
        tags: Sequence[tuple[str, str]] = (),
    ) -> list[CaCertificate]:
        """Return the region's CA certificates that bear all the *tags* (an empty value matches any)."""
        return [
            certificate
            for certificate in self.ca.values()
            if _is_asked_for(certificate, region, certificate_id, resource_group_id, tags)
        ]

    def delete_server_certificate(self, region: str, certificate_id: str) -> None:
        """Forget a server certificate that no listener shows."""
        self.get_server(region, certificate_id)
        if self._is_used(certificate_id):
            raise certificate_in_use()
        del self.server[certificate_id]

    def delete_ca_certificate(self, region: str, certificate_id: str) -> None:
        """Forget a CA certificate that no listener asks clients for."""
        self.get_ca(region, certificate_id)
        if self._is_used(certificate_id):
            raise certificate_in_use()
        del self.ca[certificate_id]

    def get_server(self, region: str, certificate_id: str) -> ServerCertificate:
        """Return a server certificate of the region."""
        certificate = self.server.get(certificate_id)
        if certificate is None or certificate.region != region:
            raise RpcError(404, "ServerCertificateId.NotFound", "The specified ServerCertificateId does not exist.")
        return certificate

    def get_ca(self, region: str, certificate_id: str) -> CaCertificate:
        """Return a CA certificate of the region."""
        certificate = self.ca.get(certificate_id)
        if certificate is None or certificate.region != region:
            raise RpcError(404, "CACertificateId.NotFound", "The specified CACertificateId does not exist.")
        return certificate

    def require_server(self, region: str, certificate_id: str) -> ServerCertificate:
        """Return a server certificate that a listener of *region* may show."""
        if certificate_id in self.ca:
            raise certificate_type_mismatched()
        certificate = self.server.get(certificate_id)
        if certificate is None or certificate.region != region:
            raise certificate_not_exist()
        if certificate.owner not in ("", self._world.account_id):
            text = "The specified certkey is not owned by the current user."
            raise RpcError(400, "Certkey.Forbidden", text)
        return certificate

    def require_ca(self, region: str, certificate_id: str) -> CaCertificate:
        """Return a CA certificate that a listener of *region* may ask clients for.

        The page has two codes for a missing certificate and does not say which is when; 404 is for client CAs here.
        """
        if certificate_id in self.server:
            raise certificate_type_mismatched()
        certificate = self.ca.get(certificate_id)
        if certificate is None or certificate.region != region:
            raise RpcError(404, "ResourceNotFound.Certificate", "The specified resource is not found.")
        return certificate


def _is_asked_for(
    certificate: ServerCertificate | CaCertificate,
    region: str,
    certificate_id: str,
    resource_group_id: str,
    tags: Sequence[tuple[str, str]],
) -> bool:
    return (
        certificate.region == region
        and certificate_id in ("", certificate.certificate_id)
        and resource_group_id in ("", certificate.resource_group_id)
        and bears(certificate.tags, tags)
    )


def bears(tags: Tags, wanted: Sequence[tuple[str, str]]) -> bool:
    """Return whether *tags* hold all that is *wanted*; an empty value matches any."""
    return all(any(key == name and value in ("", text) for name, text in tags) for key, value in wanted)
