"""The one door of ALB, CLB and CAS: authenticates, reads parameters, calls the product, answers, notes the call."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fakecloud.clock import machine_now
from fakecloud.http import Request, Response
from fakecloud.ram import Wish
from fakecloud.rpc.authentication import Authenticator
from fakecloud.rpc.operation import Operation, Problem, RpcCall, RpcError, RpcService, explain
from fakecloud.rpc.parameters import read_parameters
from fakecloud.rpc.permissions import explain_denial, find_needs
from fakecloud.rpc.tokens import ClientTokens
from fakecloud.serving import Denial, ServiceError, Visit, serve
from fakecloud.world import Identity, World

IGNORED = frozenset(
    {
        "Action",
        "Version",
        "Format",
        "Timestamp",
        "Signature",
        "SignatureNonce",
        "SignatureMethod",
        "SignatureVersion",
        "SignatureType",
        "AccessKeyId",
        "SecurityToken",
        "OwnerAccount",
        "OwnerId",
        "ResourceOwnerAccount",
        "ResourceOwnerId",
        "RegionId",
    }
)
NO_OPERATION = Operation("", (), lambda _: {})
NO_SERVICE = RpcService("rpc", "", {})
NOBODY = Identity("", "")
REGIONAL_HOST = re.compile(r"[a-z]+(?:-vpc)?\.([a-z0-9-]+)\.aliyuncs\.com")


def services_of(world: World) -> list[RpcService]:
    """Return the RPC products of *world*."""
    from fakecloud.alb.responses import service as alb
    from fakecloud.cas.responses import service as cas
    from fakecloud.clb.responses import service as clb

    return [alb(world), clb(world), cas(world)]


class Gateway:
    """Serves the RPC products of one World. *now* judges signature dates."""

    def __init__(
        self,
        world: World,
        services: Iterable[RpcService] | None = None,
        now: Callable[[], datetime] = machine_now,
    ) -> None:
        self._world = world
        self._services = {service.version: service for service in services or services_of(world)}
        self._authenticator = Authenticator(world, now)
        self._tokens = ClientTokens(world.clock)

    def handle(self, request: Request) -> Response:
        """Answer *request*; raises LostAnswerError when a fault on order says so."""
        arrival = self._receive(request)

        def authenticate() -> Identity:
            arrival.require_known()
            arrival.caller = self._authenticator.authenticate(request)
            arrival.require_rate(self._world)
            return arrival.caller

        return serve(
            self._world,
            arrival.visit,
            authenticate=authenticate,
            needs=lambda: arrival.find_needs(self._world),
            deny=lambda denial: arrival.deny(denial, self._world.account_id),
            work=lambda: self._work(arrival),
            refuse=arrival.refuse,
        )

    def _receive(self, request: Request) -> "_Arrival":
        pairs = dict(request.query + request.form)
        action = request.headers.get("x-acs-action") or pairs.get("Action", "")
        version = request.headers.get("x-acs-version") or pairs.get("Version", "")
        service = self._services.get(version, NO_SERVICE)
        operation = service.operations.get(action, NO_OPERATION)
        visit = Visit(
            service=service.name,
            action=action,
            resource=pairs.get(operation.resource, ""),
            mutating=operation.mutating,
            request_id=self._world.ids.uuid().upper(),
        )
        return _Arrival(request, pairs, version, service, operation, visit)

    def _work(self, arrival: "_Arrival") -> Response:
        service, operation = arrival.service, arrival.operation
        call = arrival.read_call(self._world.region)
        document = self._tokens.find(service.name, operation, call)
        if document is None:
            document = operation.handler(call)
            self._tokens.keep(service.name, operation, call, document, arrival.visit.unfinished)
        else:
            arrival.visit.mutating = False
        return arrival.answer(document)


@dataclass
class _Arrival:
    """One request and what it asks for: *pairs* are query and form flat, *caller* is known once authenticated.

    *region* is empty where the call does not say it.
    """

    request: Request = field(repr=False)
    pairs: Mapping[str, str] = field(repr=False)
    version: str
    service: RpcService
    operation: Operation
    visit: Visit
    caller: Identity = NOBODY
    host: str = field(init=False)
    region: str = field(init=False)

    def __post_init__(self) -> None:
        """Read off which host was called, and for which region."""
        self.host = self.request.headers.get("host", "").partition(":")[0]
        match = REGIONAL_HOST.fullmatch(self.host)
        self.region = self.pairs.get("RegionId") or (match[1] if match else "")

    def require_known(self) -> None:
        """Raise unless this asks for an operation that there is."""
        if self.request.method not in ("GET", "POST"):
            raise RpcError(403, "UnsupportedHTTPMethod", "This http method is not supported.")
        for name, value in (("Action", self.visit.action), ("Version", self.version)):
            if not value:
                raise explain(Problem("missing", name))
        if self.service is NO_SERVICE:
            raise RpcError(404, "InvalidVersion", "Specified parameter Version is not valid.")
        if self.operation is NO_OPERATION:
            text = "Specified api is not found, please check your url and method."
            raise RpcError(404, "InvalidAction.NotFound", text)

    def require_rate(self, world: World) -> None:
        """Raise when the action was called too often of late."""
        region = self.region or world.region
        if not world.rates.take(self.service.name, self.visit.action, region, mutating=self.visit.mutating):
            raise RpcError(400, "Throttling.User", "Request was denied due to user flow control.")

    def read_call(self, default_region: str) -> RpcCall:
        """Return the call with its parameters read."""
        declared = {parameter.name for parameter in self.operation.parameters}
        pairs = self.request.query + self.request.form
        own = [pair for pair in pairs if pair[0] in declared or pair[0] not in IGNORED]
        return RpcCall(
            identity=self.caller,
            region=self._find_region() or default_region,
            parameters=read_parameters(own, self.operation.parameters, self.service.explain),
            request_id=self.visit.request_id,
            action=self.operation.action,
        )

    def _find_region(self) -> str:
        if not self.region and self.host and self.host == self.service.shared_host:
            raise explain(Problem("missing", "RegionId"))
        return self.region

    def find_needs(self, world: World) -> tuple[Wish, ...]:
        """Return what the caller must be allowed."""
        return find_needs(world, self.service.name, self.visit.action, self.pairs, self.region or world.region)

    def deny(self, denial: Denial, account_id: str) -> RpcError:
        """Return the refusal of what the caller is not allowed."""
        return RpcError(403, "NoPermission", denial.message, explain_denial(denial, account_id))

    def refuse(self, error: ServiceError) -> Response:
        """Return the error document."""
        document = {
            "HostId": self.request.headers.get("host", ""),
            "Code": error.code,
            "Message": error.message,
            "Recommend": f"https://api.aliyun.com/troubleshoot?q={error.code}&product={self.service.name}",
        }
        if isinstance(error, RpcError):
            document.update(error.extra)
        return self.answer(document, error.status)

    def answer(self, document: Mapping[str, Any], status: int = 200) -> Response:
        """Return *document* with the request id, which a header repeats."""
        request_id = self.visit.request_id
        response = Response.of_json({**document, "RequestId": request_id}, status)
        response.headers["x-acs-request-id"] = request_id
        return response
