"""MNS on the wire: which action a request is, who signed it, what is answered."""

from collections.abc import Callable
from dataclasses import dataclass

from fakecloud.http import Request, Response
from fakecloud.identification import IdentificationError, Reason
from fakecloud.markup import document, leaf
from fakecloud.mns import queue_operations as queues
from fakecloud.mns.call import MnsCall, tree
from fakecloud.mns.errors import MnsError
from fakecloud.mns.signatures import authenticate
from fakecloud.ram import Wish
from fakecloud.serving import ServiceError, Visit, serve
from fakecloud.world import Identity, World

_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)
_REFUSALS = {
    Reason.NOT_SIGNED: (400, "MissingAuthorizationHeader", "Authorization header is required."),
    Reason.UNKNOWN_KEY: (403, "InvalidAccessKeyId", "The AccessKey Id you provided is not exist."),
    Reason.WRONG_TOKEN: (403, "InvalidSecurityToken", "The security token you provided is invalid."),
    Reason.EXPIRED_TOKEN: (403, "SecurityTokenExpired", "The security token you provided has expired."),
    Reason.SKEWED: (408, "TimeExpired", "The http request you sent is expired."),
    Reason.WRONG_SIGNATURE: (403, "SignatureDoesNotMatch", _MISMATCH),
}
_MALFORMED = {
    "Authorization": (400, "InvalidAuthorizationHeader", "The Authorization header you provided is invalid."),
    "Date": (400, "InvalidDateHeader", "The Date header you provided is invalid."),
}


@dataclass(frozen=True)
class Operation:
    """One action: its name, whether it changes something, what does it."""

    action: str
    mutating: bool
    work: Callable[[MnsCall], Response]


# (first part of the path, what else the path has, method, what the query has)
OPERATIONS = {
    ("queues", "", "GET", ""): Operation("ListQueue", False, queues.list_queue),
    ("queues", "q", "PUT", ""): Operation("CreateQueue", True, queues.create_queue),
    ("queues", "q", "PUT", "metaoverride"): Operation("SetQueueAttributes", True, queues.set_queue_attributes),
    ("queues", "q", "GET", ""): Operation("GetQueueAttributes", False, queues.get_queue_attributes),
    ("queues", "q", "DELETE", ""): Operation("DeleteQueue", True, queues.delete_queue),
    ("queues", "q/messages", "POST", ""): Operation("SendMessage", True, queues.send_message),
    ("queues", "q/messages", "GET", ""): Operation("ReceiveMessage", False, queues.receive_message),
    ("queues", "q/messages", "GET", "peekonly"): Operation("PeekMessage", False, queues.peek_message),
    ("queues", "q/messages", "PUT", ""): Operation("ChangeMessageVisibility", True, queues.change_message_visibility),
    ("queues", "q/messages", "DELETE", ""): Operation("DeleteMessage", True, queues.delete_message),
}


def _unknown(_: MnsCall) -> Response:
    raise MnsError(400, "InvalidRequestURL", "The request URL you provided is invalid.")


UNKNOWN = Operation("Unknown", False, _unknown)


def find_operation(request: Request) -> tuple[Operation, tuple[str, ...]]:
    """Return what *request* asks for, and the names in its path."""
    kind, *rest = request.path.strip("/").split("/")
    names = tuple(rest[0::2])
    shape = "/".join("q" if place % 2 == 0 else word for place, word in enumerate(rest))
    query = dict(request.query)
    mark = next((name for name in ("metaoverride", "peekonly") if query.get(name, "").lower() == "true"), "")
    return OPERATIONS.get((kind, shape, request.method, mark), UNKNOWN), names


class MnsResponses:
    """Answers the requests of MNS."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        operation, names = find_operation(request)
        visit = Visit(
            service="mns",
            action=_action(operation, request),
            resource=request.path,
            mutating=operation.mutating,
            request_id=self._world.ids.hex(24).upper(),
        )
        call = MnsCall(self._world, request, visit.request_id, names)
        response = serve(
            self._world,
            visit,
            authenticate=lambda: self._authenticate(request),
            needs=lambda: [self._find_need(visit)],
            deny=lambda denial: MnsError(403, "AccessDenied", denial.message),
            work=lambda: operation.work(call),
            refuse=lambda error: _refuse(call, error),
        )
        # aliyun-mns-sdk looks for this very spelling, in lower case
        response.headers.update({"x-mns-request-id": visit.request_id, "x-mns-version": "2015-06-06"})
        return response

    def _find_need(self, visit: Visit) -> Wish:
        place = f"acs:mns:{self._world.region}:{self._world.account_id}"
        return Wish(f"mns:{visit.action.removeprefix('Batch')}", f"{place}:{visit.resource}")

    def _authenticate(self, request: Request) -> Identity:
        try:
            return authenticate(self._world, request)
        except IdentificationError as error:
            refusals = _MALFORMED[error.detail] if error.reason is Reason.MALFORMED else _REFUSALS[error.reason]
            raise MnsError(*refusals) from error


def _action(operation: Operation, request: Request) -> str:
    batch = (
        any(name == "numOfMessages" for name, _ in request.query)
        or (operation.action == "SendMessage" and b"<Messages" in request.body)
        or (operation.action == "DeleteMessage" and b"<ReceiptHandles" in request.body)
    )
    return f"Batch{operation.action}" if batch else operation.action


def _refuse(call: MnsCall, error: ServiceError) -> Response:
    root = tree(
        "Error",
        leaf("Code", error.code),
        leaf("Message", error.message),
        leaf("RequestId", call.request_id),
        leaf("HostId", f"http://{call.request.headers.get('host', '')}"),
    )
    return Response(error.status, {"Content-Type": "text/xml;charset=utf-8"}, document(root))
