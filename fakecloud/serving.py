"""How every service takes a call: who asks, what fault is on order, what was done, and one line in the call log."""

from collections.abc import Callable
from dataclasses import dataclass

from fakecloud.faults import Fault
from fakecloud.http import Response
from fakecloud.ram import make_wish
from fakecloud.world import Identity, World

_DENIALS = {"oss": "AccessDenied", "mns": "AccessDenied", "alb": "Forbidden.RAM", "clb": "Forbidden.RAM"}


class ServiceError(Exception):
    """A refusal with the vendor's code; subclasses say which, each service says it in its own format."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message


class LostAnswerError(ConnectionError):
    """The work is done, and the connection breaks before the answer."""


@dataclass
class Visit:
    """One call as the log will show it; what is not known at first is filled in while it is served.

    *prefix* is what a listing of OSS asks for: policies can be bound to it.
    """

    service: str
    action: str
    resource: str = ""
    mutating: bool = False
    role: str | None = None
    request_id: str = ""
    prefix: str = ""


def serve(
    world: World,
    visit: Visit,
    *,
    authenticate: Callable[[], Identity],
    work: Callable[[], Response],
    refuse: Callable[[ServiceError], Response],
) -> Response:
    """Serve one call: authenticate, ask the role's policy, suffer the fault on order, work, note it.

    An `error` fault is refused in the service's format and nothing is done; a `lost` one raises LostAnswerError after
    the work. A call whose signature is refused counts no fault off.
    """
    fault = None
    code = ""
    try:
        visit.role = authenticate().role
        _authorize(world, visit)
        fault = _take_fault(world, visit)
        response = work()
    except ServiceError as error:
        response, code = refuse(error), error.code
    world.calls.add(
        service=visit.service,
        action=visit.action,
        resource=visit.resource,
        role=visit.role,
        mutating=visit.mutating,
        status=response.status,
        code=code,
        request_id=visit.request_id,
    )
    if fault is not None:
        raise LostAnswerError(f"the answer to {visit.service} {visit.action} is lost, as ordered")
    return response


def _take_fault(world: World, visit: Visit) -> Fault | None:
    """Return the fault that the answer will suffer, or raise the one that comes instead of the work."""
    fault = world.faults.take(visit.service, visit.action)
    if fault is not None and fault.kind == "error":
        raise ServiceError(fault.status, fault.code, fault.message)
    return fault


def _authorize(world: World, visit: Visit) -> None:
    """Raise when the caller's role has a policy that does not allow the call."""
    policy = world.policies.get(visit.role or "")
    wish = make_wish(world, visit.service, visit.action, visit.resource, visit.prefix)
    if policy is not None and not policy.allows(wish):
        code = _DENIALS.get(visit.service, "NoPermission")
        raise ServiceError(
            403, code, f"{visit.role} is not authorized to perform {wish.action} on {wish.resource or '*'}."
        )
