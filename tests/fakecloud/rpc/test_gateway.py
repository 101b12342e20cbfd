"""What the gateway does to every call: who may call, what is refused how, what is done once, what is noted."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import httpx
import pytest

from fakecloud.faults import Fault
from fakecloud.rpc.operation import RpcError
from fakecloud.rpc.signatures import signature_v1, string_to_sign_v1
from fakecloud.serving import LostAnswerError
from fakecloud.world import ACCESS_KEY_ID, ACCESS_KEY_SECRET, World
from tests.fakecloud.rpc.calling import Caller, sign
from tests.fakecloud.rpc.conftest import Shop


def ago(minutes: float) -> str:
    return f"{datetime.now(timezone.utc) - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def sign_v1(**parameters: str) -> dict[str, str]:
    pairs = {
        "Action": "Look",
        "Version": "2014-05-15",
        "AccessKeyId": ACCESS_KEY_ID,
        "Timestamp": ago(0),
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": "n",
        **parameters,
    }
    return {**pairs, "Signature": signature_v1(ACCESS_KEY_SECRET, string_to_sign_v1("POST", pairs.items()))}


def test_an_answer_bears_a_request_id_in_upper_case(call: Caller) -> None:
    response = call.send("Look")
    request_id = response.json()["RequestId"]
    assert request_id == request_id.upper() == response.headers["x-acs-request-id"]
    assert len(request_id) == 36


def test_parameters_come_from_query_and_form_alike(call: Caller, client: httpx.Client) -> None:
    request = call.build("Make", {"Tag": [{"Key": "k"}]})
    request.url = request.url.copy_with(query=b"Name=a+b%2A~")
    sign(request, call.identity)
    assert client.send(request).json()["Number"] == 1


def test_common_and_owner_parameters_are_ignored_and_others_refused(call: Caller) -> None:
    ignored = dict.fromkeys(("Format", "OwnerId", "OwnerAccount", "ResourceOwnerId", "ResourceOwnerAccount"), "x")
    assert call("Look", ignored, Number=3)["Parameters"] == {"Number": 3}
    assert call.refused("Look", Colour="red") == (400, "UnsupportedParameter")


def test_an_error_document_says_all_that_sdks_read(call: Caller) -> None:
    response = call.send("Make", Name="forbidden", host="slb.cn-hangzhou.aliyuncs.com")
    document = response.json()
    assert response.status_code == 403
    assert document.pop("RequestId")
    assert document == {
        "HostId": "slb.cn-hangzhou.aliyuncs.com",
        "Code": "Forbidden.Thing",
        "Message": "not this one",
        "Recommend": "https://api.aliyun.com/troubleshoot?q=Forbidden.Thing&product=clb",
        "AccessDeniedDetail": {"AuthAction": "shop:Make"},
    }


def test_the_region_is_what_was_sent_then_the_endpoints_then_the_worlds(call: Caller, world: World) -> None:
    assert call("Look", RegionId="eu-central-1")["Region"] == "eu-central-1"
    assert call("Look", host="slb-vpc.us-west-1.aliyuncs.com")["Region"] == "us-west-1"
    assert call("Look")["Region"] == world.region


def test_the_shared_endpoint_wants_a_region(call: Caller) -> None:
    assert call("Look", RegionId="cn-beijing", host="slb.aliyuncs.com")["Region"] == "cn-beijing"
    assert call.refused("Look", host="slb.aliyuncs.com") == (400, "MissingParameter")


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ({"x-acs-action": ""}, (400, "MissingParameter")),
        ({"x-acs-version": ""}, (400, "MissingParameter")),
        ({"x-acs-action": "Fly"}, (404, "InvalidAction.NotFound")),
        ({"x-acs-version": "2000-01-01"}, (404, "InvalidVersion")),
    ],
)
def test_calls_for_what_there_is_not(
    call: Caller, client: httpx.Client, headers: dict[str, str], refusal: tuple[int, str]
) -> None:
    request = call.build("Look", {})
    request.headers.update(headers)
    sign(request, call.identity)
    response = client.send(request)
    assert (response.status_code, response.json()["Code"]) == refusal


def test_only_get_and_post_are_methods(client: httpx.Client) -> None:
    response = client.put("/", headers={"x-acs-action": "Look", "x-acs-version": "2014-05-15"})
    assert (response.status_code, response.json()["Code"]) == (403, "UnsupportedHTTPMethod")


@pytest.mark.parametrize("minutes", [16, -16])
def test_dates_are_judged_by_the_machines_clock(call: Caller, client: httpx.Client, minutes: int) -> None:
    request = call.build("Look", {})
    sign(request, call.identity, date=ago(minutes))
    assert client.send(request).json()["Code"] == "InvalidTimeStamp.Expired"


def test_a_date_has_one_form(call: Caller, client: httpx.Client) -> None:
    request = call.build("Look", {})
    sign(request, call.identity, date="today")
    assert client.send(request).json()["Code"] == "InvalidTimeStamp.Format"


def test_fourteen_minutes_are_within_tolerance(call: Caller, client: httpx.Client) -> None:
    request = call.build("Look", {})
    sign(request, call.identity, date=ago(14))
    assert client.send(request).status_code == 200


def test_a_nonce_counts_once_for_each_key(call: Caller, client: httpx.Client, world: World) -> None:
    codes = []
    for identity in (call.identity, call.identity, world.assume_role("r")):
        request = call.build("Look", {})
        sign(request, identity, nonce="the same")
        codes.append(client.send(request).json().get("Code"))
    assert codes == [None, "SignatureNonceUsed", None]


def test_a_wrong_secret_is_told_the_string_to_sign(call: Caller, client: httpx.Client) -> None:
    request = call.build("Look", {})
    sign(request, replace(call.identity, secret="wrong"))
    document = client.send(request).json()
    assert document["Code"] == "SignatureDoesNotMatch"
    assert "server string to sign is:ACS3-HMAC-SHA256\n" in document["Message"]


def test_an_unknown_key_is_not_found(call: Caller, client: httpx.Client) -> None:
    request = call.build("Look", {})
    sign(request, replace(call.identity, access_key_id="LTAIunknown"))
    response = client.send(request)
    assert (response.status_code, response.json()["Code"]) == (404, "InvalidAccessKeyId.NotFound")


@pytest.mark.parametrize("header", ["x-acs-date", "x-acs-content-sha256", "content-type", "host"])
def test_what_must_be_signed_must_be_named(call: Caller, client: httpx.Client, header: str) -> None:
    request = call.build("Make", {"Name": "a"})
    sign(request, call.identity)
    named = request.headers["authorization"]
    request.headers["authorization"] = named.replace(f"{header};", "")
    assert client.send(request).json()["Code"] == "IncompleteSignature"


@pytest.mark.parametrize("authorization", ["", "ACS3-HMAC-SHA256 Credential=a", "Basic abc"])
def test_a_request_without_a_whole_signature_is_incomplete(
    call: Caller, client: httpx.Client, authorization: str
) -> None:
    request = call.build("Look", {})
    request.headers["authorization"] = authorization
    assert client.send(request).json()["Code"] == "IncompleteSignature"


def test_the_body_must_be_what_was_hashed(call: Caller, client: httpx.Client) -> None:
    request = call.build("Make", {"Name": "a"})
    sign(request, call.identity)
    other = client.build_request("POST", "/", data={"Name": "b"}, headers=request.headers)
    assert client.send(other).json()["Code"] == "SignatureDoesNotMatch"


def test_a_role_calls_with_its_token_until_it_expires(call: Caller, client: httpx.Client, world: World) -> None:
    role = world.assume_role("certdrop-poller", seconds=60)
    assert Caller(client, "clb", role)("Look")["Role"] == "certdrop-poller"
    assert world.calls.entries[-1].role == "certdrop-poller"
    world.advance(60)
    assert Caller(client, "clb", role).refused("Look") == (400, "InvalidSecurityToken.Expired")


def test_tokens_that_are_missing_foreign_or_made_up(client: httpx.Client, world: World) -> None:
    role, other = world.assume_role("one"), world.assume_role("two")
    for token, code in (
        (None, "MissingSecurityToken"),
        (other.token, "InvalidSecurityToken.MismatchWithAccessKey"),
        ("made up", "InvalidSecurityToken.Malformed"),
    ):
        assert Caller(client, "clb", replace(role, token=token)).refused("Look") == (400, code)


def test_a_v1_call_is_served(client: httpx.Client) -> None:
    assert client.post("/", data=sign_v1(Number="7", RegionId="cn-beijing")).json()["Parameters"] == {"Number": 7}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Signature": "d3Jvbmc="}, "SignatureDoesNotMatch"),
        ({"Number": "8"}, "SignatureDoesNotMatch"),
        ({"SignatureVersion": "2.0"}, "IncompleteSignature"),
        ({"SignatureNonce": ""}, "IncompleteSignature"),
    ],
)
def test_a_v1_call_that_was_tampered_with(client: httpx.Client, changed: dict[str, str], code: str) -> None:
    assert client.post("/", data={**sign_v1(Number="7"), **changed}).json()["Code"] == code


def test_the_same_token_is_done_once(call: Caller, shop: Shop, world: World) -> None:
    assert [call("Make", Name="a", ClientToken="t")["Number"] for _ in range(3)] == [1, 1, 1]
    assert len(shop.made) == 1
    assert [entry.mutating for entry in world.calls.entries] == [True, False, False]


def test_another_token_another_region_or_none_is_done_again(call: Caller, shop: Shop) -> None:
    call("Make", Name="a", ClientToken="t")
    call("Make", Name="a", ClientToken="u")
    call("Make", Name="a", ClientToken="t", RegionId="cn-beijing")
    call("Make", Name="a")
    call("Make", Name="a")
    assert len(shop.made) == 5


def test_a_token_with_other_parameters_is_refused(call: Caller, shop: Shop) -> None:
    call("Make", Name="a", ClientToken="t")
    assert call.refused("Make", Name="b", ClientToken="t") == (409, "IdempotentParameterMismatch")
    assert len(shop.made) == 1


def test_a_refused_call_does_not_use_its_token_up(call: Caller) -> None:
    assert call.refused("Make", Name="forbidden", ClientToken="t") == (403, "Forbidden.Thing")
    assert call("Make", Name="a", ClientToken="t") == {"Number": 1}


def test_every_call_is_noted(call: Caller, world: World) -> None:
    call("Make", Name="a")
    call.refused("Make", Name="forbidden")
    call.refused("Fly")
    noted = [
        (entry.service, entry.action, entry.resource, entry.mutating, entry.status, entry.code)
        for entry in world.calls.entries
    ]
    assert noted == [
        ("clb", "Make", "a", True, 200, ""),
        ("clb", "Make", "forbidden", True, 403, "Forbidden.Thing"),
        ("clb", "Fly", "", False, 404, "InvalidAction.NotFound"),
    ]
    assert all(entry.request_id for entry in world.calls.entries)


def test_an_error_on_order_does_nothing(call: Caller, shop: Shop, world: World) -> None:
    world.faults.add(Fault("clb", "Make", status=400, code="Throttling.User"))
    assert call.refused("Make", Name="a") == (400, "Throttling.User")
    assert call("Make", Name="a") == {"Number": 1}
    assert len(shop.made) == 1


def test_a_token_whose_first_call_still_runs_is_told_so_until_it_is_done(
    call: Caller, shop: Shop, world: World
) -> None:
    world.faults.add(Fault("clb", "Make", kind="lost", seconds=3))
    with pytest.raises(LostAnswerError):
        call.send("Make", Name="a", ClientToken="t")
    assert call.refused("Make", Name="a", ClientToken="t") == (409, "IdempotenceProcessing")
    assert call.refused("Make", Name="b", ClientToken="t") == (409, "IdempotentParameterMismatch")
    world.advance(3)
    assert call("Make", Name="a", ClientToken="t") == {"Number": 1}
    assert len(shop.made) == 1


def test_a_lost_answer_is_done_all_the_same(call: Caller, shop: Shop, world: World) -> None:
    world.faults.add(Fault("clb", "Make", kind="lost"))
    with pytest.raises(LostAnswerError):
        call.send("Make", Name="a", ClientToken="t")
    assert call("Make", Name="a", ClientToken="t") == {"Number": 1}
    assert len(shop.made) == 1


def test_the_exception_of_a_wrong_signature_repeats_nothing_of_the_request() -> None:
    assert str(RpcError(400, "SignatureDoesNotMatch", "server string to sign is:PrivateKey")) == (
        "400 SignatureDoesNotMatch"
    )
