"""Both generations of the vendor's SDKs, and both signatures, get the same answers for the five pages."""

import pytest

from fakecloud.server import Server
from fakecloud.world import World
from tests.fakecloud.pages.calls import matches
from tests.fakecloud.pages.causes import CAUSES
from tests.fakecloud.pages.page import PAGES, Code, Page
from tests.fakecloud.pages.scenes import Scene
from tests.fakecloud.pages.sdks import Generations, Outcome

pytestmark = pytest.mark.sdk
WAYS = ("new", "new, older signature", "old", "old, in the body")
REFUSED = [(page, code) for page in PAGES for code in [code for code in page.codes.values() if code.cause][:4]]


def call(way: str, server: Server, page: Page, world: World, code: str = "") -> Outcome:
    """Make a page's call, or one that is refused with *code*, in one of the ways."""
    scene = Scene(world, page.product, page.action)
    if page.action == "DescribeServerCertificates":
        scene.fill("<server_certificate>")
    flat = scene.call(CAUSES[page.action][code](scene) if code else {})
    generations = Generations(server)
    if way.startswith("old"):
        return generations.call_old(page, flat, in_body=way == "old, in the body")
    return generations.call_new(page, flat, **({"signature_algorithm": "v2"} if "older" in way else {}))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_the_same_success(page: Page, server: Server) -> None:
    outcomes = [call(way, server, page, server.app.reset()) for way in WAYS]
    assert outcomes[0][0] == 200
    assert [outcome for outcome in outcomes if outcome != outcomes[0]] == []


@pytest.mark.parametrize(("page", "code"), REFUSED, ids=lambda value: getattr(value, "name", str(value)))
def test_the_same_refusal(page: Page, code: Code, server: Server) -> None:
    outcomes = [call(way, server, page, server.app.reset(), code.name) for way in WAYS]
    status, document = outcomes[0]
    assert (status, document["Code"]) == (code.status, code.name)
    assert matches(document["Message"], code.message)
    assert [outcome for outcome in outcomes if outcome != outcomes[0]] == []
