"""ImportToClb: UploadServerCertificate by reference to CAS, so that no key travels twice, or UploadCACertificate."""

from certdrop.cloud.clb_models import CaTag, Tag, UploadCACertificateRequest, UploadServerCertificateRequest
from certdrop.cloud.endpoints import cas_region
from certdrop.deployment.cleanup import CAS
from certdrop.deployment.operations import OperationEnd
from certdrop.deployment.work import SeenWork
from certdrop.errors import Fate
from certdrop.reconcile.house import House
from certdrop.reconcile.operations.ends import end_of_call
from certdrop.reconcile.scenes import TAG
from certdrop.state.retired import is_retired


def make_upload(house: House, work: SeenWork) -> OperationEnd:
    """Import a CA bundle, or a server bundle that CAS holds, into the work's CLB region; the end of the operation."""
    upload = _upload_authority if work.facts.kind == "ca" else _upload
    return end_of_call(house, [work], lambda: upload(house, work))


def _upload_authority(house: House, work: SeenWork) -> OperationEnd:
    request = UploadCACertificateRequest(
        ca_certificate=work.facts.ca_pem or "",
        ca_certificate_name=work.facts.cas_name,
        tag=(CaTag(key=TAG[0], value=TAG[1]),),
    )
    return OperationEnd(request_id=house.cloud.clb(work.work.region).upload_ca_certificate(request).request_id)


def _upload(house: House, work: SeenWork) -> OperationEnd:
    facts = work.facts
    entry = house.cloud.cas.find_certificate(facts.cas_name)
    if entry is None or is_retired(house.store, CAS, entry.cert_identifier):
        return OperationEnd(code="not-in-cas", fate=Fate.WAIT, message="CAS does not show the certificate yet")
    answer = house.cloud.clb(work.work.region).upload_server_certificate(
        UploadServerCertificateRequest(
            ali_cloud_certificate_id=str(entry.certificate_id),
            ali_cloud_certificate_name=entry.certificate_name,
            ali_cloud_certificate_region_id=cas_region(house.settings),
            server_certificate_name=facts.cas_name,
            tag=(Tag(key=TAG[0], value=TAG[1]),),
        )
    )
    return OperationEnd(request_id=answer.request_id)
