"""Every parameter that the official SDK sends reaches fakecloud, and comes back where the API shows it.

certdrop's typed request of the same call sends the same, parameter for parameter.
"""

import pytest

import fakecloud.rpc.gateway
from fakecloud.rpc.parameters import read_parameters
from fakecloud.server import Server
from fakecloud.world import World
from tests.fakecloud.pages.calls import Answers
from tests.fakecloud.pages.cases import give
from tests.fakecloud.pages.page import PAGES, Page, Parameter, rows
from tests.fakecloud.pages.requests import make_request, sent_by
from tests.fakecloud.pages.scenes import Scene
from tests.fakecloud.pages.sdks import Generations

pytestmark = pytest.mark.sdk
BOOLEANS = {"True": "true", "False": "false"}  # the SDK's; certdrop sends them in lower case
SENT = [(page, parameter) for page, parameter in rows() if parameter.type not in ("list", "object")]
DEFAULTS = [(page, parameter) for page, parameter in rows() if parameter.default is not None]


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The parameters of the latest call as fakecloud read them."""
    pairs: dict[str, str] = {}

    def read(sent: list[tuple[str, str]], *more: object) -> object:
        pairs.clear()
        pairs.update(sent)
        return read_parameters(sent, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(fakecloud.rpc.gateway, "read_parameters", read)
    return pairs


def text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize(("page", "parameter"), SENT, ids=str)
def test_a_parameter_is_sent_and_shown(
    page: Page, parameter: Parameter, server: Server, world: World, reached: dict[str, str]
) -> None:
    scene = Scene(world, page.product, page.action)
    flat = scene.call(give(page, parameter))
    expected = flat[page.wire(parameter.path)]
    with world.lock:
        answers = Answers(world)
        if page.action == "DescribeServerCertificates":
            scene.fill("<server_certificate>")
    status, answer = Generations(server).call_new(page, flat)
    assert status == 200, answer
    assert reached[page.wire(parameter.path)].lower() == text(expected).lower()
    assert sent_by(make_request(page, flat)) == {name: BOOLEANS.get(told, told) for name, told in reached.items()}
    if parameter.shown != "nowhere":
        shown = answers.show(page, scene, flat, answer)
        assert shown[parameter.shown] == text(expected)


@pytest.mark.parametrize(("page", "parameter"), DEFAULTS, ids=str)
def test_what_is_not_sent_has_the_documented_default(page: Page, parameter: Parameter, world: World) -> None:
    answers, scene = Answers(world), Scene(world, page.product, page.action)
    sent = scene.call()
    assert page.wire(parameter.path) not in sent
    shown = answers.show(page, scene, sent, answers.answer(page.product, page.action, sent))
    assert shown[parameter.shown] == text(parameter.default)


@pytest.mark.parametrize("page", [page for page in PAGES if page.asynchronous], ids=str)
def test_what_is_made_is_on_the_way_first_and_done_then(page: Page, world: World) -> None:
    answers, scene = Answers(world), Scene(world, page.product, page.action)
    sent = scene.call()
    answer = answers.answer(page.product, page.action, sent)
    listener = {"ListenerId": answer.get("ListenerId", sent.get("ListenerId", ""))}

    def status() -> str:
        if page.action == "CreateListener":
            return str(answers.answer("alb", "GetListenerAttribute", listener)["ListenerStatus"])
        [added] = [
            each
            for each in answers.answer("alb", "ListListenerCertificates", listener)["Certificates"]
            if not each["IsDefault"]
        ]
        return str(added["Status"])

    before = status()
    world.advance(60)
    assert (before, status()) == page.asynchronous
