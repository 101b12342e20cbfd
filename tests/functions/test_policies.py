"""The shape of the shipped policies, and what no function may do."""

import re

import pytest

from fakecloud.ram import Verdict, Wish
from fakecloud.world import ACCOUNT_ID
from tests.flows.pipeline import BUCKET, ROOT
from tests.functions.ram import (
    FUNCTIONS,
    REGION,
    actions_of,
    allowed,
    document_of,
    grants_of,
    policy_of,
    reasons,
    writes_of,
)

WRITERS = {
    "state/config/1.json": {"job-status-poller"},
    "state/drops/shop/1.json": {"on-cert-uploaded"},
    "state/bundles/1.json": {"on-cert-uploaded"},
    "state/listeners/a/1.json": {"create-https-listener", "associate-additional-cert", "job-status-poller"},
    "state/open/a/1.json": set(FUNCTIONS),
    "state/retired/cas/1.json": {"job-status-poller"},
    "state/unused/cas/1.json": {"job-status-poller"},
    "state/deployments/a/1.json": set(FUNCTIONS),
    "state/served/a/default.json": {"job-status-poller"},
    "state/survey/listeners.json": {"job-status-poller"},
    "reports/shop.json": set(FUNCTIONS),
    "status/index.html": {"job-status-poller"},
    "certs/shop/privkey.pem": set(),
    "config/targets.yml": set(),
    "state/": set(),
    "other": set(),
}


def on_object(action: str, key: str) -> Wish:
    return Wish(action, f"acs:oss:oss-{REGION}:{ACCOUNT_ID}:{BUCKET}/{key}")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_is_well_formed(function: str) -> None:
    policy = document_of(function)

    assert set(policy) == {"Version", "Statement"}
    assert policy["Version"] == "1"
    for statement in policy["Statement"]:
        assert set(statement) <= {"Effect", "Action", "Resource", "Condition"}
        assert statement["Effect"] == "Allow"
        assert statement["Action"] == sorted(set(statement["Action"]))
        assert all(re.fullmatch(r"(oss|mns|alb|slb|yundun-cert|log):[A-Z]\w+", one) for one in statement["Action"])
        assert len(statement["Resource"]) == len(set(statement["Resource"])) > 0
        assert all(
            one == "*" or re.fullmatch(r"acs:\w+:(\*|\$\{region\}):\$\{account\}:\S+", one)
            for one in statement["Resource"]
        )


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_action_is_granted_once(function: str) -> None:
    granted = [action for statement in document_of(function)["Statement"] for action in statement["Action"]]

    assert sorted(granted) == sorted(set(granted))


def test_everything_is_granted_only_where_the_service_has_no_resources_and_each_time_for_a_reason() -> None:
    wide = {grant.action for function in FUNCTIONS for grant in grants_of(function) if grant.resource == "*"}

    assert wide == set(reasons()["everything"])


def test_all_of_a_kind_is_granted_only_for_a_reason() -> None:
    whole = {
        resource
        for function in FUNCTIONS
        for statement in document_of(function)["Statement"]
        for resource in statement["Resource"]
        if re.fullmatch(r"acs:(?!oss:).*\*", resource)
    }

    assert whole == set(reasons()["every_of_a_kind"])


def test_the_documentation_tells_every_reason() -> None:
    text = (ROOT / "docs" / "permissions.md").read_text()

    for name, reason in (*reasons()["everything"].items(), *reasons()["every_of_a_kind"].items()):
        assert f"| `{name}` | {reason} |" in text
    unused = text.partition("## What no flow of the tests uses")[2].partition("\n## ")[0]
    assert set(re.findall(r"\w+:\w+", unused)) == {row["action"] for row in reasons()["not_used_in_flows"]}


def paths_granted(function: str, action: str) -> set[str]:
    """Return the folders and keys of the bucket where a function may do *action*, without the star at their ends."""
    return {
        resource.split("${bucket}/")[1].removesuffix("*")
        for statement in document_of(function)["Statement"]
        if action in statement["Action"]
        for resource in statement["Resource"]
    }


@pytest.mark.parametrize(("column", "function"), [*enumerate(FUNCTIONS, start=1)])
def test_the_documentation_tells_where_each_function_writes_and_deletes(column: int, function: str) -> None:
    lines = (ROOT / "docs" / "permissions.md").read_text().splitlines()
    table = [line[2:-2].split(" | ") for line in lines if line.startswith("| ")]
    rows = {cells[0]: cells[column] for cells in table if len(cells) == 1 + len(FUNCTIONS)}

    state = {f"state/{name}/" for name in rows["writes below `state/`"].split(", ")}
    elsewhere = set(re.findall(r"`(\S+/)`", rows["writes elsewhere"]))
    assert state | elsewhere == paths_granted(function, "oss:PutObject")
    assert set(re.findall(r"`(\S+/)`", rows["deletes"])) == paths_granted(function, "oss:DeleteObject")


def test_the_writes_are_these() -> None:
    assert writes_of("on-cert-uploaded") == {"yundun-cert:UploadUserCertificate"}
    assert writes_of("create-https-listener") == {
        "alb:CreateListener",
        "alb:StartListener",
        "alb:UpdateListenerAttribute",
        "slb:CreateLoadBalancerHTTPSListener",
        "slb:SetLoadBalancerHTTPSListenerAttribute",
        "slb:StartLoadBalancerListener",
        "slb:UploadCACertificate",
        "slb:UploadServerCertificate",
    }
    assert writes_of("associate-additional-cert") == {
        "alb:AssociateAdditionalCertificatesWithListener",
        "alb:DissociateAdditionalCertificatesFromListener",
        "slb:CreateDomainExtension",
        "slb:SetDomainExtensionAttribute",
    }
    assert writes_of("job-status-poller") == {
        "slb:DeleteCACertificate",
        "slb:DeleteServerCertificate",
        "yundun-cert:DeleteUserCertificate",
    }


def test_nobody_can_read_a_key_back_from_cas_and_who_changes_listeners_deletes_no_certificate() -> None:
    everything = set().union(*map(actions_of, FUNCTIONS))
    changing = {action for function in FUNCTIONS[:-1] for action in actions_of(function)}

    assert allowed(Wish("yundun-cert:GetUserCertificateDetail")) == set()
    assert [action for action in changing if ":Delete" in action] == ["oss:DeleteObject"]
    assert [action for action in everything if action.split(":")[0] in ("ram", "sts", "kms", "cas")] == []
    assert [action for action in everything if "*" in action or "?" in action] == []


@pytest.mark.parametrize("folder", ["shared", "functions", "cli"])
def test_no_code_of_ours_asks_cas_for_a_key(folder: str) -> None:
    files = [path for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".json", ".yml", ".md")]
    words = ("GetUserCertificateDetail", "get_user_certificate_detail")

    assert files
    assert [path for path in files if any(word in path.read_text("utf-8") for word in words)] == []


def test_only_the_function_that_judges_can_read_what_is_dropped() -> None:
    assert allowed(on_object("oss:GetObject", "certs/shop/privkey.pem")) == {"on-cert-uploaded"}


@pytest.mark.parametrize("key", WRITERS)
def test_an_object_has_these_writers(key: str) -> None:
    assert allowed(on_object("oss:PutObject", key)) == WRITERS[key]


@pytest.mark.parametrize("key", WRITERS)
def test_nothing_is_deleted_but_open_work_and_by_the_poller_marks_and_what_its_survey_needs_no_more(key: str) -> None:
    expected = set(FUNCTIONS) if key.startswith("state/open/") else set()
    if key.startswith(("certs/", "state/retired/", "state/served/", "state/survey/", "state/unused/")):
        expected = {"job-status-poller"}

    assert allowed(on_object("oss:DeleteObject", key)) == expected


@pytest.mark.parametrize("prefix", ["", "config/", "certs", "reports/shop", "state"])
def test_only_known_folders_are_listed(prefix: str) -> None:
    listing = Wish("oss:ListObjects", f"acs:oss:oss-{REGION}:{ACCOUNT_ID}:{BUCKET}", (("oss:Prefix", prefix),))
    expected = {"job-status-poller"} if prefix == "reports/shop" else set()

    assert allowed(listing) == expected


@pytest.mark.parametrize("function", FUNCTIONS)
def test_other_accounts_buckets_queues_and_regions_are_out_of_reach(function: str) -> None:
    foreign = [
        Wish("oss:GetObject", f"acs:oss:oss-{REGION}:{ACCOUNT_ID}:another/state/a"),
        Wish("oss:GetObject", f"acs:oss:oss-{REGION}:6543210987654321:{BUCKET}/state/a"),
        Wish("mns:SendMessage", f"acs:mns:{REGION}:{ACCOUNT_ID}:/queues/another/messages"),
        Wish("mns:SendMessage", f"acs:mns:cn-beijing:{ACCOUNT_ID}:/queues/certdrop-drops/messages"),
        Wish("mns:ReceiveMessage", f"acs:mns:{REGION}:{ACCOUNT_ID}:/queues/certdrop-drops/messages"),
        Wish("alb:ListListeners", f"acs:alb:{REGION}:6543210987654321:loadbalancer/alb-1"),
    ]

    assert {policy_of(function).judge(wish) for wish in foreign} == {Verdict.NOT_GRANTED}
