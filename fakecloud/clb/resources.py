"""What CLB keeps: instances, listeners, extension domains, certificates."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from fakecloud.certificates import Chain

Tags = tuple[tuple[str, str], ...]
ListenerStatus = Literal["stopped", "starting", "running", "configuring", "stopping"]


@dataclass
class LoadBalancer:
    """One instance; an empty *spec* is one of shared performance. *protocols* are of the listeners that it takes."""

    load_balancer_id: str
    name: str
    address: str
    region: str
    created: datetime
    spec: str = "slb.s1.small"
    status: str = "active"
    address_type: str = "internet"
    ip_version: str = "ipv4"
    internet_charge_type: str = "paybytraffic"
    bandwidth: int = 5120
    vpc_id: str = ""
    vswitch_id: str = ""
    resource_group_id: str = "rg-default"
    vserver_groups: dict[str, str] = field(default_factory=dict)
    master_slave_groups: set[str] = field(default_factory=set)
    protocols: frozenset[str] = frozenset({"tcp", "udp", "http", "https"})
    tags: Tags = ()

    @property
    def is_guaranteed(self) -> bool:
        """Whether its performance is guaranteed, as extension domains and TLS policies need it."""
        return bool(self.spec)


@dataclass(frozen=True)
class DomainExtension:
    """One more name of a listener, with a certificate of its own."""

    domain_extension_id: str
    load_balancer_id: str
    port: int
    domain: str
    server_certificate_id: str


@dataclass
class Listener:
    """One listener; *settings* hold the vendor's parameters, *extensions* are by id.

    *applied* is what clients meet: it follows the settings when a change has been made.
    """

    load_balancer_id: str
    port: int
    protocol: str
    settings: dict[str, Any]
    status: ListenerStatus = "stopped"
    extensions: dict[str, DomainExtension] = field(default_factory=dict)
    tags: Tags = ()
    applied: tuple[dict[str, Any], dict[str, DomainExtension]] = field(default_factory=lambda: ({}, {}))

    @property
    def is_busy(self) -> bool:
        """Whether a change is being made."""
        return self.status in ("starting", "configuring", "stopping")

    @property
    def is_up(self) -> bool:
        """Whether clients are answered."""
        return self.status in ("running", "configuring")

    def apply(self) -> None:
        """Let clients meet the settings."""
        self.applied = (dict(self.settings), dict(self.extensions))

    def certificates(self) -> set[str]:
        """Return the ids of the certificates in use, client CA included, those that a change is replacing too."""
        ids: set[str] = set()
        for settings, extensions in ((self.settings, self.extensions), self.applied):
            ids.update(extension.server_certificate_id for extension in extensions.values())
            ids.update(settings.get(name, "") for name in ("ServerCertificateId", "CACertificateId"))
        return ids - {""}


@dataclass(frozen=True)
class CasReference:
    """Where in CAS a server certificate came from."""

    certificate_id: str
    name: str
    region: str


@dataclass
class ServerCertificate:
    """One server certificate of a region; *owner* is another account's id when it is not ours."""

    certificate_id: str
    name: str
    region: str
    chain: Chain = field(repr=False)
    key_pem: str = field(repr=False)
    created: datetime
    resource_group_id: str
    tags: Tags = ()
    reference: CasReference | None = None
    owner: str = ""


@dataclass
class CaCertificate:
    """One CA certificate of a region."""

    certificate_id: str
    name: str
    region: str
    chain: Chain = field(repr=False)
    created: datetime
    resource_group_id: str
    tags: Tags = ()
