"""CLB (SLB 2014-05-15): what its actions answer. Arrays come wrapped in an object that names their element."""

from typing import Annotated

from pydantic import Field

from certdrop.cloud.wire import Fingerprint, Moment, Names, RpcResponse, Shown, Wrapped


class ShownTag(Shown):
    """A tag, as CLB shows it."""

    tag_key: str
    tag_value: str = ""


ShownTags = Annotated[tuple[ShownTag, ...], Wrapped]


class DomainExtension(Shown):
    """An extension domain: the certificate of one server name."""

    domain_extension_id: str
    domain: str = ""
    server_certificate_id: str = ""


DomainExtensions = Annotated[tuple[DomainExtension, ...], Wrapped]


class ListenerAttribute(RpcResponse, extra="allow"):
    """An HTTPS listener; *status* is running or stopped, anything else is on the way to one. All settings are kept."""

    listener_port: int
    status: str
    load_balancer_id: str = ""
    description: str = ""
    bandwidth: int | None = None
    server_certificate_id: str = ""
    ca_certificate_id: str = Field(default="", alias="CACertificateId")
    tls_cipher_policy: str = Field(default="", alias="TLSCipherPolicy")
    enable_http2: str = ""
    v_server_group_id: str = ""
    backend_server_port: int | None = None
    domain_extensions: DomainExtensions = ()
    tags: ShownTags = ()


class PortAndProtocol(Shown):
    """A listener of a load balancer; one of the vendor's two lists spells Protocal."""

    listener_port: int
    listener_protocol: str = ""
    listener_protocal: str = ""
    description: str = ""

    @property
    def protocol(self) -> str:
        """The protocol (tcp, udp, http, https), however it was spelt."""
        return self.listener_protocol or self.listener_protocal


class LoadBalancerAttribute(RpcResponse):
    """A load balancer; *load_balancer_status* is active, inactive or locked."""

    load_balancer_id: str
    load_balancer_name: str = ""
    load_balancer_status: str = ""
    load_balancer_spec: str = ""
    address: str = ""
    address_type: str = ""
    region_id: str = ""
    listener_ports: Annotated[tuple[int, ...], Wrapped] = ()
    listener_ports_and_protocol: Annotated[tuple[PortAndProtocol, ...], Wrapped] = ()
    listener_ports_and_protocal: Annotated[tuple[PortAndProtocol, ...], Wrapped] = ()

    @property
    def protocols(self) -> dict[int, frozenset[str]]:
        """The protocols at each port, of all three lists; a port only in ListenerPorts has none that is known."""
        found: dict[int, set[str]] = {port: set() for port in self.listener_ports}
        for listener in (*self.listener_ports_and_protocol, *self.listener_ports_and_protocal):
            found.setdefault(listener.listener_port, set()).update({listener.protocol} - {""})
        return {port: frozenset(protocols) for port, protocols in found.items()}


class LoadBalancer(Shown):
    """A load balancer of a list."""

    load_balancer_id: str


class DescribeLoadBalancersResponse(RpcResponse):
    """A page of a region's load balancers, numbered from 1."""

    load_balancers: Annotated[tuple[LoadBalancer, ...], Wrapped] = ()
    page_number: int = 1
    page_size: int = 100
    total_count: int = 0


class ServerCertificate(Shown):
    """A server certificate of a region; never its body nor its key.

    *fingerprint* is the SHA-1 in lower-case hex without colons. Of times the ISO form counts; the stamps can be cut.
    """

    server_certificate_id: str
    server_certificate_name: str = ""
    region_id: str = ""
    fingerprint: Fingerprint = ""
    common_name: str = ""
    subject_alternative_names: Names = ()
    is_ali_cloud_certificate: int = 0
    ali_cloud_certificate_id: str = ""
    ali_cloud_certificate_name: str = ""
    resource_group_id: str = ""
    create_time: Moment = None
    create_time_stamp: int = 0
    expire_time: Moment = None
    expire_time_stamp: Moment = None
    tags: ShownTags = ()

    @property
    def not_after(self) -> Moment:
        """When it expires, aware UTC; None when neither form can be read."""
        return self.expire_time or self.expire_time_stamp


class CaCertificate(Shown):
    """A CA certificate of a region; *fingerprint* is the SHA-1 in lower-case hex without colons."""

    ca_certificate_id: str = Field(alias="CACertificateId")
    ca_certificate_name: str = Field(default="", alias="CACertificateName")
    region_id: str = ""
    fingerprint: Fingerprint = ""
    common_name: str = ""
    resource_group_id: str = ""
    create_time: Moment = None
    create_time_stamp: int = 0
    expire_time: Moment = None
    expire_time_stamp: Moment = None
    tags: ShownTags = ()

    @property
    def not_after(self) -> Moment:
        """When it expires, aware UTC; None when neither form can be read."""
        return self.expire_time or self.expire_time_stamp


class UploadServerCertificateResponse(ServerCertificate, RpcResponse):
    """An imported server certificate."""


class UploadCACertificateResponse(CaCertificate, RpcResponse):
    """An imported CA certificate."""


class DescribeServerCertificatesResponse(RpcResponse):
    """A region's server certificates."""

    server_certificates: Annotated[tuple[ServerCertificate, ...], Wrapped] = ()


class DescribeCACertificatesResponse(RpcResponse):
    """A region's CA certificates."""

    ca_certificates: Annotated[tuple[CaCertificate, ...], Wrapped] = Field(default=(), alias="CACertificates")


class CreateDomainExtensionResponse(RpcResponse):
    """An extension domain that was made."""

    domain_extension_id: str
    listener_port: int | None = None
