"""Associate: AssociateAdditionalCertificatesWithListener, all certificates of the step in one call."""

from certdrop.cloud.alb_models import AssociateAdditionalCertificatesWithListenerRequest, CertificateReference
from certdrop.deployment.operations import OperationEnd
from certdrop.reconcile.scenes import Scene


def associate(scene: Scene, token: str) -> OperationEnd:
    """Associate the step's certificates on an ALB listener."""
    request = AssociateAdditionalCertificatesWithListenerRequest(
        listener_id=scene.listener_id,
        certificates=tuple(CertificateReference(certificate_id=one) for one in scene.step.certificates),
        client_token=token,
    )
    answer = scene.house.cloud.alb(scene.region).associate_additional_certificates_with_listener(request)
    return OperationEnd(job_id=answer.job_id, request_id=answer.request_id)
