"""Application Load Balancer, 2020-06-16: listeners, their certificates, and the jobs that change them."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

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
    PagedResponse,
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
    PagedRequest,
    StartListenerRequest,
    UpdateListenerAttributeRequest,
)
from certdrop.cloud.paging import follow
from certdrop.cloud.rpc import RpcClient

VERSION = "2020-06-16"
JOBS_PER_CALL = 20  # ids in one ListAsynJobs; the documented default of a page

Page = TypeVar("Page", bound=PagedResponse)


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

        def request(token: str | None) -> PagedRequest:
            return ListListenersRequest(load_balancer_ids=named, next_token=token)

        return [item for page in self._pages(request, ListListenersResponse) for item in page.listeners]

    def list_listener_certificates(self, listener_id: str) -> list[ListenerCertificate]:
        """List all certificates of a listener, default and additional, and client CAs as type Ca."""

        def request(token: str | None) -> PagedRequest:
            return ListListenerCertificatesRequest(listener_id=listener_id, next_token=token)

        return [item for page in self._pages(request, ListListenerCertificatesResponse) for item in page.certificates]

    def list_asyn_jobs(self, job_ids: Sequence[str]) -> list[AsynJob]:
        """List the jobs of these ids that the service still knows."""
        jobs: list[AsynJob] = []
        for start in range(0, len(job_ids), JOBS_PER_CALL):
            some = tuple(job_ids[start : start + JOBS_PER_CALL])

            def request(token: str | None, some: tuple[str, ...] = some) -> PagedRequest:
                return ListAsynJobsRequest(job_ids=some, next_token=token)

            jobs.extend(job for page in self._pages(request, ListAsynJobsResponse) for job in page.jobs)
        return jobs

    def _pages(self, request: Callable[[str | None], PagedRequest], page_type: type[Page]) -> Iterator[Page]:
        action = request(None).action
        return follow("alb", action, lambda token: self._rpc.call(request(token), page_type))
