"""ALB on the wire: the operations that it registers with the gateway."""

from collections.abc import Callable
from typing import Any

from fakecloud.alb import documents, parameters
from fakecloud.alb.errors import explain
from fakecloud.alb.jobs import Job
from fakecloud.alb.models import Alb
from fakecloud.alb.paging import cut_page
from fakecloud.alb.reading import has_tags, read_certificate_ids, read_changes, read_tags
from fakecloud.certificates import milliseconds
from fakecloud.rpc.operation import Operation, Parameter, RpcCall, RpcService, index
from fakecloud.world import World

VERSION = "2020-06-16"
Document = dict[str, Any]
EXACT_FILTERS = (
    "AddressIpVersion",
    "AddressType",
    "DNSName",
    "Ipv6AddressType",
    "LoadBalancerBussinessStatus",
    "LoadBalancerStatus",
    "ResourceGroupId",
)
LIST_FILTERS = {"LoadBalancerIds": "LoadBalancerId", "LoadBalancerNames": "LoadBalancerName", "VpcIds": "VpcId"}


def service(world: World) -> RpcService:
    """Return ALB for the gateway."""
    wire = AlbWire(world)
    return RpcService("alb", VERSION, index(*wire.changes(), *wire.queries()), explain)


class AlbWire:
    """Turns calls into ALB's actions, and what they return into documents."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _alb(self) -> Alb:
        return self._world.alb

    def changes(self) -> list[Operation]:
        """Return the operations that change something."""

        def change(name: str, declared: tuple[Parameter, ...], handler: Callable[[RpcCall], Document]) -> Operation:
            return Operation(name, declared, handler, mutating=True, resource=declared[0].name)

        one = parameters.CHANGE_LISTENER
        return [
            change("CreateListener", parameters.CREATE_LISTENER, self.create_listener),
            change("UpdateListenerAttribute", parameters.UPDATE_LISTENER, self.update_listener_attribute),
            change("AssociateAdditionalCertificatesWithListener", parameters.ASSOCIATE, self.associate),
            change("DissociateAdditionalCertificatesFromListener", parameters.DISSOCIATE, self.dissociate),
            change("StartListener", one, self.start_listener),
            change("StopListener", one, self.stop_listener),
            change("DeleteListener", one, self.delete_listener),
        ]

    def queries(self) -> list[Operation]:
        """Return the operations that change nothing."""

        def query(name: str, declared: tuple[Parameter, ...], handler: Callable[[RpcCall], Document]) -> Operation:
            return Operation(name, declared, handler, resource=declared[0].name if declared[0].required else "")

        return [
            query("GetListenerAttribute", parameters.ONE_LISTENER, self.get_listener_attribute),
            query("ListListeners", parameters.LIST_LISTENERS, self.list_listeners),
            query("ListListenerCertificates", parameters.LIST_CERTIFICATES, self.list_listener_certificates),
            query("ListAsynJobs", parameters.LIST_JOBS, self.list_asyn_jobs),
            query("GetLoadBalancerAttribute", parameters.ONE_LOAD_BALANCER, self.get_load_balancer_attribute),
            query("ListLoadBalancers", parameters.LIST_LOAD_BALANCERS, self.list_load_balancers),
        ]

    def create_listener(self, call: RpcCall) -> Document:
        """Make a listener."""
        sent = call.parameters
        listener, job = self._alb.create_listener(
            sent["LoadBalancerId"],
            sent["ListenerProtocol"],
            sent["ListenerPort"],
            read_changes(sent),
            tags=read_tags(sent),
            dry_run=is_dry_run(call),
        )
        return {"JobId": job.id, "ListenerId": listener.id}

    def update_listener_attribute(self, call: RpcCall) -> Document:
        """Change a listener's settings."""
        sent = call.parameters
        changes = read_changes(sent)
        return _job(self._alb.update_listener_attribute(sent["ListenerId"], changes, dry_run=is_dry_run(call)))

    def associate(self, call: RpcCall) -> Document:
        """Add additional certificates."""
        listener_id, ids = call.parameters["ListenerId"], read_certificate_ids(call.parameters)
        act = self._alb.associate_additional_certificates_with_listener
        return _job(act(listener_id, ids, dry_run=is_dry_run(call)))

    def dissociate(self, call: RpcCall) -> Document:
        """Take additional certificates away."""
        listener_id, ids = call.parameters["ListenerId"], read_certificate_ids(call.parameters)
        act = self._alb.dissociate_additional_certificates_from_listener
        return _job(act(listener_id, ids, dry_run=is_dry_run(call)))

    def start_listener(self, call: RpcCall) -> Document:
        """Let connections in again."""
        return _job(self._alb.start_listener(call.parameters["ListenerId"], dry_run=is_dry_run(call)))

    def stop_listener(self, call: RpcCall) -> Document:
        """Let no connections in."""
        return _job(self._alb.stop_listener(call.parameters["ListenerId"], dry_run=is_dry_run(call)))

    def delete_listener(self, call: RpcCall) -> Document:
        """Remove a listener."""
        return _job(self._alb.delete_listener(call.parameters["ListenerId"], dry_run=is_dry_run(call)))

    def get_listener_attribute(self, call: RpcCall) -> Document:
        """Tell all of one listener."""
        return documents.listener_attribute(self._alb.get_listener(call.parameters["ListenerId"]))

    def list_listeners(self, call: RpcCall) -> Document:
        """List a page of listeners."""
        sent = call.parameters
        found = [
            documents.listener_item(listener)
            for listener in self._alb.listeners.values()
            if listener.load_balancer.owner == self._alb.account_id
            and listener.id in sent.get("ListenerIds", (listener.id,))
            and listener.load_balancer.id in sent.get("LoadBalancerIds", (listener.load_balancer.id,))
            and listener.protocol == sent.get("ListenerProtocol", listener.protocol)
            and has_tags(listener.tags, sent.get("Tag", ()))
        ]
        return cut_page("Listeners", found, sent)

    def list_listener_certificates(self, call: RpcCall) -> Document:
        """List a page of a listener's certificates."""
        sent = call.parameters
        found = [
            item
            for item in documents.listener_certificates(self._alb.get_listener(sent["ListenerId"]))
            if item["CertificateType"] == sent.get("CertificateType", item["CertificateType"])
            and item["CertificateId"] in sent.get("CertificateIds", (item["CertificateId"],))
        ]
        return cut_page("Certificates", found, sent)

    def list_asyn_jobs(self, call: RpcCall) -> Document:
        """List a page of jobs, the latest first."""
        sent = call.parameters
        found = [
            documents.job(job)
            for job in reversed(self._alb.jobs.entries.values())
            if job.id in sent.get("JobIds", (job.id,))
            and job.api_name == sent.get("ApiName", job.api_name)
            and job.resource_id in sent.get("ResourceIds", (job.resource_id,))
            and job.resource_type == sent.get("ResourceType", job.resource_type)
            and sent.get("BeginTime", 0) <= milliseconds(job.create_time)
            and milliseconds(job.create_time) <= sent.get("EndTime", milliseconds(job.create_time))
        ]
        return cut_page("Jobs", found, sent)

    def get_load_balancer_attribute(self, call: RpcCall) -> Document:
        """Tell all of one load balancer."""
        return documents.load_balancer_attribute(self._alb.get_load_balancer(call.parameters["LoadBalancerId"]))

    def list_load_balancers(self, call: RpcCall) -> Document:
        """List a page of load balancers."""
        sent = call.parameters
        found = []
        for load_balancer in self._alb.load_balancers.values():
            item = documents.load_balancer_item(load_balancer)
            if (
                load_balancer.owner == self._alb.account_id
                and all(sent.get(name, item[name]) == item[name] for name in EXACT_FILTERS)
                and all(item[element] in sent.get(name, (item[element],)) for name, element in LIST_FILTERS.items())
                and ("ZoneId" not in sent or sent["ZoneId"] in documents.zones(load_balancer))
                and has_tags(load_balancer.tags, sent.get("Tag", ()))
            ):
                found.append(item)
        return cut_page("LoadBalancers", found, sent)


def is_dry_run(call: RpcCall) -> bool:
    """Return whether the call asks only whether it would be taken."""
    return bool(call.parameters.get("DryRun", False))


def _job(job: Job) -> Document:
    return {"JobId": job.id}
