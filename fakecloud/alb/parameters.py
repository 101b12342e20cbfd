"""What ALB's operations take: every parameter of the pages, with its kind and range."""

from fakecloud.alb import limits
from fakecloud.rpc.operation import CLIENT_TOKEN, Parameter

DRY_RUN = Parameter("DryRun", "boolean")
LISTENER_ID = Parameter("ListenerId", required=True, shortest=1)
LOAD_BALANCER_ID = Parameter("LoadBalancerId", required=True, shortest=1)
CERTIFICATE_ID = (Parameter("CertificateId", required=True),)
CERTIFICATE = Parameter("Certificates", "list", longest=1, members=CERTIFICATE_ID)
CA_CERTIFICATE = Parameter("CaCertificates", "list", longest=1, members=CERTIFICATE_ID)
MAX_RESULTS = Parameter("MaxResults", "integer", minimum=1, maximum=limits.LONGEST_PAGE)
NEXT_TOKEN = Parameter("NextToken")
PROTOCOL = ("HTTP", "HTTPS", "QUIC")

# Neither key nor value begins with aliyun or acs:, or contains http:// or https://.
_TAG_TEXT = r"(?!aliyun|acs:)(?!.*https?://).*"
TAG = Parameter(
    "Tag",
    "list",
    longest=limits.TAGS,
    members=(
        Parameter("Key", required=True, shortest=1, longest=128, pattern=_TAG_TEXT),
        Parameter("Value", longest=128, pattern=_TAG_TEXT),
    ),
)
TAG_FILTER = Parameter("Tag", "list", longest=limits.TAGS, members=(Parameter("Key"), Parameter("Value")))

HEADER_ALIAS = r"[a-z0-9_-]{1,40}"
CLIENT_CERTIFICATE_HEADERS = ("ClientVerify", "Fingerprint", "IssuerDN", "SubjectDN")
FORWARDED_FOR = Parameter(
    "XForwardedForConfig",
    "object",
    members=(
        *(
            Parameter(f"XForwardedForClientCert{header}Alias", pattern=HEADER_ALIAS)
            for header in CLIENT_CERTIFICATE_HEADERS
        ),
        *(Parameter(f"XForwardedForClientCert{header}Enabled", "boolean") for header in CLIENT_CERTIFICATE_HEADERS),
        Parameter("XForwardedForClientSourceIpsEnabled", "boolean"),
        Parameter("XForwardedForClientSourceIpsTrusted"),
        Parameter("XForwardedForClientSrcPortEnabled", "boolean"),
        Parameter("XForwardedForEnabled", "boolean"),
        Parameter("XForwardedForHostEnabled", "boolean"),
        Parameter("XForwardedForProcessingMode", choices=("append", "remove")),
        Parameter("XForwardedForProtoEnabled", "boolean"),
        Parameter("XForwardedForSLBIdEnabled", "boolean"),
        Parameter("XForwardedForSLBPortEnabled", "boolean"),
    ),
)


def _default_actions(*, required: bool) -> Parameter:
    groups = Parameter(
        "ServerGroupTuples",
        "list",
        required=True,
        shortest=1,
        longest=limits.SERVER_GROUPS_OF_ACTION,
        members=(Parameter("ServerGroupId", required=True),),
    )
    members = (
        Parameter("Type", required=True, choices=("ForwardGroup",)),
        Parameter("ForwardGroupConfig", "object", required=True, members=(groups,)),
    )
    return Parameter("DefaultActions", "list", required=required, shortest=1, longest=1, members=members)


QUIC_CONFIG = Parameter(
    "QuicConfig", "object", members=(Parameter("QuicListenerId"), Parameter("QuicUpgradeEnabled", "boolean"))
)
COMMON_SETTINGS = (
    CERTIFICATE,
    CA_CERTIFICATE,
    Parameter("CaEnabled", "boolean"),
    Parameter("GzipEnabled", "boolean"),
    Parameter("Http2Enabled", "boolean"),
    Parameter("IdleTimeout", "integer", minimum=1, maximum=limits.LONGEST_TIMEOUT),
    Parameter("RequestTimeout", "integer", minimum=1, maximum=limits.LONGEST_TIMEOUT),
    Parameter("SecurityPolicyId", shortest=1),
    QUIC_CONFIG,
    FORWARDED_FOR,
)
CREATE_LISTENER = (
    LOAD_BALANCER_ID,
    Parameter("ListenerProtocol", required=True, choices=PROTOCOL),
    Parameter("ListenerPort", "integer", required=True, minimum=1, maximum=65535),
    Parameter("ListenerDescription", shortest=2, longest=256, pattern=r"[A-Za-z0-9\u4e00-\u9fff/._-]*"),
    _default_actions(required=True),
    *COMMON_SETTINGS,
    TAG,
    CLIENT_TOKEN,
    DRY_RUN,
)
UPDATE_LISTENER = (
    LISTENER_ID,
    Parameter("ListenerDescription", shortest=2, longest=256, pattern=r"[A-Za-z0-9\u4e00-\u9fff,.;/@_-]*"),
    _default_actions(required=False),
    *COMMON_SETTINGS,
    CLIENT_TOKEN,
    DRY_RUN,
)
ONE_LISTENER = (LISTENER_ID,)
CHANGE_LISTENER = (LISTENER_ID, CLIENT_TOKEN, DRY_RUN)


def certificates_of_call(longest: int) -> tuple[Parameter, ...]:
    """Return what an association or dissociation of at most *longest* certificates takes."""
    return (
        LISTENER_ID,
        Parameter("Certificates", "list", required=True, shortest=1, longest=longest, members=CERTIFICATE_ID),
        CLIENT_TOKEN,
        DRY_RUN,
    )


ASSOCIATE = certificates_of_call(limits.ASSOCIATE_CALL)
DISSOCIATE = certificates_of_call(limits.DISSOCIATE_CALL)
LIST_LISTENERS = (
    Parameter("ListenerIds", "list", longest=limits.LISTED_IDS),
    Parameter("ListenerProtocol", choices=PROTOCOL),
    Parameter("LoadBalancerIds", "list", longest=limits.LISTED_IDS),
    TAG_FILTER,
    MAX_RESULTS,
    NEXT_TOKEN,
)
LIST_CERTIFICATES = (
    LISTENER_ID,
    Parameter("CertificateIds", "list", longest=limits.LISTED_IDS),
    Parameter("CertificateType", choices=("Server", "Ca")),
    MAX_RESULTS,
    NEXT_TOKEN,
)
LIST_JOBS = (
    Parameter("ApiName"),
    Parameter("BeginTime", "integer", minimum=0),
    Parameter("EndTime", "integer", minimum=0),
    Parameter("JobIds", "list", longest=limits.LISTED_JOBS),
    Parameter("ResourceIds", "list", longest=limits.LISTED_JOBS),
    Parameter("ResourceType", choices=("loadbalancer", "listener", "rule", "acl", "securitypolicy", "servergroup")),
    MAX_RESULTS,
    NEXT_TOKEN,
)
ONE_LOAD_BALANCER = (LOAD_BALANCER_ID,)
LIST_LOAD_BALANCERS = (
    Parameter("AddressIpVersion", choices=("IPv4", "DualStack")),
    Parameter("AddressType", choices=("Internet", "Intranet")),
    Parameter("DNSName"),
    Parameter("Ipv6AddressType", choices=("Internet", "Intranet")),
    Parameter("LoadBalancerBussinessStatus", choices=("Abnormal", "Normal")),  # sic
    Parameter("LoadBalancerIds", "list", longest=limits.LISTED_IDS),
    Parameter("LoadBalancerNames", "list", longest=limits.LISTED_NAMES),
    Parameter("LoadBalancerStatus", choices=("Inactive", "Active", "Provisioning", "Configuring", "CreateFailed")),
    Parameter("PayType", choices=("PostPay",)),
    Parameter("ResourceGroupId"),
    TAG_FILTER,
    Parameter("VpcIds", "list", longest=limits.LISTED_VPCS),
    Parameter("ZoneId"),
    MAX_RESULTS,
    NEXT_TOKEN,
)
