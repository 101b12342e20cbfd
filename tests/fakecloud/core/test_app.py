import io
import threading

import httpx
import pytest

from fakecloud.app import App, read_request
from fakecloud.faults import Fault
from fakecloud.http import Response
from fakecloud.serving import LostAnswerError
from fakecloud.world import World
from tests.fakecloud.signing import MnsAuth, OssAuth


def environ(**more: object) -> dict[str, object]:
    return {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": "", "wsgi.input": io.BytesIO(b"x"), **more}


def test_a_path_of_bytes_or_of_characters_is_read_as_text() -> None:
    assert read_request(environ(PATH_INFO="/b/\xc3\xa9")).path == "/b/é"
    assert read_request(environ(PATH_INFO="/b/é")).path == "/b/é"
    assert read_request(environ(PATH_INFO="/b/日")).path == "/b/日"


def test_header_names_become_small_and_dashed() -> None:
    request = read_request(environ(HTTP_X_OSS_DATE="d", CONTENT_TYPE="t", HTTP_X_OSS_META_A="\xc3\xa9"))
    assert request.headers == {"x-oss-date": "d", "content-type": "t", "x-oss-meta-a": "é"}
    assert request.body == b"x"


@pytest.mark.parametrize(
    ("method", "url", "headers", "service"),
    [
        ("POST", "/?Action=CreateListener", {}, "rpc"),
        ("POST", "/", {"x-acs-action": "CreateListener"}, "rpc"),
        ("POST", "/2023-03-30/functions/f/invocations", {"x-acs-action": "InvokeFunction"}, "functions"),
        ("POST", "/2016-08-15/services/s/functions/f/invocations", {}, "functions"),
        ("GET", "/queues/q", {"x-mns-version": "2015-06-06"}, "mns"),
        ("GET", "/queues/q", {}, "oss"),
        ("GET", "/", {}, "oss"),
    ],
)
def test_requests_find_their_service(app: App, method: str, url: str, headers: dict[str, str], service: str) -> None:
    class Stub:
        def __init__(self, name: str) -> None:
            self.name = name

        def handle(self, request: object) -> Response:
            return Response(200, {}, self.name.encode())

    for name in ("rpc", "functions", "mns", "oss"):
        setattr(app._services, name, Stub(name))
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://fakecloud") as client:
        assert client.request(method, url, headers=headers).text == service


def test_an_rpc_action_may_stand_in_a_form(app: App) -> None:
    app._services.rpc = type("Stub", (), {"handle": lambda self, request: Response(200, {}, b"rpc")})()
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://fakecloud") as client:
        assert client.post("/", data={"Action": "CreateListener"}).text == "rpc"


def test_the_lock_is_held_around_calls_but_not_around_functions(app: App) -> None:
    def is_free() -> bool:
        free: list[bool] = []

        def attempt() -> None:
            free.append(app.world.lock.acquire(blocking=False))
            if free[0]:
                app.world.lock.release()

        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join()
        return free[0]

    seen = {}
    for name in ("oss", "functions"):

        def handle(self: object, request: object, name: str = name) -> Response:
            seen[name] = is_free()
            return Response(200)

        setattr(app._services, name, type("Stub", (), {"handle": handle})())
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://fakecloud") as client:
        client.get("/b/k")
        client.get("/2023-03-30/functions")
    assert seen == {"oss": False, "functions": True}


def test_an_error_on_order_is_answered_in_the_services_format_and_nothing_is_done(
    client: httpx.Client, world: World
) -> None:
    world.oss.create_bucket("b")
    world.mns.create_queue("q")
    world.faults.add(Fault(service="oss", action="PutObject", status=500, code="InternalError", message="no"))
    world.faults.add(Fault(service="mns", status=503, code="ServiceUnavailable"))
    put = client.put("/b/k", content=b"1", auth=OssAuth())
    sent = client.post("/queues/q/messages", content="<Message><MessageBody>x</MessageBody></Message>", auth=MnsAuth())
    assert put.status_code == 500
    assert "<Code>InternalError</Code><Message>no</Message>" in put.text
    assert sent.status_code == 503
    assert "<Code>ServiceUnavailable</Code>" in sent.text
    assert world.oss.buckets["b"].objects == {}
    assert world.mns.queues["q"].messages == {}
    assert client.put("/b/k", content=b"1", auth=OssAuth()).status_code == 200


def test_a_lost_answer_is_a_connection_error_after_the_work(client: httpx.Client, world: World) -> None:
    world.oss.create_bucket("b")
    world.faults.add(Fault(service="oss", action="PutObject", kind="lost"))
    with pytest.raises(LostAnswerError):
        client.put("/b/k", content=b"1", auth=OssAuth())
    assert world.oss.get_object("b", "k").body == b"1"
    assert [(call.action, call.code, call.mutating) for call in world.calls.entries] == [("PutObject", "", True)]


def test_a_refused_signature_uses_no_fault_up(client: httpx.Client, world: World) -> None:
    world.faults.add(Fault())
    assert client.get("/b/k").status_code == 403
    assert len(world.faults.orders) == 1


def test_a_call_is_noted_with_its_role(client: httpx.Client, world: World) -> None:
    world.oss.create_bucket("b")
    client.put("/b/k", content=b"1", auth=OssAuth(world.assume_role("certdrop-poller")))
    [call] = world.calls.entries
    assert (call.service, call.action, call.resource, call.role) == ("oss", "PutObject", "b/k", "certdrop-poller")
    assert (call.mutating, call.status, call.code) == (True, 200, "")
    assert call.at == world.clock.now()


def test_a_status_without_a_name_can_be_ordered(client: httpx.Client, world: World) -> None:
    world.faults.add(Fault(service="oss", status=599, code="Odd"))
    assert client.get("/b/k", auth=OssAuth()).status_code == 599
