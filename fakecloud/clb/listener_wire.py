"""CLB's listener and extension domain operations on the wire."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fakecloud.clb import documents, parameters
from fakecloud.clb.certificate_wire import read_tags
from fakecloud.clb.models import Clb
from fakecloud.rpc.operation import Operation, Parameter, RpcCall
from fakecloud.world import World

Document = dict[str, Any]
NOT_SETTINGS = ("RegionId", "LoadBalancerId", "ListenerPort", "Tag", "DryRun")


class ListenerWire:
    """Turns calls into actions on listeners."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _clb(self) -> Clb:
        return self._world.clb

    def operations(self) -> list[Operation]:
        """Return the operations."""
        return [
            _change(
                "CreateLoadBalancerHTTPSListener",
                parameters.CREATE_HTTPS_LISTENER,
                self.create_load_balancer_https_listener,
            ),
            _change(
                "SetLoadBalancerHTTPSListenerAttribute",
                parameters.SET_HTTPS_LISTENER,
                self.set_load_balancer_https_listener_attribute,
            ),
            _change("StartLoadBalancerListener", parameters.ON_LISTENER, self.start_load_balancer_listener),
            _change("StopLoadBalancerListener", parameters.ON_LISTENER, self.stop_load_balancer_listener),
            _change("DeleteLoadBalancerListener", parameters.ON_LISTENER, self.delete_load_balancer_listener),
            Operation(
                "DescribeLoadBalancerHTTPSListenerAttribute",
                parameters.HTTPS_LISTENER,
                self.describe_load_balancer_https_listener_attribute,
                resource="LoadBalancerId",
            ),
        ]

    def create_load_balancer_https_listener(self, call: RpcCall) -> Document:
        """Create a stopped listener."""
        self._clb.listeners.create_load_balancer_https_listener(*_address(call), _settings(call), read_tags(call))
        return {}

    def set_load_balancer_https_listener_attribute(self, call: RpcCall) -> Document:
        """Change what was sent."""
        self._clb.listeners.set_load_balancer_https_listener_attribute(
            *_address(call), _settings(call), dry_run=call.parameters.get("DryRun", False)
        )
        return {}

    def start_load_balancer_listener(self, call: RpcCall) -> Document:
        """Start."""
        self._clb.listeners.start_load_balancer_listener(*_address(call), _protocol(call))
        return {}

    def stop_load_balancer_listener(self, call: RpcCall) -> Document:
        """Stop."""
        self._clb.listeners.stop_load_balancer_listener(*_address(call), _protocol(call))
        return {}

    def delete_load_balancer_listener(self, call: RpcCall) -> Document:
        """Delete."""
        self._clb.listeners.delete_load_balancer_listener(*_address(call), _protocol(call))
        return {}

    def describe_load_balancer_https_listener_attribute(self, call: RpcCall) -> Document:
        """Tell all of one listener."""
        return documents.https_listener(self._clb.listeners.get_https(*_address(call)))


class ExtensionWire:
    """Turns calls into actions on extension domains."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _clb(self) -> Clb:
        return self._world.clb

    def operations(self) -> list[Operation]:
        """Return the operations."""
        on_one = parameters.ON_DOMAIN_EXTENSION
        one = "DomainExtensionId"
        return [
            _change("CreateDomainExtension", parameters.CREATE_DOMAIN_EXTENSION, self.create_domain_extension),
            _change(
                "SetDomainExtensionAttribute", parameters.SET_DOMAIN_EXTENSION, self.set_domain_extension_attribute, one
            ),
            _change("DeleteDomainExtension", on_one, self.delete_domain_extension, one),
            Operation(
                "DescribeDomainExtensions",
                parameters.DESCRIBE_DOMAIN_EXTENSIONS,
                self.describe_domain_extensions,
                resource="LoadBalancerId",
            ),
            Operation(
                "DescribeDomainExtensionAttribute", on_one, self.describe_domain_extension_attribute, resource=one
            ),
        ]

    def create_domain_extension(self, call: RpcCall) -> Document:
        """Create."""
        extension = self._clb.extensions.create_domain_extension(
            *_address(call), call.parameters["Domain"], call.parameters.get("ServerCertificateId", "")
        )
        return {"DomainExtensionId": extension.domain_extension_id, "ListenerPort": extension.port}

    def set_domain_extension_attribute(self, call: RpcCall) -> Document:
        """Exchange the certificate."""
        self._clb.extensions.set_domain_extension_attribute(
            call.region, call.parameters["DomainExtensionId"], call.parameters.get("ServerCertificateId", "")
        )
        return {}

    def delete_domain_extension(self, call: RpcCall) -> Document:
        """Delete."""
        self._clb.extensions.delete_domain_extension(call.region, call.parameters["DomainExtensionId"])
        return {}

    def describe_domain_extensions(self, call: RpcCall) -> Document:
        """Tell a listener's extension domains."""
        found = self._clb.extensions.describe_domain_extensions(
            *_address(call), call.parameters.get("DomainExtensionId", "")
        )
        return {"DomainExtensions": {"DomainExtension": [documents.domain_extension(each) for each in found]}}

    def describe_domain_extension_attribute(self, call: RpcCall) -> Document:
        """Tell one extension domain and where it is."""
        extension = self._clb.extensions.describe_domain_extension_attribute(
            call.region, call.parameters["DomainExtensionId"]
        )
        return {
            **documents.domain_extension(extension),
            "ListenerPort": extension.port,
            "LoadBalancerId": extension.load_balancer_id,
        }


def _change(
    action: str,
    declared: Sequence[Parameter],
    handler: Callable[[RpcCall], Mapping[str, Any]],
    resource: str = "LoadBalancerId",
) -> Operation:
    return Operation(action, tuple(declared), handler, mutating=True, resource=resource)


def _address(call: RpcCall) -> tuple[str, str, int]:
    return call.region, call.parameters["LoadBalancerId"], call.parameters["ListenerPort"]


def _protocol(call: RpcCall) -> str:
    return str(call.parameters.get("ListenerProtocol", ""))


def _settings(call: RpcCall) -> Document:
    return {name: value for name, value in call.parameters.items() if name not in NOT_SETTINGS}
