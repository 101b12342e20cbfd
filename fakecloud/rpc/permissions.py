"""What calls of ALB, CLB and CAS need of RAM, by the authorization tables of the vendor's API pages of 2026."""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from fakecloud.ram import Verdict, Wish
from fakecloud.serving import Denial

if TYPE_CHECKING:
    from fakecloud.world import World

Pairs = Mapping[str, str]
Finder = Callable[["World", Pairs], list[str]]

CODES = {"alb": "alb", "clb": "slb", "cas": "yundun-cert"}  # a product's name in policies
ANY = "*"


def find_needs(world: "World", service: str, action: str, pairs: Pairs, region: str) -> tuple[Wish, ...]:
    """Return what a call needs, all of it; *pairs* are its parameters as they were sent."""
    code = CODES.get(service, service)
    resources = [resource for find in _finders(service, action) for resource in find(world, pairs)]
    account = f"acs:{code}:{region}:{world.account_id}"
    name = f"{code}:{action}"
    return tuple(Wish(name, f"{account}:{one}") for one in dict.fromkeys(resources)) or (Wish(name),)


def explain_denial(denial: Denial, account_id: str) -> dict[str, Any]:
    """Return the detail that the error document of a denial has; its diagnostic message is JSON in base64 here."""
    diagnosis = {
        "AuthAction": denial.wish.action,
        "AuthResource": denial.wish.resource,
        "ExplicitDeny": denial.verdict is Verdict.FORBIDDEN,
    }
    detail = {
        "AuthAction": denial.wish.action,
        "AuthPrincipalType": "AssumedRoleUser",
        "AuthPrincipalDisplayName": f"{denial.role}:fakecloud",  # role and session
        "AuthPrincipalOwnerId": account_id,
        "NoPermissionType": denial.verdict.value,
        "PolicyType": "AccountLevelIdentityBasedPolicy",
        "EncodedDiagnosticMessage": base64.b64encode(json.dumps(diagnosis).encode()).decode(),
    }
    return {"AccessDeniedDetail": detail}


def _find_values(pairs: Pairs, *names: str) -> Iterator[str]:
    """Return what parameters of these names hold, wherever they stand: Tuples.1.ServerGroupId, ListenerIds.2."""
    wanted = re.compile(rf"(?:.*\.)?(?:{'|'.join(names)})s?(?:\.\d+)?")
    return (part for name, value in pairs.items() if wanted.fullmatch(name) for part in value.split(",") if part)


def _named(kind: str, *parameters: str) -> Finder:
    return lambda _, pairs: [f"{kind}/{value}" for value in _find_values(pairs, *parameters)]


def _alb_load_balancers(world: "World", pairs: Pairs) -> list[str]:
    """Return the instances that a call names, or whose listeners it names."""
    listeners = world.alb.listeners
    found = list(_find_values(pairs, "LoadBalancerId"))
    found += [listeners[one].load_balancer.id if one in listeners else ANY for one in _find_values(pairs, "ListenerId")]
    return [f"loadbalancer/{one}" for one in found or [ANY]]


def _clb_load_balancers(world: "World", pairs: Pairs) -> list[str]:
    """Return the instances that a call names, or whose extension domains it names."""
    owners = {
        extension: load_balancer
        for (load_balancer, _), listener in world.clb.listeners.by_address.items()
        for extension in listener.extensions
    }
    found = list(_find_values(pairs, "LoadBalancerId"))
    if not found:
        found = [owners.get(one, ANY) for one in _find_values(pairs, "DomainExtensionId")]
    return [f"loadbalancer/{one}" for one in found or [ANY]]


def _all_certificates(_world: "World", _pairs: Pairs) -> list[str]:
    return ["certificate/*"]


_CLB_CERTIFICATES = _named("certificate", "ServerCertificateId", "CACertificateId")
_ALB_SETTINGS = (
    _alb_load_balancers,
    _named("securitypolicy", "SecurityPolicyId"),
    _named("servergroup", "ServerGroupId"),
)
_CLB_SETTINGS = (_clb_load_balancers, _CLB_CERTIFICATES, _named("acl", "AclId"))

# by product and action; no finder: the API has no resource level
FINDERS: Mapping[tuple[str, str], tuple[Finder, ...]] = {
    ("alb", "CreateListener"): _ALB_SETTINGS,
    ("alb", "UpdateListenerAttribute"): _ALB_SETTINGS,
    ("alb", "ListAsynJobs"): (),
    ("clb", "CreateLoadBalancerHTTPSListener"): _CLB_SETTINGS,
    ("clb", "SetLoadBalancerHTTPSListenerAttribute"): _CLB_SETTINGS,
    ("clb", "UploadCACertificate"): (_all_certificates,),
    ("clb", "DescribeServerCertificates"): (_all_certificates,),
    ("clb", "DescribeCACertificates"): (_all_certificates,),
    ("clb", "DeleteServerCertificate"): (_CLB_CERTIFICATES,),
    ("clb", "DeleteCACertificate"): (_CLB_CERTIFICATES,),
    ("clb", "SetServerCertificateName"): (_CLB_CERTIFICATES,),
    ("clb", "SetCACertificateName"): (_CLB_CERTIFICATES,),
    ("clb", "UploadServerCertificate"): (),
    ("clb", "DescribeRegions"): (),
}
_REST: Mapping[str, tuple[Finder, ...]] = {"alb": (_alb_load_balancers,), "clb": (_clb_load_balancers,)}


def _finders(service: str, action: str) -> tuple[Finder, ...]:
    return FINDERS.get((service, action), _REST.get(service, ()))
