"""Dissociate: DissociateAdditionalCertificatesFromListener, all certificates of the step in one call."""

from certdrop.cloud.alb_models import CertificateReference, DissociateAdditionalCertificatesFromListenerRequest
from certdrop.deployment.operations import OperationEnd
from certdrop.reconcile.scenes import Scene


def dissociate(scene: Scene, token: str) -> OperationEnd:
    """Dissociate the step's certificates on an ALB listener."""
    request = DissociateAdditionalCertificatesFromListenerRequest(
        listener_id=scene.listener_id,
        certificates=tuple(CertificateReference(certificate_id=one) for one in scene.step.certificates),
        client_token=token,
    )
    answer = scene.house.cloud.alb(scene.region).dissociate_additional_certificates_from_listener(request)
    return OperationEnd(job_id=answer.job_id, request_id=answer.request_id)
