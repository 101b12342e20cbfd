"""ALB 2020-06-16: what its actions answer. Lists are plain arrays; what the vendor adds is ignored."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from certdrop.cloud.wire import RpcResponse, Shown

STATUS_SPELLINGS = {"Diassociating": "Dissociating"}  # ListListenerCertificates spells it so


def _spell_status(value: object) -> object:
    return STATUS_SPELLINGS.get(value, value) if isinstance(value, str) else value


AssociationStatus = Annotated[str, BeforeValidator(_spell_status)]


class JobResponse(RpcResponse):
    """A change that was accepted and is being made."""

    job_id: str = ""


class CreateListenerResponse(JobResponse):
    """A listener that is being made."""

    listener_id: str


class ShownCertificate(Shown):
    """A certificate as GetListenerAttribute shows it."""

    certificate_id: str
    is_default: bool | None = None
    status: AssociationStatus | None = None


class ShownServerGroup(Shown):
    """A server group that is forwarded to."""

    server_group_id: str = ""


class ShownForwardGroup(Shown):
    """Where a forward action goes."""

    server_group_tuples: tuple[ShownServerGroup, ...] = ()


class ShownAction(Shown):
    """A default action."""

    type: str = ""
    forward_group_config: ShownForwardGroup | None = None


class ShownTag(Shown):
    """A tag."""

    key: str
    value: str = ""


class Listener(Shown, extra="allow"):
    """A listener; *listener_status* is Provisioning, Running, Configuring or Stopped. All its settings are kept."""

    listener_id: str
    load_balancer_id: str = ""
    listener_protocol: str = ""
    listener_port: int
    listener_status: str
    listener_description: str = ""
    security_policy_id: str = ""
    default_actions: tuple[ShownAction, ...] = ()
    tags: tuple[ShownTag, ...] = ()
    gzip_enabled: bool | None = None
    http2_enabled: bool | None = None
    idle_timeout: int | None = None
    request_timeout: int | None = None


class ListenerAttribute(Listener, RpcResponse):
    """A listener with its default certificate and client CA."""

    ca_enabled: bool | None = None
    certificates: tuple[ShownCertificate, ...] = ()
    ca_certificates: tuple[ShownCertificate, ...] = ()


class ListenerCertificate(Shown):
    """A certificate of a listener; *status* is Associating, Associated or Dissociating."""

    certificate_id: str
    certificate_type: str = ""
    is_default: bool = False
    status: AssociationStatus = ""


class AsynJob(Shown):
    """A job; *status* is Processing, Succeeded or Failed (then with code and message)."""

    id: str
    status: str
    api_name: str = ""
    operate_type: str = ""
    resource_id: str = ""
    resource_type: str = ""
    error_code: str = ""
    error_message: str = ""
    create_time: int | None = None
    modify_time: int | None = None


class OperationLock(Shown):
    """Why a load balancer is locked."""

    lock_type: str = ""
    lock_reason: str = ""


class LoadBalancerAttribute(RpcResponse):
    """A load balancer; the vendor spells its business status with a double s."""

    load_balancer_id: str
    load_balancer_name: str = ""
    load_balancer_status: str = ""
    load_balancer_business_status: str = Field(default="", alias="LoadBalancerBussinessStatus")
    load_balancer_edition: str = ""
    address_type: str = ""
    dns_name: str = Field(default="", alias="DNSName")
    vpc_id: str = ""
    region_id: str = ""
    load_balancer_operation_locks: tuple[OperationLock, ...] = ()


class PagedResponse(RpcResponse):
    """A page; *next_token* is absent or empty on the last."""

    next_token: str | None = None
    total_count: int | None = None


class ListListenersResponse(PagedResponse):
    """A page of listeners."""

    listeners: tuple[Listener, ...] = ()


class ListListenerCertificatesResponse(PagedResponse):
    """A page of a listener's certificates."""

    certificates: tuple[ListenerCertificate, ...] = ()


class ListAsynJobsResponse(PagedResponse):
    """A page of jobs."""

    jobs: tuple[AsynJob, ...] = ()
