"""Extension domains: more names of a listener, each with a certificate of its own."""

from dataclasses import replace

from fakecloud.certificates import covers
from fakecloud.clb.certificates import Certificates
from fakecloud.clb.errors import (
    OWN_CODES,
    domain_extension_processing,
    invalid,
    missing,
    over_quota,
    spec_not_supported,
)
from fakecloud.clb.listeners import Listeners
from fakecloud.clb.resources import DomainExtension, Listener
from fakecloud.rpc.operation import RpcError
from fakecloud.world import World


class DomainExtensions:
    """The extension domains of all listeners; *quota* is per listener."""

    def __init__(self, world: World, listeners: Listeners, certificates: Certificates) -> None:
        self._world = world
        self._listeners = listeners
        self._certificates = certificates
        self.quota = 3

    def create_domain_extension(
        self, region: str, load_balancer_id: str, port: int, domain: str, certificate_id: str
    ) -> DomainExtension:
        """Give a name a certificate of its own; instances of shared performance cannot."""
        if not self._listeners.get_load_balancer(region, load_balancer_id).is_guaranteed:
            raise spec_not_supported("Domain")
        listener = self._listeners.get_https(region, load_balancer_id, port)
        if any(extension.domain == domain for extension in listener.extensions.values()):
            raise invalid("Domain", "the listener has it already")
        self._require_certificate(region, certificate_id, domain)
        if len(listener.extensions) >= self.quota:
            raise over_quota("slb_quota_domain_extensions_num")
        extension = DomainExtension(
            "de-bp1" + self._world.ids.base36(15), load_balancer_id, port, domain, certificate_id
        )
        self._change(listener)
        listener.extensions[extension.domain_extension_id] = extension
        return extension

    def describe_domain_extensions(
        self, region: str, load_balancer_id: str, port: int, domain_extension_id: str = ""
    ) -> list[DomainExtension]:
        """Return a listener's extension domains."""
        listener = self._listeners.get_https(region, load_balancer_id, port)
        return [
            extension
            for extension in listener.extensions.values()
            if domain_extension_id in ("", extension.domain_extension_id)
        ]

    def describe_domain_extension_attribute(self, region: str, domain_extension_id: str) -> DomainExtension:
        """Return one extension domain."""
        return self._find(region, domain_extension_id).extensions[domain_extension_id]

    def set_domain_extension_attribute(self, region: str, domain_extension_id: str, certificate_id: str) -> None:
        """Give an extension domain another certificate."""
        listener = self._find(region, domain_extension_id)
        extension = listener.extensions[domain_extension_id]
        self._require_certificate(region, certificate_id, extension.domain)
        self._change(listener)
        listener.extensions[domain_extension_id] = replace(extension, server_certificate_id=certificate_id)

    def delete_domain_extension(self, region: str, domain_extension_id: str) -> None:
        """Take a name's own certificate away; it shows the default one again."""
        listener = self._find(region, domain_extension_id)
        self._change(listener)
        del listener.extensions[domain_extension_id]

    def _find(self, region: str, domain_extension_id: str) -> Listener:
        for listener in self._listeners.in_region(region):
            if domain_extension_id in listener.extensions:
                return listener
        raise RpcError(400, *OWN_CODES["DomainExtensionId"])

    def _require_certificate(self, region: str, certificate_id: str, domain: str) -> None:
        if not certificate_id:
            raise missing("ServerCertificateId")
        certificate = self._certificates.require_server(region, certificate_id)
        leaf = certificate.chain.leaf
        if not covers(leaf.names or (leaf.common_name,), domain):
            raise invalid("Domain", "the certificate is not for it")

    def _change(self, listener: Listener) -> None:
        if listener.is_busy:
            raise domain_extension_processing()
        self._listeners.configure(listener)
