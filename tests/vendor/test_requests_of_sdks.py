"""certdrop's request of each action equals, parameter for parameter, what the official SDK sends for the same input.

Both are caught by a server on loopback. Ours travels in the body, theirs in the query, where keys do not belong.
"""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any, get_args
from urllib.parse import parse_qsl, urlsplit

import pytest
from pydantic import BaseModel

from certdrop.cloud.wire import RpcRequest, RpcResponse
from tests.unit.cloud.doubles import account_at
from tests.vendor.examples import EXAMPLES

pytestmark = pytest.mark.sdk

PACKAGES = {"ALB": "alibabacloud_alb20200616", "CAS": "alibabacloud_cas20200407", "CLB": "alibabacloud_slb20140515"}
BOOLEANS = {"True": "true", "False": "false"}  # the SDK's; certdrop sends them in lower case
ROWS = pytest.mark.parametrize(("model", "document"), EXAMPLES.items(), ids=[model.action for model in EXAMPLES])


@dataclass
class Caught:
    """One request: its address, its headers, its parameters wherever they were."""

    action: str
    version: str
    query: dict[str, str]
    form: dict[str, str]


@dataclass
class Catcher:
    """A server that answers everything with an empty document, and keeps what it was asked."""

    port: int
    caught: list[Caught] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def catcher() -> Iterator[Catcher]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            query = parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
            form = parse_qsl(body, keep_blank_values=True)
            action, version = self.headers["x-acs-action"], self.headers["x-acs-version"]
            made.caught.append(Caught(action, version, dict(query), dict(form)))
            answer = json.dumps({"RequestId": "R-1"}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Catcher(server.server_port)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def sent_by_certdrop(catcher: Catcher, request: RpcRequest) -> Caught:
    """Send by certdrop's own client."""
    with account_at(catcher.address) as (account, _):
        services: dict[str, Any] = {
            "ALB": account.alb("cn-hangzhou"),
            "CAS": account.cas,
            "CLB": account.clb("cn-hangzhou"),
        }
        services[request.product.partition(" ")[0]]._rpc.call(request, RpcResponse)
    return catcher.caught[-1]


def sent_by_sdk(catcher: Catcher, model: type[RpcRequest], document: Mapping[str, Any]) -> Caught:
    """Send by the product's own package."""
    package = PACKAGES[model.product.partition(" ")[0]]
    config = import_module("alibabacloud_tea_openapi.utils_models").Config(
        access_key_id="id",
        access_key_secret="secret",
        endpoint=catcher.address,
        protocol="HTTP",
        region_id="cn-hangzhou",
    )
    client = import_module(f"{package}.client").Client(config)
    [method] = {name for name in dir(client) if name.replace("_", "") == model.action.lower()}
    getattr(client, method)(getattr(import_module(f"{package}.models"), f"{model.action}Request")().from_map(document))
    return catcher.caught[-1]


@ROWS
def test_certdrop_sends_what_the_sdk_sends(
    catcher: Catcher, model: type[RpcRequest], document: Mapping[str, Any]
) -> None:
    ours = sent_by_certdrop(catcher, model.model_validate(document))
    theirs = sent_by_sdk(catcher, model, document)
    assert (ours.action, ours.version) == (theirs.action, theirs.version) == (model.action, model.product.split()[1])
    assert ours.form == {name: BOOLEANS.get(value, value) for name, value in (theirs.query | theirs.form).items()}
    assert ours.query == {}


@ROWS
def test_an_example_says_every_parameter_of_its_model(model: type[RpcRequest], document: Mapping[str, Any]) -> None:
    assert set(paths_of(document)) == set(paths_in(model))


def test_every_action_of_certdrop_has_an_example() -> None:
    assert set(EXAMPLES) == set(actions_below(RpcRequest))


def actions_below(model: type[RpcRequest]) -> Iterator[type[RpcRequest]]:
    for one in model.__subclasses__():
        if "action" in vars(one):
            yield one
        yield from actions_below(one)


def paths_of(value: object, prefix: str = "") -> Iterator[str]:
    """Yield the names in a document; items of a list have their list's."""
    if isinstance(value, Mapping):
        for name, child in value.items():
            yield prefix + name
            yield from paths_of(child, f"{prefix}{name}.")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for child in value:
            yield from paths_of(child, prefix)


def paths_in(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Yield the names that a model has, parts and all."""
    for one in model.model_fields.values():
        yield f"{prefix}{one.alias}"
        for part in models_in(one.annotation):
            yield from paths_in(part, f"{prefix}{one.alias}.")


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)
