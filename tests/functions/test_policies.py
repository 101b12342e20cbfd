import re

import pytest

from tests.flows.bundles import bundle
from tests.flows.pipeline import Pipeline
from tests.functions.ram import FUNCTIONS, Wish, actions_of, allows, matches, policy_of, wish_of

WILDCARDS = re.compile(r"yundun-cert:\w+|alb:(Get|List)\w+")
READS = re.compile(r"\w[\w-]*:(Get|List|Describe)\w*")
SHARED_WRITES = {"oss:PutObject", "oss:DeleteObject", "mns:SendMessage", "log:PostLogStoreLogs"}


def writes_of(function: str) -> set[str]:
    return {action for action in actions_of(function) if not READS.fullmatch(action)} - SHARED_WRITES


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_is_well_formed(function: str) -> None:
    policy = policy_of(function)

    assert set(policy) == {"Version", "Statement"}
    assert policy["Version"] == "1"
    for statement in policy["Statement"]:
        assert set(statement) <= {"Effect", "Action", "Resource", "Condition"}
        assert statement["Effect"] == "Allow"
        assert statement["Action"] == sorted(set(statement["Action"]))
        assert all(re.fullmatch(r"(oss|mns|alb|slb|yundun-cert|log):[A-Z]\w+", one) for one in statement["Action"])
        assert len(statement["Resource"]) == len(set(statement["Resource"])) > 0
        assert all(one == "*" or re.fullmatch(r"acs:\w+:[\w*-]*:\d+:\S+", one) for one in statement["Resource"])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_action_is_granted_once(function: str) -> None:
    granted = [action for statement in policy_of(function)["Statement"] for action in statement["Action"]]

    assert sorted(granted) == sorted(set(granted))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_everything_is_the_resource_only_where_the_service_knows_no_other(function: str) -> None:
    everything = [
        action
        for statement in policy_of(function)["Statement"]
        if "*" in statement["Resource"]
        for action in statement["Action"]
    ]

    assert everything
    assert [action for action in everything if not WILDCARDS.fullmatch(action)] == []


def test_no_function_can_do_anothers_writes() -> None:
    seen: set[str] = set()
    for function in FUNCTIONS:
        assert not writes_of(function) & seen
        seen |= writes_of(function)

    assert writes_of("on-cert-uploaded") == {"yundun-cert:UploadUserCertificate"}
    assert writes_of("associate-additional-cert") == {
        "alb:AssociateAdditionalCertificatesWithListener",
        "alb:DissociateAdditionalCertificatesFromListener",
        "slb:CreateDomainExtension",
        "slb:SetDomainExtensionAttribute",
    }
    assert writes_of("job-status-poller") == set()


def test_nobody_can_read_a_key_back_from_cas_or_delete_what_is_served() -> None:
    everything = set().union(*map(actions_of, FUNCTIONS))

    assert "yundun-cert:GetUserCertificateDetail" not in everything
    assert [action for action in everything if ":Delete" in action] == ["oss:DeleteObject"]
    assert [action for action in everything if action.split(":")[0] in ("ram", "sts", "kms", "cas")] == []


def test_only_the_function_that_judges_can_read_what_is_dropped() -> None:
    reading = Wish(
        "oss:GetObject", "acs:oss:oss-cn-hangzhou:1234567890123456:certdrop-1234567890123456/certs/shop/privkey.pem"
    )

    assert [function for function in FUNCTIONS if allows(function, reading)] == ["on-cert-uploaded"]


@pytest.mark.parametrize("key", ["certs/shop/privkey.pem", "config/targets.yml", "other", "state/"])
def test_nobody_can_write_or_delete_what_belongs_to_the_user(key: str) -> None:
    resource = f"acs:oss:oss-cn-hangzhou:1234567890123456:certdrop-1234567890123456/{key}"
    changes = [Wish(action, resource) for action in ("oss:PutObject", "oss:DeleteObject")]

    assert [(function, wish) for function in FUNCTIONS for wish in changes if allows(function, wish)] == []


@pytest.mark.parametrize("key", ["state/config/1.json", "state/listeners/a/1.json", "state/drops/shop/1.json"])
def test_nobody_can_delete_a_log_or_a_verdict(key: str) -> None:
    deleting = Wish("oss:DeleteObject", f"acs:oss:oss-cn-hangzhou:1234567890123456:certdrop-1234567890123456/{key}")

    assert [function for function in FUNCTIONS if allows(function, deleting)] == []


def test_a_pattern_is_literal_but_for_its_wildcards() -> None:
    assert matches("acs:oss:*:1:b/state/*", "acs:oss:x:1:b/state/a/b")
    assert matches("a?c", "abc")
    assert not matches("a.c", "abc")
    assert not matches("acs:oss:*:1:b", "acs:oss:x:1:b/state/a")


def test_every_request_of_a_whole_story_is_granted_to_the_function_that_sent_it() -> None:
    """Default, additional and extension certificates on ALB and CLB, renewals, a refusal, the sweep, the status."""
    pipeline = Pipeline()
    with pipeline.client:
        pipeline.targets(
            pipeline.alb_target(),
            pipeline.clb_target(),
            pipeline.alb_target("more", role="additional", drops=("blog",)),
            pipeline.clb_target("more-clb", role="additional", drops=("blog",)),
        )
        pipeline.drop("shop", **bundle().files)
        pipeline.drop("blog", **bundle("blog.example").files)
        pipeline.drop("bad", cert_pem="no certificate at all")
        pipeline.advance(600)
        pipeline.drop("blog", **bundle("blog.example", month=11).files)
        pipeline.drop("shop", **bundle(month=11).files)
        pipeline.advance(900)
    wishes = {(sent.function, wish_of(sent)) for sent in pipeline.wire.sent}

    assert {function for function, _ in wishes} == set(FUNCTIONS)
    assert {status for _, status, _ in (*pipeline.standings("shop"), *pipeline.standings("blog"))} == {"served"}
    assert sorted(f"{function}: {wish}" for function, wish in wishes if not allows(function, wish)) == []
    used = {wish.action for _, wish in wishes}
    assert used >= set().union(*map(writes_of, FUNCTIONS)) - {"slb:UploadCACertificate"}
