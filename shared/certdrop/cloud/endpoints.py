"""Where each service answers: the vendor's rules by region, site and network, and the settings that override them."""

from typing import Literal, NamedTuple

from certdrop.ports import Settings

ServiceName = Literal["oss", "mns", "alb", "clb", "cas"]

ALB_REGION_ALIASES = {"cn-hangzhou-finance": "cn-hangzhou"}
# Regions whose CLB answers at the shared host, which asks for RegionId (endpoint table of SLB 2014-05-15).
SHARED_CLB_REGIONS = frozenset({
    "cn-qingdao", "cn-beijing", "cn-hangzhou", "cn-shanghai", "cn-shenzhen", "cn-hongkong", "ap-southeast-1",
    "us-east-1", "us-west-1", "cn-hangzhou-finance", "cn-shanghai-finance-1", "cn-shenzhen-finance-1",
    "cn-north-2-gov-1", "cn-beijing-gov-1", "cn-beijing-finance-pop", "cn-hongkong-finance-pop", "ap-northeast-2-pop",
    "eu-west-1-oxs", "rus-west-1-pop", "cn-edge-1", "cn-fujian", "cn-wuhan", "cn-yushanfang", "cn-zhangbei",
    "cn-haidian-cm12-c01", "cn-beijing-nu16-b01", "cn-hangzhou-bj-b01", "cn-hangzhou-internal-prod-1",
    "cn-hangzhou-internal-test-1", "cn-hangzhou-internal-test-2", "cn-hangzhou-internal-test-3", "cn-hangzhou-test-306",
    "cn-shanghai-et15-b01", "cn-shanghai-et2-b01", "cn-shanghai-inner", "cn-shanghai-internal-test-1",
    "cn-shenzhen-inner", "cn-shenzhen-st4-d01", "cn-shenzhen-su18-b01", "cn-zhangbei-na61-b01",
    "cn-zhangjiakou-na62-a01", "cn-zhengzhou-nebula-1",
})  # fmt: skip
CLB_HOSTS = {"cn-huhehaote-nebula-1": "slb-api.cn-qingdao-nebula.aliyuncs.com"}
# CAS keeps the certificates of an account's site in one region; these have hosts of their own, all others share one.
CAS_REGIONS = {"china": "cn-hangzhou", "international": "ap-southeast-1"}
OWN_CAS_REGIONS = frozenset(
    {"ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "eu-central-1", "me-east-1", "ap-south-1"}
)
VPC_CAS_REGIONS = frozenset({"cn-hangzhou", "cn-hongkong", "ap-southeast-1", "ap-southeast-3"})


def endpoint(service: ServiceName, settings: Settings, region: str) -> str:
    """Return `https://host` of *service* in *region*, without a final slash; settings.endpoints overrides the rule.

    The hosts of a VPC are called in the functions' own region only: those of other regions cannot be reached from it.
    """
    override = settings.endpoints.get(service)
    if override:
        return override.rstrip("/")
    region = cas_region(settings) if service == "cas" else region
    is_inside = settings.network == "vpc" and region == settings.region
    return "https://" + _host(service, region, settings.account_id, is_inside=is_inside)


class Address(NamedTuple):
    """What an endpoint is made of; *authority* is `host` or `host:port`."""

    scheme: str
    authority: str
    host: str


def split_endpoint(endpoint: str) -> Address:
    """Return the parts of `https://host[:port]`; a host in brackets is an IPv6 address."""
    scheme, _, authority = endpoint.partition("://")
    bracketed, closing, _ = authority.partition("]")
    return Address(scheme, authority, bracketed[1:] if closing else authority.partition(":")[0])


def cas_region(settings: Settings) -> str:
    """Return the region in which CAS keeps the account's certificates."""
    return settings.cas_region or CAS_REGIONS[settings.site]


def _host(service: ServiceName, region: str, account_id: str, *, is_inside: bool) -> str:
    vpc, internal = ("-vpc", "-internal") if is_inside else ("", "")
    if service == "alb":
        return f"alb{vpc}.{ALB_REGION_ALIASES.get(region, region)}.aliyuncs.com"
    if service == "clb":
        is_shared = region in SHARED_CLB_REGIONS and not is_inside
        return CLB_HOSTS.get(region) or ("slb.aliyuncs.com" if is_shared else f"slb{vpc}.{region}.aliyuncs.com")
    if service == "cas":
        has_vpc = is_inside and region in VPC_CAS_REGIONS
        has_own = region in OWN_CAS_REGIONS
        return f"cas-vpc.{region}.aliyuncs.com" if has_vpc else f"cas{'.' + region if has_own else ''}.aliyuncs.com"
    if service == "mns":
        return f"{account_id}.mns.{region}{internal}.aliyuncs.com"
    return f"oss-{region}{internal}.aliyuncs.com"
