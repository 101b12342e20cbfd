"""How every service takes a call: who asks, what fault is on order, what was done, and one line in the call log."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fakecloud.faults import Fault
from fakecloud.http import Response
from fakecloud.ram import Verdict, Wish
from fakecloud.world import Identity, World


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
    """One call as the log will show it; what is not known at first is filled in while it is served."""

    service: str
    action: str
    resource: str = ""
    mutating: bool = False
    role: str | None = None
    request_id: str = ""
    unfinished: int = 0  # for how many seconds the service is busy with it after its answer was lost


@dataclass(frozen=True)
class Denial:
    """A wish that the policy of *role* does not grant, and how it says so."""

    role: str
    wish: Wish
    verdict: Verdict

    @property
    def message(self) -> str:
        """What a person reads: the resource and the action."""
        return f"You are not authorized to do this action. Resource: {self.wish.resource} Action: {self.wish.action}"


def serve(
    world: World,
    visit: Visit,
    *,
    authenticate: Callable[[], Identity],
    needs: Callable[[], Iterable[Wish]],
    deny: Callable[[Denial], ServiceError],
    work: Callable[[], Response],
    refuse: Callable[[ServiceError], Response],
) -> Response:
    """Serve one call: authenticate, ask the role's policy for all it *needs*, suffer the fault on order, work, note it.

    An `error` fault is refused in the service's format and nothing is done; a `lost` one raises LostAnswerError after
    the work. A call whose signature is refused counts no fault off.
    """
    fault = None
    code = ""
    try:
        visit.role = authenticate().role
        denial = _find_denial(world, visit.role, needs)
        if denial is not None:
            raise deny(denial)
        fault = _take_fault(world, visit)
        visit.unfinished = fault.seconds if fault else 0
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


def _find_denial(world: World, role: str | None, needs: Callable[[], Iterable[Wish]]) -> Denial | None:
    """Return what the caller's role may not do; the account, and a role without a policy, may do everything."""
    policy = world.policies.get(role or "")
    if role is None or policy is None:
        return None
    for wish in needs():
        verdict = policy.judge(wish)
        if verdict is not Verdict.ALLOWED:
            return Denial(role, wish, verdict)
    return None
