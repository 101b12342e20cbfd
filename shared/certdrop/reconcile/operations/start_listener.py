"""StartListener: StartListener (ALB), StartLoadBalancerListener; a CLB listener is born stopped."""

from certdrop.cloud.alb_models import StartListenerRequest
from certdrop.cloud.clb_models import StartLoadBalancerListenerRequest
from certdrop.deployment.operations import OperationEnd
from certdrop.reconcile.scenes import Scene


def start_listener(scene: Scene, token: str) -> OperationEnd:
    """Start the listener that certdrop created."""
    if scene.listener.service == "alb":
        alb = scene.house.cloud.alb(scene.region)
        job = alb.start_listener(StartListenerRequest(listener_id=scene.listener_id, client_token=token))
        return OperationEnd(job_id=job.job_id, request_id=job.request_id)
    request = StartLoadBalancerListenerRequest(
        load_balancer_id=scene.listener.load_balancer, listener_port=scene.listener.port, listener_protocol="https"
    )
    return OperationEnd(request_id=scene.house.cloud.clb(scene.region).start_load_balancer_listener(request).request_id)
