"""What an account has in ALB: load balancers, server groups, security policies, listeners."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from fakecloud.dataplane.shown import Chain, TlsVersion

Edition = Literal["Basic", "Standard", "StandardWithWaf"]
Protocol = Literal["HTTP", "HTTPS", "QUIC"]
ListenerStatus = Literal["Provisioning", "Running", "Configuring", "Stopped"]
# The SDK's model spells the third one so; the page on dissociation writes Dissociating.
CertificateStatus = Literal["Associating", "Associated", "Diassociating"]


@dataclass
class LoadBalancer:
    """An instance; a test may set its statuses at will. *locks* are reasons by kind."""

    id: str
    name: str
    dns_name: str
    vpc: str
    edition: Edition
    owner: str
    region: str
    create_time: str
    resource_group: str
    address_type: str = "Internet"
    address_ip_version: str = "IPv4"
    status: str = "Active"
    business_status: str = "Normal"
    tags: Mapping[str, str] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    locks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ServerGroup:
    """A server group, as far as a listener cares."""

    id: str
    vpc: str
    protocol: Literal["HTTP", "HTTPS", "gRPC"] = "HTTP"
    servers: tuple[str, ...] = ()
    connection_drain: bool = False
    slow_start: bool = False


@dataclass(frozen=True)
class SecurityPolicy:
    """A TLS policy; a system policy has no owner."""

    id: str
    minimum_tls: TlsVersion
    owner: str = ""


SYSTEM_POLICIES = (
    SecurityPolicy("tls_cipher_policy_1_0", "1.0"),
    SecurityPolicy("tls_cipher_policy_1_1", "1.1"),
    SecurityPolicy("tls_cipher_policy_1_2", "1.2"),
    SecurityPolicy("tls_cipher_policy_1_2_strict", "1.2"),
    SecurityPolicy("tls_cipher_policy_1_2_strict_with_1_3", "1.2"),
)
DEFAULT_POLICY = SYSTEM_POLICIES[0].id


@dataclass(frozen=True)
class ServerCertificate:
    """A certificate as a listener keeps it: it goes on being served when it is deleted from CAS."""

    id: str
    chain: Chain


@dataclass(frozen=True)
class CaCertificate:
    """An authority whose clients a listener lets in."""

    id: str
    pem: str


@dataclass
class Association:
    """An additional certificate of a listener."""

    certificate: ServerCertificate
    status: CertificateStatus = "Associating"


@dataclass(frozen=True)
class Settings:
    """What an update of a listener can change; *default* is None for HTTP."""

    default: ServerCertificate | None
    ca_enabled: bool
    client_ca: CaCertificate | None
    server_groups: tuple[str, ...]
    description: str
    gzip: bool
    http2: bool
    idle_timeout: int
    request_timeout: int
    security_policy: str
    quic_listener: str
    quic_upgrade: bool
    forwarded_for: Mapping[str, Any]


@dataclass
class Listener:
    """A listener. *serves* says whether connections are let in: a change in progress does not stop that."""

    id: str
    load_balancer: LoadBalancer
    port: int
    protocol: Protocol
    settings: Settings
    tags: Mapping[str, str]
    status: ListenerStatus = "Provisioning"
    serves: bool = False
    additional: dict[str, Association] = field(default_factory=dict)

    @property
    def is_quic(self) -> bool:
        """Whether it listens on UDP, so that its port is free for a TCP listener."""
        return self.protocol == "QUIC"
