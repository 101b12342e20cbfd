"""CLB on the wire: all its operations, for the gateway."""

from fakecloud.clb.certificate_wire import CertificateWire
from fakecloud.clb.errors import explain
from fakecloud.clb.listener_wire import ExtensionWire, ListenerWire
from fakecloud.clb.load_balancer_wire import LoadBalancerWire
from fakecloud.rpc.operation import RpcService, index
from fakecloud.world import World

VERSION = "2014-05-15"


def service(world: World) -> RpcService:
    """Return CLB for the gateway; its shared endpoint serves many regions."""
    wires = (CertificateWire(world), ListenerWire(world), ExtensionWire(world), LoadBalancerWire(world))
    operations = index(*(operation for wire in wires for operation in wire.operations()))
    return RpcService("clb", VERSION, operations, explain, "slb.aliyuncs.com")
