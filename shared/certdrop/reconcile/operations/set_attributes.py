"""SetAttributes: UpdateListenerAttribute (ALB), SetLoadBalancerHTTPSListenerAttribute (CLB), without certificates."""

from certdrop.cloud.alb_models import UpdateListenerAttributeRequest
from certdrop.cloud.clb_models import SetLoadBalancerHTTPSListenerAttributeRequest
from certdrop.deployment.operations import OperationEnd
from certdrop.reconcile.operations.create_listener import find_settings, target_gone
from certdrop.reconcile.operations.listener_changes import find_changes, find_values
from certdrop.reconcile.scenes import Scene


def set_attributes(scene: Scene, token: str) -> OperationEnd:
    """Put right the settings that the target in force names and that differ; all others are left alone."""
    said = find_settings(scene)
    if said is None:
        return target_gone()
    place = scene.house, scene.listener, scene.seen, said
    values = find_values(*place, find_changes(*place))
    if scene.listener.service == "clb":
        grouped = {"v_server_group": "on"} if "v_server_group_id" in values else {}
        at = {"load_balancer_id": scene.listener.load_balancer, "listener_port": scene.listener.port}
        change = SetLoadBalancerHTTPSListenerAttributeRequest.model_validate({**at, **values, **grouped})
        clb = scene.house.cloud.clb(scene.region)
        return OperationEnd(request_id=clb.set_load_balancer_https_listener_attribute(change).request_id)
    request = UpdateListenerAttributeRequest.model_validate(
        {"listener_id": scene.listener_id, "client_token": token, **values}
    )
    job = scene.house.cloud.alb(scene.region).update_listener_attribute(request)
    return OperationEnd(job_id=job.job_id, request_id=job.request_id)
