from collections.abc import Generator
from datetime import datetime, timedelta, timezone

import httpx
import pytest

from fakecloud.app import App
from fakecloud.http import Request
from fakecloud.identification import IdentificationError, Reason
from fakecloud.oss.objects import Bucket
from fakecloud.oss.signatures import authenticate
from fakecloud.world import ACCESS_KEY_ID, ACCESS_KEY_SECRET, Identity, World
from tests.fakecloud.signing import ACCOUNT, OssAuth


@pytest.fixture(autouse=True)
def ready(bucket: Bucket) -> None:
    """Every test needs the bucket."""


NOBODY = httpx.Auth()


def ask(client: httpx.Client, auth: httpx.Auth = NOBODY, **headers: str) -> tuple[int, str]:
    answer = client.put("/bkt/k", content=b"1", auth=auth, headers=headers)
    return answer.status_code, answer.text.partition("<Code>")[2].partition("</Code>")[0]


def test_a_right_signature_is_let_in(client: httpx.Client) -> None:
    assert ask(client, OssAuth()) == (200, "")


def test_a_wrong_secret_is_shown_what_was_to_be_signed(client: httpx.Client) -> None:
    answer = client.put("/bkt/k", content=b"1", auth=OssAuth(Identity(ACCESS_KEY_ID, "wrong")))
    assert answer.status_code == 403
    assert "<Code>SignatureDoesNotMatch</Code>" in answer.text
    assert "<StringToSign>PUT\n" in answer.text
    assert ACCESS_KEY_SECRET not in answer.text


def test_a_stranger_is_not_known(client: httpx.Client) -> None:
    assert ask(client, OssAuth(Identity("LTAIstranger", "x"))) == (403, "InvalidAccessKeyId")


def test_no_signature_no_access(client: httpx.Client) -> None:
    assert ask(client) == (403, "AccessDenied")


@pytest.mark.parametrize("authorization", ["Basic abc", "OSS abc", "OSS4-HMAC-SHA256 Credential=x", "OSS a:b"])
def test_what_is_no_signature_is_refused(client: httpx.Client, authorization: str) -> None:
    assert ask(client, authorization=authorization) == (403, "AccessDenied")


def test_a_role_needs_its_token(client: httpx.Client, world: World) -> None:
    role = world.assume_role("certdrop-on-cert-uploaded")
    other = world.assume_role("certdrop-job-status-poller")
    assert ask(client, OssAuth(role)) == (200, "")
    assert ask(client, OssAuth(Identity(role.access_key_id, role.secret))) == (403, "InvalidAccessKeyId")
    stolen = Identity(role.access_key_id, role.secret, token=other.token)
    assert ask(client, OssAuth(stolen)) == (403, "InvalidSecurityToken")
    assert ask(client, OssAuth(Identity(ACCESS_KEY_ID, ACCESS_KEY_SECRET, token="x"))) == (403, "InvalidSecurityToken")


def test_a_token_expires_by_the_worlds_time(client: httpx.Client, world: World) -> None:
    role = world.assume_role("certdrop-on-cert-uploaded", seconds=60)
    world.advance(59)
    assert ask(client, OssAuth(role)) == (200, "")
    world.advance(1)
    assert ask(client, OssAuth(role)) == (403, "SecurityTokenExpired")


@pytest.mark.parametrize(
    ("minutes", "expected"), [(14, 200), (-14, 200), (16, "RequestTimeTooSkewed"), (-16, "RequestTimeTooSkewed")]
)
def test_the_date_of_a_signature_is_judged_by_the_machines_clock(
    client: httpx.Client, world: World, minutes: int, expected: object
) -> None:
    world.advance(86400)
    now = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    assert expected in ask(client, OssAuth(ACCOUNT, now))


def test_a_changed_header_or_query_spoils_the_signature(client: httpx.Client, app: App) -> None:
    class Tampering(OssAuth):
        def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
            for signed in super().auth_flow(request):
                signed.headers["x-oss-forbid-overwrite"] = "true"
                yield signed

    assert ask(client, Tampering()) == (403, "SignatureDoesNotMatch")


V4_HEADERS = {"x-oss-date": "20261122T011927Z", "x-oss-content-sha256": "UNSIGNED-PAYLOAD"}


def v4(world: World, authorization: str, **headers: str) -> Reason:
    request = Request("GET", "/bkt/k", "", {**V4_HEADERS, "authorization": authorization, **headers}, b"")
    with pytest.raises(IdentificationError) as caught:
        authenticate(world, request)
    return caught.value.reason


def test_the_fourth_version_names_date_region_and_product(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(2026, 11, 22, 1, 19, tzinfo=timezone.utc)
    monkeypatch.setattr("fakecloud.identification.machine_now", lambda: at)
    good = "20261122/cn-hangzhou/oss/aliyun_v4_request"
    named = f"OSS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/{{}}, Signature=00"
    assert v4(world, named.format(good)) is Reason.WRONG_SIGNATURE
    for bad in (good.replace("22/", "21/"), good.replace("hangzhou", "shanghai"), good.replace("oss", "log"), ""):
        assert v4(world, named.format(bad)) is Reason.MALFORMED
    assert v4(world, named.format(good), **{"x-oss-content-sha256": "abc"}) is Reason.MALFORMED
    assert v4(world, named.format(good), **{"x-oss-date": "today"}) is Reason.MALFORMED
    assert v4(world, named.format(good), **{"x-oss-date": "20261122T020000Z"}) is Reason.SKEWED


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (f"OSSAccessKeyId={ACCESS_KEY_ID}&Expires=1&Signature=x", Reason.EXPIRED),
        (f"OSSAccessKeyId={ACCESS_KEY_ID}&Expires=soon&Signature=x", Reason.MALFORMED),
        (f"OSSAccessKeyId={ACCESS_KEY_ID}&Expires=99999999999", Reason.MALFORMED),
        (f"OSSAccessKeyId={ACCESS_KEY_ID}&Expires=99999999999&Signature=x", Reason.WRONG_SIGNATURE),
        ("x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-expires=604801", Reason.MALFORMED),
        ("x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-expires=60&x-oss-date=20200101T000000Z", Reason.EXPIRED),
    ],
)
def test_a_presigned_request_has_its_time(world: World, query: str, reason: Reason) -> None:
    with pytest.raises(IdentificationError) as caught:
        authenticate(world, Request("GET", "/bkt/k", query, {}, b""))
    assert caught.value.reason is reason
