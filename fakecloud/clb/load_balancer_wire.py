"""CLB's instance and region operations on the wire."""

import json
from collections.abc import Iterator
from typing import Any

from fakecloud.clb import documents, parameters
from fakecloud.clb.certificate_wire import read_tags
from fakecloud.clb.certificates import bears
from fakecloud.clb.errors import invalid
from fakecloud.clb.models import Clb
from fakecloud.clb.resources import LoadBalancer
from fakecloud.rpc.operation import Operation, RpcCall, RpcError
from fakecloud.world import World

Document = dict[str, Any]
MOST_IDS = 10
REGIONS = {
    "cn-qingdao": "China (Qingdao)",
    "cn-beijing": "China (Beijing)",
    "cn-hangzhou": "China (Hangzhou)",
    "cn-shanghai": "China (Shanghai)",
    "cn-shenzhen": "China (Shenzhen)",
    "cn-hongkong": "China (Hong Kong)",
    "ap-southeast-1": "Singapore",
    "eu-central-1": "Germany (Frankfurt)",
    "us-east-1": "US (Virginia)",
    "us-west-1": "US (Silicon Valley)",
}
REGIONS_WITH_AN_ENDPOINT = ("eu-central-1",)


class LoadBalancerWire:
    """Turns calls into questions about instances."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _clb(self) -> Clb:
        return self._world.clb

    def operations(self) -> list[Operation]:
        """Return the operations."""
        one = (parameters.OPTIONAL_REGION, parameters.LOAD_BALANCER)
        return [
            Operation(
                "DescribeLoadBalancerAttribute", one, self.describe_load_balancer_attribute, resource="LoadBalancerId"
            ),
            Operation("DescribeLoadBalancers", parameters.DESCRIBE_LOAD_BALANCERS, self.describe_load_balancers),
            Operation("DescribeRegions", parameters.DESCRIBE_REGIONS, self.describe_regions),
        ]

    def describe_load_balancer_attribute(self, call: RpcCall) -> Document:
        """Tell all of one instance."""
        instance = self._clb.listeners.get_load_balancer(call.region, call.parameters["LoadBalancerId"])
        return documents.load_balancer_attribute(instance, self._clb.listeners.of(instance.load_balancer_id))

    def describe_load_balancers(self, call: RpcCall) -> Document:
        """Tell a page of the region's instances."""
        page = call.parameters.get("PageNumber", 1)
        size = call.parameters.get("PageSize", 10)
        found = [documents.load_balancer(instance) for instance in self._find(call)]
        for document in found:
            document["InternetChargeTypeAlias"] = document["InternetChargeType"]
        return {
            "LoadBalancers": {"LoadBalancer": found[(page - 1) * size : page * size]},
            "PageNumber": page,
            "PageSize": size,
            "TotalCount": len(found),
        }

    def _find(self, call: RpcCall) -> Iterator[LoadBalancer]:
        sent = call.parameters
        ids = _split(sent.get("LoadBalancerId", ""), "LoadBalancerId")
        names = _split(sent.get("LoadBalancerName", ""), "LoadBalancerName")
        tags = [*read_tags(call), *_read_json_tags(sent.get("Tags", ""))]
        filters = {name: sent[name] for name in parameters.LOAD_BALANCER_FILTERS if name in sent}
        if "ServerId" in sent or "ServerIntranetAddress" in sent:
            return  # no instance here has backend servers
        for instance in self._clb.load_balancers.values():
            document = documents.load_balancer(instance)
            if (
                instance.region == call.region
                and (not ids or instance.load_balancer_id in ids)
                and (not names or instance.name in names)
                and bears(instance.tags, tags)
                and all(document[name] == value for name, value in filters.items())
            ):
                yield instance

    def describe_regions(self, _call: RpcCall) -> Document:
        """Tell the regions and where each is served."""
        regions = [
            {
                "LocalName": name,
                "RegionEndpoint": f"slb.{region}.aliyuncs.com"
                if region in REGIONS_WITH_AN_ENDPOINT
                else "slb.aliyuncs.com",
                "RegionId": region,
            }
            for region, name in REGIONS.items()
        ]
        return {"Regions": {"Region": regions}}


def _split(text: str, name: str) -> list[str]:
    values = [value.strip() for value in text.split(",") if value.strip()]
    if len(values) > MOST_IDS:
        raise invalid(name, f"at most {MOST_IDS}")
    return values


def _read_json_tags(text: str) -> list[tuple[str, str]]:
    if not text:
        return []
    try:
        pairs = json.loads(text)
        return [(str(pair["TagKey"]), str(pair.get("TagValue", ""))) for pair in pairs]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RpcError(400, "InvalidParameter", "The specified parameter Tags is not valid JSON.") from error
