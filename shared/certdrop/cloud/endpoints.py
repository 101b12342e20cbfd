"""Where each service answers: the vendor's rules, and the settings that override them."""

from typing import Literal

from certdrop.ports import Settings

ServiceName = Literal["oss", "mns", "alb", "clb", "cas"]

# Regions whose CLB answers at the shared host, which asks for RegionId (endpoint table of SLB 2014-05-15).
SHARED_CLB_REGIONS = frozenset({
    "cn-qingdao", "cn-beijing", "cn-hangzhou", "cn-shanghai", "cn-shenzhen", "cn-hongkong", "ap-southeast-1",
    "us-east-1", "us-west-1", "cn-hangzhou-finance", "cn-shanghai-finance-1", "cn-shenzhen-finance-1",
    "cn-north-2-gov-1", "cn-beijing-gov-1", "cn-beijing-finance-pop", "cn-hongkong-finance-pop",
})  # fmt: skip
ALB_REGION_ALIASES = {"cn-hangzhou-finance": "cn-hangzhou"}
CAS_HOSTS = {"china": "cas.aliyuncs.com", "international": "cas.ap-southeast-1.aliyuncs.com"}


def endpoint(service: ServiceName, settings: Settings, region: str) -> str:
    """Return `https://host` of *service* in *region*, without a final slash; settings.endpoints overrides the rule."""
    override = settings.endpoints.get(service)
    if override:
        return override.rstrip("/")
    return "https://" + _host(service, settings, region)


def _host(service: ServiceName, settings: Settings, region: str) -> str:
    if service == "alb":
        return f"alb.{ALB_REGION_ALIASES.get(region, region)}.aliyuncs.com"
    if service == "clb":
        return "slb.aliyuncs.com" if region in SHARED_CLB_REGIONS else f"slb.{region}.aliyuncs.com"
    if service == "cas":
        return CAS_HOSTS[settings.site]
    if service == "mns":
        return f"{settings.account_id}.mns.{region}.aliyuncs.com"
    return f"oss-{region}.aliyuncs.com"
