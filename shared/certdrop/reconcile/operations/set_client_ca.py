"""SetClientCa: UpdateListenerAttribute (ALB), SetLoadBalancerHTTPSListenerAttribute (CLB), the client CA alone."""

from certdrop.cloud.alb_models import CertificateReference, UpdateListenerAttributeRequest
from certdrop.cloud.clb_models import SetLoadBalancerHTTPSListenerAttributeRequest
from certdrop.deployment.operations import OperationEnd
from certdrop.reconcile.scenes import Scene


def set_client_ca(scene: Scene, token: str) -> OperationEnd:
    """Let the listener check clients' certificates against the step's CA."""
    if scene.listener.service == "clb":
        clb = scene.house.cloud.clb(scene.region)
        answer = clb.set_load_balancer_https_listener_attribute(
            SetLoadBalancerHTTPSListenerAttributeRequest(
                load_balancer_id=scene.listener.load_balancer,
                listener_port=scene.listener.port,
                ca_certificate_id=scene.certificate,
            )
        )
        return OperationEnd(request_id=answer.request_id)
    request = UpdateListenerAttributeRequest(
        listener_id=scene.listener_id,
        ca_enabled=True,
        ca_certificates=(CertificateReference(certificate_id=scene.certificate),),
        client_token=token,
    )
    job = scene.house.cloud.alb(scene.region).update_listener_attribute(request)
    return OperationEnd(job_id=job.job_id, request_id=job.request_id)
