import json

import httpx
import pytest

from fakecloud.ram import Policy, PolicyError, Wish, make_wish, parse_policy
from fakecloud.world import World
from tests.fakecloud.signing import MnsAuth, OssAuth

NAMES = {"account": "1234567890123456", "bucket": "b", "region": "cn-hangzhou"}


def policy(*statements: dict[str, object]) -> Policy:
    return parse_policy(json.dumps({"Version": "1", "Statement": statements}), NAMES)


def allow(action: object, resource: object = "*", **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.text.partition("<Code>")[2].partition("</Code>")[0]


def test_what_no_statement_allows_is_denied() -> None:
    granted = policy(allow(["oss:GetObject", "oss:Put*"], ["acs:oss:*:${account}:${bucket}/certs/*"]))
    inside = "acs:oss:oss-cn-hangzhou:1234567890123456:b/certs/a"
    assert granted.allows(Wish("oss:GetObject", inside))
    assert granted.allows(Wish("oss:PutObject", inside))
    assert not granted.allows(Wish("oss:DeleteObject", inside))
    assert not granted.allows(Wish("oss:GetObject", inside.replace("certs", "state")))
    assert not granted.allows(Wish("oss:GetObject", inside.replace("1234567890123456", "6543210987654321")))


def test_a_denial_wins() -> None:
    granted = policy(allow("oss:*"), {"Effect": "Deny", "Action": "oss:DeleteObject", "Resource": "*"})
    assert granted.allows(Wish("oss:GetObject", "x"))
    assert not granted.allows(Wish("oss:DeleteObject", "x"))


def test_a_listing_can_be_bound_to_a_prefix() -> None:
    granted = policy(allow("oss:ListObjects", Condition={"StringLike": {"oss:Prefix": ["state/*"]}}))
    assert granted.allows(Wish("oss:ListObjects", "x", "state/open/"))
    assert not granted.allows(Wish("oss:ListObjects", "x", "certs/"))
    assert not granted.allows(Wish("oss:ListObjects", "x"))


def test_only_stars_and_question_marks_are_wild() -> None:
    assert policy(allow("a?b:*")).allows(Wish("axb:Do"))
    assert not policy(allow("a.b")).allows(Wish("axb"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"Statement": [{}]}', '{"Statement": [{"Effect": "Maybe"}]}'])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        parse_policy(text, {})


def test_an_effect_has_two_values() -> None:
    with pytest.raises(PolicyError, match="Allow or Deny"):
        policy({"Effect": "Maybe", "Action": "oss:*"})


def test_the_services_ask_the_policy_of_the_role(client: httpx.Client, world: World) -> None:
    world.oss.create_bucket("b")
    world.mns.create_queue("q")
    role = world.assume_role("certdrop-test")
    oss, mns = OssAuth(role), MnsAuth(role)
    message = "<Message><MessageBody>x</MessageBody></Message>"
    world.policies["certdrop-test"] = policy(
        allow("oss:GetObject", "acs:oss:*:${account}:${bucket}/certs/*"),
        allow("oss:ListObjects", "acs:oss:*:${account}:${bucket}", Condition={"StringLike": {"oss:Prefix": "certs/*"}}),
        allow("mns:SendMessage", "acs:mns:${region}:${account}:/queues/q/messages"),
    )
    assert code(client.get("/b/certs/a", auth=oss)) == (404, "NoSuchKey")
    assert client.head("/b/certs/a", auth=oss).status_code == 404
    assert code(client.get("/b/state/a", auth=oss)) == (403, "AccessDenied")
    assert code(client.put("/b/certs/a", content=b"1", auth=oss)) == (403, "AccessDenied")
    assert client.get("/b/?list-type=2&prefix=certs/shop", auth=oss).status_code == 200
    assert code(client.get("/b/?list-type=2", auth=oss)) == (403, "AccessDenied")
    assert client.post("/queues/q/messages", content=message, auth=mns).status_code == 201
    assert client.post("/queues/q/messages", content=f"<Messages>{message}</Messages>", auth=mns).status_code == 201
    assert code(client.get("/queues/q/messages", auth=mns)) == (403, "AccessDenied")
    assert world.oss.buckets["b"].objects == {}
    assert [call.code for call in world.calls.entries].count("AccessDenied") == 4


def test_a_role_without_a_policy_and_the_account_may_do_everything(client: httpx.Client, world: World) -> None:
    world.oss.create_bucket("b")
    world.policies["other"] = policy()
    assert client.put("/b/k", content=b"1", auth=OssAuth(world.assume_role("certdrop-test"))).status_code == 200
    assert client.put("/b/k", content=b"1", auth=OssAuth()).status_code == 200


@pytest.mark.parametrize(
    ("service", "action", "expected"),
    [
        ("alb", "CreateListener", Wish("alb:CreateListener")),
        ("clb", "UploadServerCertificate", Wish("slb:UploadServerCertificate")),
        ("cas", "UploadUserCertificate", Wish("yundun-cert:UploadUserCertificate")),
        ("oss", "HeadObject", Wish("oss:GetObject", "acs:oss:oss-cn-hangzhou:1234567890123456:r")),
        ("mns", "BatchSendMessage", Wish("mns:SendMessage", "acs:mns:cn-hangzhou:1234567890123456:r")),
    ],
)
def test_actions_have_the_names_that_policies_use(world: World, service: str, action: str, expected: Wish) -> None:
    assert make_wish(world, service, action, "r") == expected
