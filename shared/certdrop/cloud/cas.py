"""Certificate Management Service, 2020-04-07: where ALB and CLB take certificates from."""

from pydantic import SecretStr

from certdrop.cloud.cas_models import (
    CasCertificate,
    DeleteUserCertificateRequest,
    ListCertificatesRequest,
    ListCertificatesResponse,
    UploadUserCertificateRequest,
    UploadUserCertificateResponse,
)
from certdrop.cloud.paging import MOST_PAGES, endless
from certdrop.cloud.rpc import RpcClient
from certdrop.cloud.wire import RpcResponse

VERSION = "2020-04-07"


class Cas:
    """CAS of one site. Every call raises CloudError or LostAnswerError."""

    def __init__(self, rpc: RpcClient) -> None:
        self._rpc = rpc

    def list_certificates(self, keyword: str = "") -> list[CasCertificate]:
        """List all certificates that match *keyword* (loosely: domains, names, ids); all of them without one."""
        certificates: list[CasCertificate] = []
        for page_number in range(1, MOST_PAGES + 1):
            request = ListCertificatesRequest(keyword=keyword or None, current_page=page_number)
            page = self._rpc.call(request, ListCertificatesResponse)
            certificates.extend(page.certificate_list)
            if not page.certificate_list or len(certificates) >= page.total_count:
                return certificates
        raise endless("cas", ListCertificatesRequest.action)

    def find_certificate(self, name: str) -> CasCertificate | None:
        """Return the certificate of exactly this name, or None."""
        return next((found for found in self.list_certificates(name) if found.certificate_name == name), None)

    def upload_user_certificate(self, name: str, certificate_pem: str, key_pem: SecretStr) -> int:
        """Import a certificate with its key and return its CertId; NameRepeat when the name is taken."""
        request = UploadUserCertificateRequest(name=name, cert=certificate_pem, key=key_pem)
        return self._rpc.call(request, UploadUserCertificateResponse).cert_id

    def delete_user_certificate(self, certificate_id: int) -> None:
        """Delete an imported certificate; NotFound when it is gone."""
        self._rpc.call(DeleteUserCertificateRequest(cert_id=certificate_id), RpcResponse)
