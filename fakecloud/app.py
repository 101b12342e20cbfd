"""The one WSGI app: all services of a World behind one port, told apart by path and headers.

Every service takes its calls through fakecloud.serving.serve: there the faults on order are suffered and the call log
is written. A `lost` fault leaves this app as a ConnectionError: in process the client sees it, the server closes the
connection without an answer.
"""

import threading
from collections.abc import Callable, Iterable
from functools import cached_property
from http import HTTPStatus
from typing import Any, Protocol

from fakecloud.control import Control
from fakecloud.http import Request, Response
from fakecloud.mns.responses import MnsResponses
from fakecloud.oss.responses import OssResponses
from fakecloud.world import World

CONTROL_PATH = "/_fakecloud/"
FUNCTION_PATHS = ("/2016-08-15/", "/2023-03-30/")
NO_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]  # wsgiref.types came with Python 3.11


class Service(Protocol):
    """What answers the requests of one product."""

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        ...


class Services:
    """The services of one World that answer HTTP."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.oss: Service = OssResponses(world)
        self.mns: Service = MnsResponses(world)

    @cached_property
    def rpc(self) -> Service:
        """The gateway of ALB, CLB and CAS."""
        from fakecloud.rpc.gateway import Gateway

        return Gateway(self._world)

    @cached_property
    def functions(self) -> Service:
        """Both invocation APIs of Function Compute."""
        from fakecloud.fc.responses import FcResponses

        return FcResponses(self._world)


class App:
    """The cloud as a WSGI app; *renew* makes the World that a reset puts in the place of the present one."""

    def __init__(self, world: World, *, renew: Callable[[], World] | None = None) -> None:
        self._renew = renew or self._make_alike
        self.control = Control(self)
        self.list_listeners: Callable[[], list[dict[str, Any]]] = list
        self.describe: Callable[[], dict[str, Any]] = dict
        self.on_reset: list[Callable[[], None]] = []
        self._resetting = threading.Lock()
        self._install(world)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request as WSGI has it."""
        request = read_request(environ)
        response = self.handle(request)
        headers = list(response.headers.items())
        if "Content-Length" not in response.headers and response.status not in NO_BODY:
            headers.append(("Content-Length", str(len(response.body))))
        start_response(f"{response.status} {_phrase(response.status)}", headers)
        return [] if request.method == "HEAD" or response.status in NO_BODY else [response.body]

    def handle(self, request: Request) -> Response:
        """Answer one request; the World's lock is held, except for functions, which call back, and for the control."""
        if request.path.startswith(CONTROL_PATH):
            return self.control.handle(request)
        if request.path.startswith(FUNCTION_PATHS):
            return self._services.functions.handle(request)
        with self.world.lock:
            return self._find_service(request).handle(request)

    def reset(self) -> World:
        """Put a new World in the place of the present one, which comes to rest."""
        with self._resetting:
            with self.world.lock:
                self.world.agenda.clear()
            self._install(self._renew())
            for tell in self.on_reset:
                tell()
            return self.world

    def _install(self, world: World) -> None:
        self.world = world
        self._services = Services(world)

    def _find_service(self, request: Request) -> Service:
        if "x-mns-version" in request.headers:
            return self._services.mns
        if request.path == "/" and _is_rpc(request):
            return self._services.rpc
        return self._services.oss

    def _make_alike(self) -> World:
        old = self.world
        return World(
            clock=type(old.clock)(), timing=old.timing, region=old.region, site=old.site, account_id=old.account_id
        )


def _is_rpc(request: Request) -> bool:
    return "x-acs-action" in request.headers or any(name == "Action" for name, _ in request.query + request.form)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def read_request(environ: Environ) -> Request:
    """Read a request out of a WSGI environ, whose texts stand for bytes (httpx puts characters there)."""
    headers = {
        name[5:].replace("_", "-").lower(): _decode(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") and name not in ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = _decode(environ[name])
    return Request(
        method=environ["REQUEST_METHOD"],
        path=_decode(environ.get("PATH_INFO", "")) or "/",
        raw_query=environ.get("QUERY_STRING", ""),
        headers=headers,
        body=environ["wsgi.input"].read(),
    )


def _decode(text: str) -> str:
    try:
        return text.encode("latin-1").decode()
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text
