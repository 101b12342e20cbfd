"""Application Load Balancer, 2020-06-16: listeners, their certificates, and the jobs that change them."""

from collections.abc import Sequence

from certdrop.cloud.alb_answers import (
    AsynJob,
    CreateListenerResponse,
    JobResponse,
    ListAsynJobsResponse,
    Listener,
    ListenerAttribute,
    ListenerCertificate,
    ListListenerCertificatesResponse,
    ListListenersResponse,
    LoadBalancerAttribute,
)
from certdrop.cloud.alb_models import (
    AssociateAdditionalCertificatesWithListenerRequest,
    CreateListenerRequest,
    DissociateAdditionalCertificatesFromListenerRequest,
    GetListenerAttributeRequest,
    GetLoadBalancerAttributeRequest,
    ListAsynJobsRequest,
    ListListenerCertificatesRequest,
    ListListenersRequest,
    StartListenerRequest,
    UpdateListenerAttributeRequest,
)
from certdrop.cloud.paging import follow
from certdrop.cloud.rpc import RpcClient

VERSION = "2020-06-16"
JOBS_PER_CALL = 20  # ids in one ListAsynJobs; the documented default of a page


class Alb:
    """ALB of one region. Every call raises CloudError or LostAnswerError."""

    def __init__(self, rpc: RpcClient) -> None:
        self._rpc = rpc

    def create_listener(self, request: CreateListenerRequest) -> CreateListenerResponse:
        """Begin to make a listener; give a ClientToken."""
        return self._rpc.call(request, CreateListenerResponse)

    def update_listener_attribute(self, request: UpdateListenerAttributeRequest) -> JobResponse:
        """Begin to change a listener: its default certificate, its client CA, its settings."""
        return self._rpc.call(request, JobResponse)

    def start_listener(self, request: StartListenerRequest) -> JobResponse:
        """Begin to start a listener that was stopped."""
        return self._rpc.call(request, JobResponse)

    def associate_additional_certificates_with_listener(
        self, request: AssociateAdditionalCertificatesWithListenerRequest
    ) -> JobResponse:
        """Begin to attach additional certificates, at most fifteen in one call."""
        return self._rpc.call(request, JobResponse)

    def dissociate_additional_certificates_from_listener(
        self, request: DissociateAdditionalCertificatesFromListenerRequest
    ) -> JobResponse:
        """Begin to detach additional certificates."""
        return self._rpc.call(request, JobResponse)

    def get_listener_attribute(self, listener_id: str) -> ListenerAttribute:
        """Show a listener."""
        return self._rpc.call(GetListenerAttributeRequest(listener_id=listener_id), ListenerAttribute)

    def get_load_balancer_attribute(self, load_balancer_id: str) -> LoadBalancerAttribute:
        """Show a load balancer."""
        request = GetLoadBalancerAttributeRequest(load_balancer_id=load_balancer_id)
        return self._rpc.call(request, LoadBalancerAttribute)

    def list_listeners(self, load_balancer_id: str = "") -> list[Listener]:
        """List all listeners of a load balancer; without one, of every load balancer of the region."""
        named = (load_balancer_id,) if load_balancer_id else None

        def read(token: str | None) -> ListListenersResponse:
            return self._rpc.call(
                ListListenersRequest(load_balancer_ids=named, next_token=token), ListListenersResponse
            )

        return [item for page in follow("alb", ListListenersRequest.action, read) for item in page.listeners]

    def list_listener_certificates(self, listener_id: str) -> list[ListenerCertificate]:
        """List all certificates of a listener, default and additional, and client CAs as type Ca."""

        def read(token: str | None) -> ListListenerCertificatesResponse:
            request = ListListenerCertificatesRequest(listener_id=listener_id, next_token=token)
            return self._rpc.call(request, ListListenerCertificatesResponse)

        pages = follow("alb", ListListenerCertificatesRequest.action, read)
        return [item for page in pages for item in page.certificates]

    def list_asyn_jobs(self, job_ids: Sequence[str]) -> list[AsynJob]:
        """List the jobs of these ids that the service still knows."""
        jobs: list[AsynJob] = []
        for start in range(0, len(job_ids), JOBS_PER_CALL):
            some = tuple(job_ids[start : start + JOBS_PER_CALL])

            def read(token: str | None, some: tuple[str, ...] = some) -> ListAsynJobsResponse:
                return self._rpc.call(ListAsynJobsRequest(job_ids=some, next_token=token), ListAsynJobsResponse)

            jobs.extend(job for page in follow("alb", ListAsynJobsRequest.action, read) for job in page.jobs)
        return jobs
