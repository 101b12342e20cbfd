"""Calls of the pages in process: signed, through the gateway, answered as on the wire."""

import re
from collections.abc import Mapping
from typing import Any, cast

import httpx

from fakecloud.app import App
from fakecloud.world import ACCESS_KEY_ID, World
from tests.fakecloud.pages.page import Page, Value
from tests.fakecloud.pages.scenes import Scene
from tests.fakecloud.rpc import calling

Document = dict[str, Any]
VERSIONS = {**calling.VERSIONS, "alb": "2020-06-16"}


def nest(flat: Mapping[str, Value]) -> Document:
    """Return flat parameters (`Tag.1.Key`) as nested ones, numbers as lists."""
    tree: Document = {}
    for path, value in flat.items():
        *branches, leaf = path.split(".")
        node = tree
        for name in branches:
            node = node.setdefault(name, {})
        node[leaf] = value
    return cast("Document", _listed(tree))


def _listed(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    children = {name: _listed(child) for name, child in node.items()}
    return list(children.values()) if children and all(name.isdigit() for name in children) else children


def flatten(document: object) -> dict[str, str]:
    """Return an answer's elements by path, as texts."""
    return dict(calling.flatten(document))


class Answers:
    """Asks one World."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._client = httpx.Client(transport=httpx.WSGITransport(app=App(world)), base_url="http://fakecloud")

    def ask(self, product: str, action: str, flat: Mapping[str, Value]) -> httpx.Response:
        """Call *action* and return the answer."""
        headers = {"x-acs-action": action, "x-acs-version": VERSIONS[product], "host": "fakecloud"}
        data = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in flat.items()}
        request = self._client.build_request("POST", "/", data=data, headers=headers)
        calling.sign(request, self.world.identities[ACCESS_KEY_ID])
        return self._client.send(request)

    def answer(self, product: str, action: str, flat: Mapping[str, Value]) -> Document:
        """Call *action* and return its document, RequestId and all."""
        response = self.ask(product, action, flat)
        document: Document = response.json()
        assert response.status_code == 200, document
        return document

    def show(self, page: Page, scene: Scene, sent: Mapping[str, Value], answer: Document) -> dict[str, str]:
        """Return what the page's *shown_by* tells after a call, by path."""
        if page.shown_by == page.action:
            return flatten(answer)
        self.world.advance(60)
        questions: dict[str, dict[str, Value]] = {
            "GetListenerAttribute": {"ListenerId": answer.get("ListenerId", "")},
            "ListListenerCertificates": {"ListenerId": sent.get("ListenerId", "")},
            "DescribeCACertificates": {
                "RegionId": scene.world.region,
                "CACertificateId": answer.get("CACertificateId", ""),
            },
            "DescribeLoadBalancerHTTPSListenerAttribute": {
                name: sent[name] for name in ("LoadBalancerId", "ListenerPort") if name in sent
            },
        }
        return flatten(self.answer(page.product, page.shown_by, questions[page.shown_by]))


def matches(message: str, documented: str) -> bool:
    """Return whether *message* is the *documented* one, its blanks filled in; ALB adds the parameter in brackets."""
    pattern = ".+".join(re.escape(part) for part in documented.split("%s"))
    return re.fullmatch(rf"{pattern}( \(.+\))?", message) is not None
