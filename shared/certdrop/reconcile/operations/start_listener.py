"""StartListener: StartLoadBalancerListener; a CLB listener is born stopped."""

from certdrop.cloud.clb_models import StartLoadBalancerListenerRequest
from certdrop.deployment.operations import OperationEnd
from certdrop.reconcile.scenes import Scene


def start_listener(scene: Scene, _token: str) -> OperationEnd:
    """Start the CLB listener that certdrop created."""
    request = StartLoadBalancerListenerRequest(
        load_balancer_id=scene.listener.load_balancer, listener_port=scene.listener.port, listener_protocol="https"
    )
    return OperationEnd(request_id=scene.house.cloud.clb(scene.region).start_load_balancer_listener(request).request_id)
