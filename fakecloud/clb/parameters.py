"""The parameters that CLB's operations declare, with the bounds that the API pages give."""

from fakecloud.rpc.operation import Parameter

ON_OFF = ("on", "off")
NO_URL = r"(?s:(?!aliyun|acs:)(?!.*https?://).*)"

REGION = Parameter("RegionId", required=True)
OPTIONAL_REGION = Parameter("RegionId")
RESOURCE_GROUP = Parameter("ResourceGroupId")
LOAD_BALANCER = Parameter("LoadBalancerId", required=True)
PORT = Parameter("ListenerPort", "integer", required=True, minimum=1, maximum=65535)
PROTOCOL = Parameter("ListenerProtocol", choices=("tcp", "udp", "http", "https"))
DOMAIN_EXTENSION = Parameter("DomainExtensionId", required=True)
SERVER_CERTIFICATE = Parameter("ServerCertificateId", required=True)
CA_CERTIFICATE = Parameter("CACertificateId", required=True)
CERTIFICATE_NAME = r"[A-Za-z][A-Za-z0-9._-]{0,79}"
DOMAIN_NAME = r"(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"


def tags(longest_key: int = 64, shortest_value: int = 0) -> Parameter:
    """Return Tag; the pages differ in how long a key may be and in whether a value may be empty."""
    return Parameter(
        "Tag",
        "list",
        longest=20,
        members=(
            Parameter("Key", required=True, longest=longest_key, pattern=NO_URL),
            Parameter("Value", shortest=shortest_value, longest=128, pattern=NO_URL),
        ),
    )


def switch(name: str, *, required: bool = False) -> Parameter:
    """Return a parameter that is on or off."""
    return Parameter(name, required=required, choices=ON_OFF)


def number(name: str, minimum: int, maximum: int, *, required: bool = False) -> Parameter:
    """Return an integer parameter."""
    return Parameter(name, "integer", required=required, minimum=minimum, maximum=maximum)


# What Create and Set of an HTTPS listener have in common.
LISTENER_SETTINGS = (
    Parameter("ServerCertificateId"),
    Parameter("CACertificateId"),
    Parameter("VServerGroupId"),
    Parameter("TLSCipherPolicy"),
    Parameter("Description", shortest=1, longest=256, pattern=r"[A-Za-z0-9/._-]*"),
    Parameter("Scheduler", choices=("wrr", "rr")),
    switch("StickySession"),
    Parameter("StickySessionType", choices=("insert", "server")),
    number("CookieTimeout", 1, 86400),
    Parameter("Cookie", shortest=1, longest=200, pattern=r"[A-Za-z0-9]*"),
    Parameter("HealthCheckMethod", choices=("head", "get")),
    Parameter("HealthCheckDomain", shortest=1, longest=80, pattern=r"\$_ip|[A-Za-z0-9.-]*"),
    Parameter("HealthCheckURI", longest=80, pattern=r"/[A-Za-z0-9/.%?#&-]+"),
    Parameter("HealthCheckHttpCode", pattern=r"http_[2-5]xx(?:,http_[2-5]xx)*"),
    number("HealthyThreshold", 2, 10),
    number("UnhealthyThreshold", 2, 10),
    number("HealthCheckTimeout", 1, 300),
    number("HealthCheckInterval", 1, 50),
    number("HealthCheckConnectPort", 1, 65535),
    number("IdleTimeout", 1, 60),
    number("RequestTimeout", 1, 180),
    *(switch(name) for name in ("AclStatus", "EnableHttp2", "Gzip", "XForwardedFor")),
    Parameter("AclId"),
    Parameter("AclType", choices=("white", "black")),
    *(switch(f"XForwardedFor_{name}") for name in ("ClientSrcPort", "SLBID", "SLBIP", "SLBPORT", "proto")),
)
CREATE_HTTPS_LISTENER = (
    OPTIONAL_REGION,
    LOAD_BALANCER,
    PORT,
    number("Bandwidth", -1, 5120, required=True),
    number("BackendServerPort", 1, 65535),
    switch("HealthCheck", required=True),
    tags(shortest_value=1),
    *LISTENER_SETTINGS,
)
SET_HTTPS_LISTENER = (
    OPTIONAL_REGION,
    LOAD_BALANCER,
    PORT,
    number("Bandwidth", -1, 5120),
    switch("HealthCheck"),
    switch("VServerGroup"),
    Parameter("DryRun", "boolean"),
    *LISTENER_SETTINGS,
)
ON_LISTENER = (OPTIONAL_REGION, LOAD_BALANCER, PORT, PROTOCOL)
HTTPS_LISTENER = (OPTIONAL_REGION, LOAD_BALANCER, PORT)

UPLOAD_SERVER_CERTIFICATE = (
    REGION,
    Parameter("ServerCertificate"),
    Parameter("PrivateKey"),
    Parameter("ServerCertificateName", pattern=CERTIFICATE_NAME),
    Parameter("AliCloudCertificateId"),
    Parameter("AliCloudCertificateName"),
    Parameter("AliCloudCertificateRegionId"),
    RESOURCE_GROUP,
    tags(),
)
UPLOAD_CA_CERTIFICATE = (
    REGION,
    Parameter("CACertificate", required=True),
    Parameter("CACertificateName", pattern=CERTIFICATE_NAME),
    RESOURCE_GROUP,
    tags(longest_key=128),
)
DESCRIBE_SERVER_CERTIFICATES = (
    OPTIONAL_REGION,
    Parameter("ServerCertificateId"),
    RESOURCE_GROUP,
    tags(shortest_value=1),
)
DESCRIBE_CA_CERTIFICATES = (REGION, Parameter("CACertificateId"), RESOURCE_GROUP, tags())
RENAME_SERVER_CERTIFICATE = (
    REGION,
    SERVER_CERTIFICATE,
    Parameter("ServerCertificateName", required=True, pattern=CERTIFICATE_NAME),
)
RENAME_CA_CERTIFICATE = (
    REGION,
    CA_CERTIFICATE,
    Parameter("CACertificateName", required=True, pattern=CERTIFICATE_NAME),
)

CREATE_DOMAIN_EXTENSION = (
    REGION,
    LOAD_BALANCER,
    PORT,
    Parameter("Domain", required=True, pattern=DOMAIN_NAME),
    Parameter("ServerCertificateId"),
)
DESCRIBE_DOMAIN_EXTENSIONS = (REGION, LOAD_BALANCER, PORT, Parameter("DomainExtensionId"))
SET_DOMAIN_EXTENSION = (REGION, DOMAIN_EXTENSION, Parameter("ServerCertificateId"))
ON_DOMAIN_EXTENSION = (REGION, DOMAIN_EXTENSION)

LOAD_BALANCER_FILTERS = (
    "Address",
    "AddressIPVersion",
    "AddressType",
    "InternetChargeType",
    "LoadBalancerStatus",
    "MasterZoneId",
    "NetworkType",
    "PayType",
    "ResourceGroupId",
    "SlaveZoneId",
    "VSwitchId",
    "VpcId",
)
DESCRIBE_LOAD_BALANCERS = (
    REGION,
    Parameter("LoadBalancerId"),
    Parameter("LoadBalancerName"),
    *(Parameter(name) for name in LOAD_BALANCER_FILTERS),
    Parameter("ServerId"),
    Parameter("ServerIntranetAddress"),
    Parameter("Tags"),
    tags(),
    Parameter("PageNumber", "integer", minimum=1),
    number("PageSize", 1, 100),
)
DESCRIBE_REGIONS = (OPTIONAL_REGION, Parameter("AcceptLanguage"))
