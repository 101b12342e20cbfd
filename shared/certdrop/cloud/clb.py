"""Classic Load Balancer (SLB 2014-05-15): HTTPS listeners, their certificates and extension domains."""

from typing import TypeVar

from certdrop.cloud.clb_answers import (
    CaCertificate,
    CreateDomainExtensionResponse,
    DescribeCACertificatesResponse,
    DescribeLoadBalancersResponse,
    DescribeServerCertificatesResponse,
    ListenerAttribute,
    LoadBalancerAttribute,
    ServerCertificate,
    UploadCACertificateResponse,
    UploadServerCertificateResponse,
)
from certdrop.cloud.clb_models import (
    ClbRequest,
    CreateDomainExtensionRequest,
    CreateLoadBalancerHTTPSListenerRequest,
    DeleteCACertificateRequest,
    DeleteServerCertificateRequest,
    DescribeCACertificatesRequest,
    DescribeLoadBalancerAttributeRequest,
    DescribeLoadBalancerHTTPSListenerAttributeRequest,
    DescribeLoadBalancersRequest,
    DescribeServerCertificatesRequest,
    SetDomainExtensionAttributeRequest,
    SetLoadBalancerHTTPSListenerAttributeRequest,
    StartLoadBalancerListenerRequest,
    UploadCACertificateRequest,
    UploadServerCertificateRequest,
)
from certdrop.cloud.paging import MOST_PAGES, endless
from certdrop.cloud.rpc import RpcClient
from certdrop.cloud.wire import RpcResponse

VERSION = "2014-05-15"

Response = TypeVar("Response", bound=RpcResponse)


class Clb:
    """CLB of one region, which every request names. Every call raises CloudError or LostAnswerError."""

    def __init__(self, rpc: RpcClient, region: str) -> None:
        self._rpc = rpc
        self._region = region

    def create_load_balancer_https_listener(self, request: CreateLoadBalancerHTTPSListenerRequest) -> RpcResponse:
        """Make an HTTPS listener, stopped."""
        return self._call(request, RpcResponse)

    def start_load_balancer_listener(self, request: StartLoadBalancerListenerRequest) -> RpcResponse:
        """Start a listener: starting, then running."""
        return self._call(request, RpcResponse)

    def set_load_balancer_https_listener_attribute(
        self, request: SetLoadBalancerHTTPSListenerAttributeRequest
    ) -> RpcResponse:
        """Change an HTTPS listener's certificate, client CA or TLS settings."""
        return self._call(request, RpcResponse)

    def describe_load_balancer_https_listener_attribute(self, load_balancer_id: str, port: int) -> ListenerAttribute:
        """Show an HTTPS listener."""
        request = DescribeLoadBalancerHTTPSListenerAttributeRequest(
            load_balancer_id=load_balancer_id, listener_port=port
        )
        return self._call(request, ListenerAttribute)

    def describe_load_balancer_attribute(self, load_balancer_id: str) -> LoadBalancerAttribute:
        """Show a load balancer and its listeners' ports."""
        return self._call(
            DescribeLoadBalancerAttributeRequest(load_balancer_id=load_balancer_id), LoadBalancerAttribute
        )

    def describe_load_balancers(self) -> list[str]:
        """List the ids of the region's load balancers."""
        found: list[str] = []
        for page_number in range(1, MOST_PAGES + 1):
            page = self._call(DescribeLoadBalancersRequest(page_number=page_number), DescribeLoadBalancersResponse)
            found.extend(one.load_balancer_id for one in page.load_balancers)
            if not page.load_balancers or len(found) >= page.total_count:
                return found
        raise endless("clb", DescribeLoadBalancersRequest.action)

    def describe_server_certificates(
        self, request: DescribeServerCertificatesRequest | None = None
    ) -> list[ServerCertificate]:
        """List the region's server certificates: all, or those that the request asks for."""
        answer = self._call(request or DescribeServerCertificatesRequest(), DescribeServerCertificatesResponse)
        return list(answer.server_certificates)

    def upload_server_certificate(self, request: UploadServerCertificateRequest) -> UploadServerCertificateResponse:
        """Import a server certificate, best by reference to CAS."""
        return self._call(request, UploadServerCertificateResponse)

    def delete_server_certificate(self, server_certificate_id: str) -> None:
        """Delete a server certificate; CertificateAndPrivateKeyIsRefered while a listener refers to it."""
        self._call(DeleteServerCertificateRequest(server_certificate_id=server_certificate_id), RpcResponse)

    def describe_ca_certificates(self, request: DescribeCACertificatesRequest | None = None) -> list[CaCertificate]:
        """List the region's CA certificates: all, or those that the request asks for."""
        answer = self._call(request or DescribeCACertificatesRequest(), DescribeCACertificatesResponse)
        return list(answer.ca_certificates)

    def upload_ca_certificate(self, request: UploadCACertificateRequest) -> UploadCACertificateResponse:
        """Import a CA certificate."""
        return self._call(request, UploadCACertificateResponse)

    def delete_ca_certificate(self, ca_certificate_id: str) -> None:
        """Delete a CA certificate; CertificateAndPrivateKeyIsRefered while a listener refers to it."""
        self._call(DeleteCACertificateRequest(ca_certificate_id=ca_certificate_id), RpcResponse)

    def create_domain_extension(self, request: CreateDomainExtensionRequest) -> CreateDomainExtensionResponse:
        """Give one domain of a listener its own certificate."""
        return self._call(request, CreateDomainExtensionResponse)

    def set_domain_extension_attribute(self, request: SetDomainExtensionAttributeRequest) -> RpcResponse:
        """Replace the certificate of an extension domain."""
        return self._call(request, RpcResponse)

    def _call(self, request: ClbRequest, response_type: type[Response]) -> Response:
        if request.region_id is None:
            request = request.model_copy(update={"region_id": self._region})
        return self._rpc.call(request, response_type)
