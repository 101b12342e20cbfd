"""What the official SDK's models know of an answer, fakecloud tells, in the same kinds; it tells nothing else."""

from collections.abc import Iterator, Mapping

import pytest

from fakecloud.rpc.gateway import services_of
from fakecloud.world import World
from tests.fakecloud.neighbours.sdk_models import elements_of
from tests.fakecloud.neighbours.town import CALLS, Town
from tests.fakecloud.pages.calls import Document

pytestmark = pytest.mark.sdk
OPERATIONS = [(service.name, action) for service in services_of(World()) for action in service.operations]
KINDS = {str: "string", int: "integer", bool: "boolean", list: "list", dict: "object"}
ORDERS = "of orders that were bought; what is uploaded has none"
SM2 = "of certificates with SM2 keys, which neither load balancer takes"
NOT_TOLD: Mapping[str, Mapping[str, str]] = {  # by action: element and why
    "GetListenerAttribute": {
        "AclConfig.AclRelations.AclId": "no call here gives an ALB listener an access control list",
        "AclConfig.AclRelations.Status": "likewise",
    },
    "DescribeLoadBalancerHTTPSListenerAttribute": {
        f"Rules.Rule.{name}": "no call here makes forwarding rules"
        for name in ("Domain", "RuleId", "RuleName", "Url", "VServerGroupId")
    },
    "DescribeLoadBalancerAttribute": {
        f"BackendServers.BackendServer.{name}": "no call here adds servers to an instance"
        for name in ("Description", "ServerId", "ServerIp", "Type", "Weight")
    },
    "ListUserCertificateOrder": {
        f"CertificateOrderList.{name}": ORDERS
        for name in (
            *("Algorithm", "AliyunOrderId", "BuyDate", "CertEndTime", "CertStartTime", "CertType", "Domain"),
            *("DomainCount", "DomainType", "OrderId", "PartnerOrderId", "ProductCode", "ProductName", "RootBrand"),
            *("SourceType", "TrusteeStatus", "WildDomainCount"),
        )
    },
    "GetUserCertificateDetail": dict.fromkeys(("EncryptCert", "EncryptPrivateKey", "SignCert", "SignPrivateKey"), SM2),
}
OF_OLDER_MODELS: Mapping[str, Mapping[str, str]] = {
    "GetListenerAttribute": {"Certificates.IsDefault": "boolean", "Certificates.Status": "string"},
}


def elements(document: Document, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the elements by path with their kinds; a list's items have no indices."""
    for name, value in document.items():
        yield prefix + name, KINDS[type(value)]
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from elements(item, f"{prefix}{name}.")


@pytest.mark.parametrize(("product", "action"), OPERATIONS)
def test_fakecloud_tells_the_elements_of_the_sdk(product: str, action: str, world: World) -> None:
    told = dict(elements(Town(world).ask(product, action)))
    known = elements_of(product, action)
    excused = NOT_TOLD.get(action, {})
    assert excused.keys() <= known.keys() - told.keys()
    assert told == {
        **{path: kind for path, kind in known.items() if path not in excused},
        **OF_OLDER_MODELS.get(action, {}),
    }


def test_every_action_is_called() -> None:
    assert set(CALLS) == {action for _, action in OPERATIONS}
