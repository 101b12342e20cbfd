"""SetExtension: CreateDomainExtension or SetDomainExtensionAttribute, one domain of a CLB listener."""

from certdrop.cloud.clb_models import CreateDomainExtensionRequest, SetDomainExtensionAttributeRequest
from certdrop.deployment.operations import OperationEnd
from certdrop.reconcile.scenes import Scene


def set_extension(scene: Scene, _token: str) -> OperationEnd:
    """Give one domain the step's certificate: in place when the extension exists, else as a new one."""
    clb, step = scene.house.cloud.clb(scene.region), scene.step
    if step.extension_id:
        change = SetDomainExtensionAttributeRequest(
            domain_extension_id=step.extension_id, server_certificate_id=scene.certificate
        )
        return OperationEnd(request_id=clb.set_domain_extension_attribute(change).request_id)
    creation = CreateDomainExtensionRequest(
        load_balancer_id=scene.listener.load_balancer,
        listener_port=scene.listener.port,
        domain=step.domain,
        server_certificate_id=scene.certificate,
    )
    return OperationEnd(request_id=clb.create_domain_extension(creation).request_id)
