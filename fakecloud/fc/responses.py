"""Function Compute on the wire: the invocation APIs of 2016-08-15 and of 2023-03-30.

No lock is held while a function runs: it calls back. So calls are not taken through serving.serve, but as it does.
"""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from fakecloud.fc.errors import FcError
from fakecloud.fc.function import Result
from fakecloud.fc.signatures import authenticate
from fakecloud.http import Request, Response
from fakecloud.rpc.authentication import Authenticator
from fakecloud.serving import LostAnswerError, ServiceError
from fakecloud.world import Identity, World

# Functions of 2023-03-30 belong to no service: whichever one a call of 2016-08-15 names will do.
OLD_PATH = re.compile(r"/2016-08-15/services/[^/.]+(?:\.(?P<qualifier>[^/]+))?/functions/(?P<name>[^/]+)/invocations")
NEW_PATH = re.compile(r"/2023-03-30/functions/(?P<name>[^/]+)/invocations")
LOG_TAIL = 4096  # bytes of log in an answer


@dataclass(frozen=True)
class Dialect:
    """What differs between the two APIs: the path, who signs how, and the names within an error."""

    path: re.Pattern[str]
    authenticate: Callable[[Request], Identity]
    code: str
    message: str


class FcResponses:
    """Answers the requests of Function Compute."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._old = Dialect(OLD_PATH, lambda request: authenticate(world, request), "ErrorCode", "ErrorMessage")
        self._new = Dialect(NEW_PATH, Authenticator(world).authenticate, "Code", "Message")

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        dialect = self._new if request.path.startswith("/2023-03-30/") else self._old
        request_id, lock = self._world.ids.uuid(), self._world.lock
        match = dialect.path.fullmatch(request.path)
        role, code, fault = None, "", None
        try:
            with lock:
                role = dialect.authenticate(request).role
                if match is None or request.method != "POST":
                    raise _not_supported(request)
                fault = self._world.faults.take("fc", "InvokeFunction")
                if fault is not None and fault.kind == "error":
                    raise FcError(fault.status, fault.code, fault.message)
            response = self._invoke(request, match, request_id)
        except ServiceError as error:
            response, code = _refuse(dialect, error, request_id), error.code
        response.headers["X-Fc-Request-Id"] = request_id
        with lock:
            self._world.calls.add(
                service="fc",
                action="InvokeFunction",
                resource=match["name"] if match else request.path,
                role=role,
                status=response.status,
                code=code,
                request_id=request_id,
            )
        if fault is not None and fault.kind == "lost":
            raise LostAnswerError("the answer to fc InvokeFunction is lost, as ordered")
        return response

    def _invoke(self, request: Request, match: re.Match[str], request_id: str) -> Response:
        name = match["name"]
        qualifier = match.groupdict().get("qualifier") or dict(request.query).get("qualifier") or "LATEST"
        self._world.fc.find_function(name)
        if qualifier != "LATEST":
            raise FcError(404, "AliasNotFound", f"alias '{qualifier}' of function '{name}' does not exist")
        kind = request.headers.get("x-fc-invocation-type", "Sync")
        if kind == "Async":
            self._world.fc.invoke_async(name, request.body, request_id=request_id)
            return Response(202)
        if kind != "Sync":
            raise FcError(400, "InvalidArgument", f"x-fc-invocation-type: '{kind}' is neither Sync nor Async")
        before = self._world.clock.now()
        result = self._world.fc.invoke(name, request.body, request_id=request_id)
        duration = (self._world.clock.now() - before).total_seconds()
        return _answer(result, duration, tail=request.headers.get("x-fc-log-type") == "Tail")


def _answer(result: Result, duration: float, *, tail: bool) -> Response:
    headers = {
        "Content-Type": "application/json" if result.error_type else "application/octet-stream",
        "X-Fc-Code-Checksum": "0",
        "X-Fc-Instance-Id": result.instance_id,
        "X-Fc-Invocation-Duration": f"{duration * 1000:.0f}",
        "X-Fc-Max-Memory-Usage": f"{result.memory:.2f}",
        "X-Fc-Version-Id": "LATEST",
    }
    if result.error_type:
        headers["X-Fc-Error-Type"] = result.error_type
    if tail:
        headers["X-Fc-Log-Result"] = base64.b64encode(result.log.encode()[-LOG_TAIL:]).decode()
    return Response(200, headers, result.body)


def _refuse(dialect: Dialect, error: ServiceError, request_id: str) -> Response:
    document = {dialect.code: error.code, dialect.message: error.message, "RequestId": request_id}
    return Response(error.status, {"Content-Type": "application/json"}, json.dumps(document).encode())


def _not_supported(request: Request) -> FcError:
    return FcError(400, "PathNotSupported", f"'{request.method}' against '{request.path}' is not supported")
