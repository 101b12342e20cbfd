"""ALB 2020-06-16: what its actions are asked (its API pages of 2026); the answers are in alb_answers."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from certdrop.cloud.rules import NOT_RESERVED, Condition, OnlyWhen, RequiredWhen, Rule, matches
from certdrop.cloud.wire import Parameters, Repeat, RpcRequest

CERTIFICATES_PER_CALL = 20  # documented for DissociateAdditionalCertificatesFromListener; no page gives a higher figure
PAGE_SIZE = 100

Port = Annotated[int, Field(ge=1, le=65535)]
Timeout = Annotated[int, Field(ge=1, le=3600)]  # seconds; above 600 only with a raised quota
ClientToken = Annotated[str, Field(max_length=64), matches(r"[\x21-\x7e]+", "visible ASCII characters only")]
HeaderAlias = Annotated[str, matches(r"[a-z0-9_-]{1,40}", "1 to 40 lowercase letters, digits, hyphens and underscores")]
Description = Annotated[
    str,
    Field(min_length=2, max_length=256),
    matches(
        r"[A-Za-z0-9\u4e00-\u9fff/._-]*",
        "letters, digits, Chinese characters, hyphens, slashes, periods and underscores only",
    ),
]
Id = Annotated[str, Field(min_length=1)]
TagText = Annotated[str, Field(max_length=128), NOT_RESERVED]


class CertificateReference(Parameters):
    """A certificate by CAS's CertIdentifier (`1011-cn-hangzhou`)."""

    certificate_id: Id


class ServerGroupTuple(Parameters):
    """A server group to forward to."""

    server_group_id: Id


class ForwardGroupConfig(Parameters):
    """Where a forward action goes."""

    server_group_tuples: tuple[ServerGroupTuple, ...] = Field(min_length=1, max_length=20)


class DefaultAction(Parameters):
    """A listener's default action."""

    type: Literal["ForwardGroup"] = "ForwardGroup"
    forward_group_config: ForwardGroupConfig

    @classmethod
    def forward_to(cls, *server_group_ids: str) -> "DefaultAction":
        """Make the action that forwards to these server groups."""
        tuples = tuple(ServerGroupTuple(server_group_id=server_group_id) for server_group_id in server_group_ids)
        return cls(forward_group_config=ForwardGroupConfig(server_group_tuples=tuples))


class QuicConfig(Parameters):
    """The QUIC listener that an HTTPS listener upgrades to."""

    quic_listener_id: str | None = None
    quic_upgrade_enabled: bool | None = None


class Tag(Parameters):
    """A tag of a request."""

    key: TagText = Field(min_length=1)
    value: TagText | None = None


class XForwardedForConfig(Parameters):
    """Which headers the listener adds; DN, SLBId and SLBPort keep their capitals on the wire."""

    x_forwarded_for_client_cert_client_verify_alias: HeaderAlias | None = None
    x_forwarded_for_client_cert_client_verify_enabled: bool | None = None
    x_forwarded_for_client_cert_fingerprint_alias: HeaderAlias | None = None
    x_forwarded_for_client_cert_fingerprint_enabled: bool | None = None
    x_forwarded_for_client_cert_issuer_dn_alias: HeaderAlias | None = Field(
        default=None, alias="XForwardedForClientCertIssuerDNAlias"
    )
    x_forwarded_for_client_cert_issuer_dn_enabled: bool | None = Field(
        default=None, alias="XForwardedForClientCertIssuerDNEnabled"
    )
    x_forwarded_for_client_cert_subject_dn_alias: HeaderAlias | None = Field(
        default=None, alias="XForwardedForClientCertSubjectDNAlias"
    )
    x_forwarded_for_client_cert_subject_dn_enabled: bool | None = Field(
        default=None, alias="XForwardedForClientCertSubjectDNEnabled"
    )
    x_forwarded_for_client_source_ips_enabled: bool | None = None
    x_forwarded_for_client_source_ips_trusted: str | None = None
    x_forwarded_for_client_src_port_enabled: bool | None = None
    x_forwarded_for_enabled: bool | None = None
    x_forwarded_for_host_enabled: bool | None = None
    x_forwarded_for_processing_mode: Literal["append", "remove"] | None = None
    x_forwarded_for_proto_enabled: bool | None = None
    x_forwarded_for_slb_id_enabled: bool | None = Field(default=None, alias="XForwardedForSLBIdEnabled")
    x_forwarded_for_slb_port_enabled: bool | None = Field(default=None, alias="XForwardedForSLBPortEnabled")


FORWARDED = "XForwardedForConfig.XForwardedFor"
CLIENT_CERTIFICATE_HEADERS = tuple(
    f"{FORWARDED}ClientCert{header}" for header in ("ClientVerify", "Fingerprint", "IssuerDN", "SubjectDN")
)
IS_HTTPS: Condition = ("ListenerProtocol", ("HTTPS",))
RULES_OF_LISTENER: tuple[Rule, ...] = (
    RequiredWhen("Certificates", (("ListenerProtocol", ("HTTPS", "QUIC")),)),
    RequiredWhen("CaCertificates", (("CaEnabled", (True,)),)),
    RequiredWhen("QuicConfig.QuicListenerId", (("QuicConfig.QuicUpgradeEnabled", (True,)),)),
    OnlyWhen(("Http2Enabled", "SecurityPolicyId", "QuicConfig.QuicUpgradeEnabled"), IS_HTTPS),
    OnlyWhen(
        tuple(f"{header}{kind}" for header in CLIENT_CERTIFICATE_HEADERS for kind in ("Alias", "Enabled")), IS_HTTPS
    ),
    OnlyWhen(
        tuple(
            f"{FORWARDED}{name}"
            for name in ("ClientSourceIpsEnabled", "ClientSrcPortEnabled", "Enabled", "ProcessingMode")
        ),
        ("ListenerProtocol", ("HTTP", "HTTPS")),
    ),
    *(OnlyWhen((f"{header}Alias",), (f"{header}Enabled", (True,))) for header in CLIENT_CERTIFICATE_HEADERS),
    OnlyWhen((f"{FORWARDED}ProcessingMode",), (f"{FORWARDED}Enabled", (True, None))),  # None: it is on by default
)


class AlbRequest(RpcRequest):
    """A request to ALB."""

    product: ClassVar[str] = "ALB 2020-06-16"


class ListenerSettings(AlbRequest):
    """What CreateListener and UpdateListenerAttribute share."""

    client_token: ClientToken | None = None
    dry_run: bool | None = None  # when all is well, the answer is the error DryRunOperation
    listener_description: str | None = Field(default=None, min_length=2, max_length=256)
    request_timeout: Timeout | None = None
    idle_timeout: Timeout | None = None
    gzip_enabled: bool | None = None
    http2_enabled: bool | None = None
    security_policy_id: str | None = None
    ca_enabled: bool | None = None
    certificates: tuple[CertificateReference, ...] | None = Field(default=None, max_length=1)
    ca_certificates: tuple[CertificateReference, ...] | None = Field(default=None, max_length=1)
    quic_config: QuicConfig | None = None
    x_forwarded_for_config: XForwardedForConfig | None = None


class CreateListenerRequest(ListenerSettings):
    """Create a listener; asynchronous: Provisioning, then Running."""

    action: ClassVar[str] = "CreateListener"
    repeat: ClassVar[Repeat] = Repeat.TOKEN
    rules: ClassVar[tuple[Rule, ...]] = RULES_OF_LISTENER

    listener_description: Description | None = None
    load_balancer_id: Id
    listener_protocol: Literal["HTTP", "HTTPS", "QUIC"]
    listener_port: Port
    default_actions: tuple[DefaultAction, ...] = Field(min_length=1, max_length=1)
    tag: tuple[Tag, ...] | None = Field(default=None, max_length=20)


class UpdateListenerAttributeRequest(ListenerSettings):
    """Change a listener; asynchronous: Configuring, then Running. Only what is given changes."""

    action: ClassVar[str] = "UpdateListenerAttribute"
    repeat: ClassVar[Repeat] = Repeat.TOKEN

    listener_id: Id
    default_actions: tuple[DefaultAction, ...] | None = Field(default=None, min_length=1, max_length=1)


class StartListenerRequest(AlbRequest):
    """Start a stopped listener; asynchronous: Configuring, then Running."""

    action: ClassVar[str] = "StartListener"
    repeat: ClassVar[Repeat] = Repeat.TOKEN

    listener_id: Id
    client_token: ClientToken | None = None
    dry_run: bool | None = None


class AssociateAdditionalCertificatesWithListenerRequest(AlbRequest):
    """Attach additional certificates; asynchronous: Associating, then Associated."""

    action: ClassVar[str] = "AssociateAdditionalCertificatesWithListener"
    repeat: ClassVar[Repeat] = Repeat.TOKEN

    listener_id: Id
    certificates: tuple[CertificateReference, ...] = Field(min_length=1, max_length=CERTIFICATES_PER_CALL)
    client_token: ClientToken | None = None
    dry_run: bool | None = None


class DissociateAdditionalCertificatesFromListenerRequest(AlbRequest):
    """Detach additional certificates; asynchronous: Dissociating, then gone."""

    action: ClassVar[str] = "DissociateAdditionalCertificatesFromListener"
    repeat: ClassVar[Repeat] = Repeat.TOKEN

    listener_id: Id
    certificates: tuple[CertificateReference, ...] = Field(min_length=1, max_length=CERTIFICATES_PER_CALL)
    client_token: ClientToken | None = None
    dry_run: bool | None = None


class GetListenerAttributeRequest(AlbRequest):
    """Show a listener."""

    action: ClassVar[str] = "GetListenerAttribute"
    repeat: ClassVar[Repeat] = Repeat.READ

    listener_id: Id


class GetLoadBalancerAttributeRequest(AlbRequest):
    """Show a load balancer."""

    action: ClassVar[str] = "GetLoadBalancerAttribute"
    repeat: ClassVar[Repeat] = Repeat.READ

    load_balancer_id: Id


class PagedRequest(AlbRequest):
    """A list, read page by page."""

    max_results: int | None = Field(default=PAGE_SIZE, ge=1, le=100)
    next_token: str | None = None


class ListListenersRequest(PagedRequest):
    """List listeners."""

    action: ClassVar[str] = "ListListeners"
    repeat: ClassVar[Repeat] = Repeat.READ

    listener_ids: tuple[str, ...] | None = Field(default=None, max_length=20)
    load_balancer_ids: tuple[str, ...] | None = Field(default=None, max_length=20)
    listener_protocol: Literal["HTTP", "HTTPS", "QUIC"] | None = None
    tag: tuple[Tag, ...] | None = None


class ListListenerCertificatesRequest(PagedRequest):
    """List a listener's certificates: default, additional and, as type Ca, client CAs."""

    action: ClassVar[str] = "ListListenerCertificates"
    repeat: ClassVar[Repeat] = Repeat.READ

    listener_id: Id
    certificate_ids: tuple[str, ...] | None = None
    certificate_type: Literal["Server", "Ca"] | None = None


class ListAsynJobsRequest(PagedRequest):
    """List asynchronous jobs; times in milliseconds since 1970."""

    action: ClassVar[str] = "ListAsynJobs"
    repeat: ClassVar[Repeat] = Repeat.READ

    job_ids: tuple[str, ...] | None = None
    api_name: str | None = None
    resource_ids: tuple[str, ...] | None = None
    resource_type: Literal["loadbalancer", "listener", "rule", "acl", "securitypolicy", "servergroup"] | None = None
    begin_time: int | None = None
    end_time: int | None = None
