"""CLB (SLB 2014-05-15): what its actions are asked (its API pages of 2026); the answers are in clb_answers.

Switches are "on" and "off". Every request has a region_id, which Clb fills in: the shared endpoint asks for it.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError

from certdrop.cloud.rules import NOT_RESERVED, Condition, OnlyWhen, RequiredUnless, RequiredWhen, Rule, matches
from certdrop.cloud.wire import Parameters, Repeat, RpcRequest

Switch = Literal["on", "off"]
Port = Annotated[int, Field(ge=1, le=65535)]
Id = Annotated[str, Field(min_length=1)]
Cookie = Annotated[str, matches(r"[A-Za-z0-9]{1,200}", "1 to 200 ASCII letters and digits")]
CheckedDomain = Annotated[
    str, matches(r"\$_ip|[A-Za-z0-9.-]{1,80}", "$_ip, or 1 to 80 letters, digits, periods and hyphens")
]
CheckedUri = Annotated[
    str,
    matches(
        r"/[A-Za-z0-9\-/.%?#&]{1,79}",
        "2 to 80 characters that begin with a slash: letters, digits and -/.%?#&",
    ),
]
CheckedCodes = Annotated[
    str, matches(r"http_[2-5]xx(,http_[2-5]xx)*", "http_2xx, http_3xx, http_4xx and http_5xx, separated by commas")
]
Description = Annotated[
    str,
    Field(min_length=1, max_length=256),
    matches(r"[A-Za-z0-9/._-]*", "letters, digits, hyphens, slashes, periods and underscores only"),
]
CertificateName = Annotated[
    str,
    matches(r"[A-Za-z][A-Za-z0-9._-]{0,79}", "1 to 80 letters, digits, periods, hyphens, underscores; a letter first"),
]
TlsPolicy = Literal[
    "tls_cipher_policy_1_0",
    "tls_cipher_policy_1_1",
    "tls_cipher_policy_1_2",
    "tls_cipher_policy_1_2_strict",
    "tls_cipher_policy_1_2_strict_with_1_3",
]
TagText = Annotated[str, Field(max_length=128), NOT_RESERVED]
ShortTagText = Annotated[str, Field(max_length=64), NOT_RESERVED]


class CaTag(Parameters):
    """A tag of a CA certificate."""

    key: TagText = Field(min_length=1)
    value: TagText | None = None


class Tag(CaTag):
    """A tag of a listener or a server certificate: its key is shorter, its value not empty."""

    key: ShortTagText = Field(min_length=1)
    value: TagText | None = Field(default=None, min_length=1)


class ClbRequest(RpcRequest):
    """What every action takes."""

    product: ClassVar[str] = "CLB 2014-05-15"

    region_id: str | None = None


Tags = Annotated[tuple[Tag, ...], Field(max_length=20)]
IS_STICKY: Condition = ("StickySession", ("on",))
CHECKS_HEALTH: Condition = ("HealthCheck", ("on",))
HAS_ACL: Condition = ("AclStatus", ("on",))
HEALTH_CHECK = (
    *(f"HealthCheck{name}" for name in ("ConnectPort", "Domain", "HttpCode", "Interval", "Method", "Timeout", "URI")),
    "HealthyThreshold",
    "UnhealthyThreshold",
)
RULES_OF_LISTENER: tuple[Rule, ...] = (
    RequiredUnless("BackendServerPort", "VServerGroupId"),
    RequiredWhen("StickySessionType", (IS_STICKY,)),
    RequiredWhen("CookieTimeout", (IS_STICKY, ("StickySessionType", ("insert",)))),
    RequiredWhen("Cookie", (IS_STICKY, ("StickySessionType", ("server",)))),
    RequiredWhen("AclId", (HAS_ACL,)),
    RequiredWhen("AclType", (HAS_ACL,)),
    OnlyWhen(HEALTH_CHECK, CHECKS_HEALTH),
)


def _refuse_none(bandwidth: int) -> int:
    if bandwidth == 0:
        raise PydanticCustomError("page_rule", "-1 for no limit, or at least 1")
    return bandwidth


Bandwidth = Annotated[int, Field(ge=-1, le=5120), AfterValidator(_refuse_none)]  # Mbit/s; -1: no limit


class ListenerSettings(ClbRequest):
    """What creating and setting an HTTPS listener share; X-Forwarded-For's parts keep their underscores."""

    load_balancer_id: Id
    listener_port: Port
    server_certificate_id: str | None = None
    ca_certificate_id: str | None = Field(default=None, alias="CACertificateId")
    tls_cipher_policy: TlsPolicy | None = Field(default=None, alias="TLSCipherPolicy")
    enable_http2: Switch | None = None
    description: Description | None = None
    idle_timeout: int | None = Field(default=None, ge=1, le=60)  # seconds
    request_timeout: int | None = Field(default=None, ge=1, le=180)  # seconds
    v_server_group_id: str | None = None
    scheduler: Literal["wrr", "rr"] | None = None
    sticky_session: Switch | None = None
    sticky_session_type: Literal["insert", "server"] | None = None
    cookie_timeout: int | None = Field(default=None, ge=1, le=86400)  # seconds
    cookie: Cookie | None = None
    health_check: Switch | None = None
    health_check_method: Literal["head", "get"] | None = None
    health_check_domain: CheckedDomain | None = None
    health_check_uri: CheckedUri | None = Field(default=None, alias="HealthCheckURI")
    healthy_threshold: int | None = Field(default=None, ge=2, le=10)
    unhealthy_threshold: int | None = Field(default=None, ge=2, le=10)
    health_check_timeout: int | None = Field(default=None, ge=1, le=300)  # seconds
    health_check_connect_port: Port | None = None
    health_check_interval: int | None = Field(default=None, ge=1, le=50)  # seconds
    health_check_http_code: CheckedCodes | None = None
    gzip: Switch | None = None
    acl_id: str | None = None
    acl_type: Literal["white", "black"] | None = None
    acl_status: Switch | None = None
    x_forwarded_for: Switch | None = None
    x_forwarded_for_slbip: Switch | None = Field(default=None, alias="XForwardedFor_SLBIP")
    x_forwarded_for_slbid: Switch | None = Field(default=None, alias="XForwardedFor_SLBID")
    x_forwarded_for_proto: Switch | None = Field(default=None, alias="XForwardedFor_proto")
    x_forwarded_for_slbport: Switch | None = Field(default=None, alias="XForwardedFor_SLBPORT")
    x_forwarded_for_client_src_port: Switch | None = Field(default=None, alias="XForwardedFor_ClientSrcPort")


class CreateLoadBalancerHTTPSListenerRequest(ListenerSettings):
    """Create an HTTPS listener; it is born stopped. There is no ClientToken: the next look sees what was done."""

    action: ClassVar[str] = "CreateLoadBalancerHTTPSListener"
    repeat: ClassVar[Repeat] = Repeat.NEVER
    rules: ClassVar[tuple[Rule, ...]] = RULES_OF_LISTENER

    bandwidth: Bandwidth
    backend_server_port: Port | None = None  # needed without v_server_group_id
    tag: Tags | None = None
    health_check: Switch


class SetLoadBalancerHTTPSListenerAttributeRequest(ListenerSettings):
    """Change an HTTPS listener; only what is given changes. A health check that is on needs no more than that."""

    action: ClassVar[str] = "SetLoadBalancerHTTPSListenerAttribute"
    repeat: ClassVar[Repeat] = Repeat.SAME_EFFECT

    bandwidth: Bandwidth | None = None
    v_server_group: Switch | None = None  # whether a VServer group is used, or the default one


class StartLoadBalancerListenerRequest(ClbRequest):
    """Start a stopped listener; starting one that runs is refused, so it is not repeated blindly."""

    action: ClassVar[str] = "StartLoadBalancerListener"
    repeat: ClassVar[Repeat] = Repeat.NEVER

    load_balancer_id: Id
    listener_port: Port
    listener_protocol: Literal["tcp", "udp", "http", "https"] | None = None


class DescribeLoadBalancerHTTPSListenerAttributeRequest(ClbRequest):
    """Show an HTTPS listener."""

    action: ClassVar[str] = "DescribeLoadBalancerHTTPSListenerAttribute"
    repeat: ClassVar[Repeat] = Repeat.READ

    load_balancer_id: Id
    listener_port: Port


class DescribeLoadBalancerAttributeRequest(ClbRequest):
    """Show a load balancer and its listeners."""

    action: ClassVar[str] = "DescribeLoadBalancerAttribute"
    repeat: ClassVar[Repeat] = Repeat.READ

    load_balancer_id: Id


class DescribeLoadBalancersRequest(ClbRequest):
    """List a region's load balancers, page by page; pages are numbered from 1."""

    action: ClassVar[str] = "DescribeLoadBalancers"
    repeat: ClassVar[Repeat] = Repeat.READ

    page_number: int = Field(default=1, ge=1)
    page_size: int = Field(default=100, ge=1, le=100)


class DescribeServerCertificatesRequest(ClbRequest):
    """List a region's server certificates; there are no pages."""

    action: ClassVar[str] = "DescribeServerCertificates"
    repeat: ClassVar[Repeat] = Repeat.READ

    server_certificate_id: str | None = None
    resource_group_id: str | None = None
    tag: Tags | None = None


class UploadServerCertificateRequest(ClbRequest):
    """Import a server certificate: by reference to CAS (three fields), or as PEM with its key.

    Neither a token nor a unique name: a second upload is a second certificate, so it is never repeated blindly.
    """

    action: ClassVar[str] = "UploadServerCertificate"
    repeat: ClassVar[Repeat] = Repeat.NEVER

    ali_cloud_certificate_id: str | None = None
    ali_cloud_certificate_name: str | None = None
    ali_cloud_certificate_region_id: str | None = None
    server_certificate: str | None = Field(default=None, repr=False)
    private_key: SecretStr | None = None
    server_certificate_name: CertificateName | None = None
    resource_group_id: str | None = None
    tag: Tags | None = None


class DeleteServerCertificateRequest(ClbRequest):
    """Delete a server certificate; refused while a listener refers to it, and not found a second time."""

    action: ClassVar[str] = "DeleteServerCertificate"
    repeat: ClassVar[Repeat] = Repeat.SAME_EFFECT

    server_certificate_id: Id


class DescribeCACertificatesRequest(ClbRequest):
    """List a region's CA certificates."""

    action: ClassVar[str] = "DescribeCACertificates"
    repeat: ClassVar[Repeat] = Repeat.READ

    ca_certificate_id: str | None = Field(default=None, alias="CACertificateId")
    resource_group_id: str | None = None
    tag: Tags | None = None


class UploadCACertificateRequest(ClbRequest):
    """Import one CA certificate; a second upload is a second certificate, so it is never repeated blindly."""

    action: ClassVar[str] = "UploadCACertificate"
    repeat: ClassVar[Repeat] = Repeat.NEVER

    ca_certificate: str = Field(alias="CACertificate", min_length=1, repr=False)
    ca_certificate_name: str | None = Field(default=None, alias="CACertificateName")
    resource_group_id: str | None = None
    tag: Annotated[tuple[CaTag, ...], Field(max_length=20)] | None = None


class DeleteCACertificateRequest(ClbRequest):
    """Delete a CA certificate; refused while a listener refers to it, and not found a second time."""

    action: ClassVar[str] = "DeleteCACertificate"
    repeat: ClassVar[Repeat] = Repeat.SAME_EFFECT

    ca_certificate_id: Id = Field(alias="CACertificateId")


class CreateDomainExtensionRequest(ClbRequest):
    """Give one domain of a listener its own certificate; the next look sees what was done."""

    action: ClassVar[str] = "CreateDomainExtension"
    repeat: ClassVar[Repeat] = Repeat.NEVER

    load_balancer_id: Id
    listener_port: Port
    domain: Id
    server_certificate_id: Id


class SetDomainExtensionAttributeRequest(ClbRequest):
    """Replace the certificate of an extension domain."""

    action: ClassVar[str] = "SetDomainExtensionAttribute"
    repeat: ClassVar[Repeat] = Repeat.SAME_EFFECT

    domain_extension_id: Id
    server_certificate_id: Id
