"""What Function Compute, its component and this project ask of template.yml."""

import re
from pathlib import Path

import pytest

from certdrop.runtime.settings import Environment, parse_settings
from fakecloud.fc.function import Function, OssTrigger, QueueTrigger, Template, TimerTrigger
from fakecloud.fc.template import load_template

ROOT = Path(__file__).parents[3]
ACCOUNT = "1234567890123456"
NAMES = ("on-cert-uploaded", "create-https-listener", "associate-additional-cert", "job-status-poller")
KNOWN_VARIABLES = {field.alias for field in Environment.model_fields.values()}
KNOWN_PROPERTIES = {
    "asyncInvokeConfig",
    "code",
    "concurrencyConfig",
    "cpu",
    "description",
    "diskSize",
    "environmentVariables",
    "functionName",
    "handler",
    "internetAccess",
    "logConfig",
    "memorySize",
    "region",
    "role",
    "runtime",
    "timeout",
    "triggers",
}


@pytest.fixture(params=NAMES)
def function(template: Template, request: pytest.FixtureRequest) -> Function:
    return next(one for one in template.functions if one.name == request.param)


def test_the_functions_are_those_of_the_functions_folder(template: Template) -> None:
    folders = sorted(path.name for path in (ROOT / "functions").iterdir() if path.is_dir() and path.name[0] != "_")

    assert [one.name for one in template.functions] == list(NAMES)
    assert sorted(one.folder for one in template.functions) == folders


def test_the_template_is_validated_before_every_command() -> None:
    assert re.search(r"^validation: true$", (ROOT / "template.yml").read_text(), re.MULTILINE)


def test_every_property_is_one_that_the_component_knows(function: Function) -> None:
    assert set(function.properties) <= KNOWN_PROPERTIES


def test_the_code_is_what_make_package_builds(function: Function) -> None:
    assert function.code == ROOT / "build" / function.name


def test_the_handler_exists_in_the_source(function: Function) -> None:
    module, _, attribute = function.handler.rpartition(".")
    source = ROOT / "functions" / function.folder / f"{module}.py"

    assert f"def {attribute}(" in source.read_text()


def test_the_role_bears_the_functions_name_and_has_a_policy(function: Function) -> None:
    assert function.role == f"certdrop-{function.name}"
    assert (ROOT / "functions" / function.folder / "policy.json").is_file()


def test_the_runtime_is_python_312(function: Function) -> None:
    assert function.runtime == "python3.12"


def test_cpu_memory_and_disk_fit_together(function: Function) -> None:
    cpu, memory, disk = (function.properties[name] for name in ("cpu", "memorySize", "diskSize"))

    assert round(cpu * 100) % 5 == 0
    assert memory % 64 == 0
    assert 1 <= memory / 1024 / cpu <= 4
    assert disk in (512, 10240)


def test_the_poller_ends_before_its_next_minute_and_the_others_have_sixty_seconds(function: Function) -> None:
    assert function.timeout == (50 if function.name == "job-status-poller" else 60)


def test_whatever_writes_listeners_or_polls_runs_once_at_a_time(function: Function) -> None:
    assert function.reserved_concurrency == (None if function.name == "on-cert-uploaded" else 1)


def test_variables_are_known_to_the_settings_and_not_reserved(function: Function) -> None:
    assert set(function.environment) <= KNOWN_VARIABLES
    assert not [name for name in function.environment if name.startswith("FC_")]
    assert sum(len(name) + len(value) for name, value in function.environment.items()) <= 4096


def test_the_variables_make_valid_settings(function: Function) -> None:
    settings = parse_settings(function.environment)

    assert settings.bucket == f"certdrop-{ACCOUNT}"
    assert (settings.region, settings.account_id, settings.site) == ("cn-hangzhou", ACCOUNT, "china")
    assert (settings.endpoints, settings.dial) == ({}, {})


def test_variables_can_be_set_from_outside() -> None:
    given = {
        "CERTDROP_BUCKET": "drops",
        "CERTDROP_REGION": "ap-southeast-1",
        "CERTDROP_SITE": "international",
        "CERTDROP_CAS_REGION": "eu-central-1",
        "CERTDROP_NETWORK": "vpc",
        "CERTDROP_RPC_PARAMETERS": "query",
        "CERTDROP_CLB_DOMAIN_EXTENSIONS": "5",
        "CERTDROP_ALB_ADDITIONAL_CERTIFICATES": "100",
        "CERTDROP_ALB_ASSOCIATE_AT_ONCE": "9",
        "CERTDROP_ALB_DISSOCIATE_AT_ONCE": "20",
        "CERTDROP_CLEANUP_GRACE_DAYS": "30",
        "CERTDROP_WEBHOOK": "https://hooks.example/certdrop",
        "CERTDROP_ENDPOINT": "http://127.0.0.1:8080",
    }
    dial = {"CERTDROP_DIAL": "lb.example:443=127.0.0.1:5000"}  # only who shakes hands is asked to dial
    template = load_template(ROOT / "template.yml", {**given, **dial}, ACCOUNT)

    for function in template.functions:
        own = dial if function.name == "job-status-poller" else {}
        assert function.environment == {**given, **own, "CERTDROP_ACCOUNT_ID": ACCOUNT}
        assert function.properties["region"] == "ap-southeast-1"
    assert template.buckets == ("drops",)


def test_nothing_follows_a_trigger_on_a_queue(function: Function) -> None:
    kinds = [isinstance(trigger, QueueTrigger) for trigger in function.triggers]

    assert kinds.count(True) <= 1
    assert kinds == sorted(kinds)


def test_trigger_names_are_unique(function: Function) -> None:
    names = [trigger.name for trigger in function.triggers]

    assert len(names) == len(set(names))


QUEUES = {
    "on-cert-uploaded": "certdrop-drops",
    "create-https-listener": "certdrop-listeners",
    "associate-additional-cert": "certdrop-associations",
}


def test_every_owner_of_steps_reads_its_queue(function: Function) -> None:
    queues = [trigger for trigger in function.triggers if isinstance(trigger, QueueTrigger)]

    assert [trigger.queue for trigger in queues] == [QUEUES[name] for name in (function.name,) if name in QUEUES]
    for trigger in queues:
        assert (trigger.batch_count, trigger.batch_seconds) == (16, 2)
        assert trigger.retry_strategy == "EXPONENTIAL_DECAY_RETRY"
        assert trigger.dead_letter_queue == "certdrop-dead-letters"
        assert trigger.streaming
        assert trigger.decode_base64
        assert trigger.tolerant
        assert not trigger.raw_data


def test_uploads_set_off_the_first_function_only(function: Function) -> None:
    watched = [trigger for trigger in function.triggers if isinstance(trigger, OssTrigger)]

    if function.name != "on-cert-uploaded":
        assert watched == []
        return
    [trigger] = watched
    assert (trigger.bucket, trigger.prefix, trigger.suffix) == (f"certdrop-{ACCOUNT}", "certs/", "")
    kinds = ("PutObject", "PostObject", "CopyObject", "CompleteMultipartUpload")
    assert set(trigger.events) == {f"oss:ObjectCreated:{kind}" for kind in kinds}


def test_the_timer_sets_off_the_poller_every_minute(function: Function) -> None:
    timers = [trigger.cron_expression for trigger in function.triggers if isinstance(trigger, TimerTrigger)]

    assert timers == (["@every 1m"] if function.name == "job-status-poller" else [])


def test_an_upload_that_cannot_be_handled_is_kept_and_a_tick_is_not_repeated(template: Template) -> None:
    first, poller = template.functions[0], template.functions[-1]

    assert (first.asynchronous.maximum_retries, first.asynchronous.on_failure) == (3, "certdrop-dead-letters")
    assert (poller.asynchronous.maximum_retries, poller.asynchronous.on_failure) == (0, None)


def test_every_arn_is_of_the_region_and_account_of_the_template(function: Function) -> None:
    arns = re.findall(r"acs:(?:oss|mns):([^:]*):([^:]*):", str(function.properties))

    assert set(arns) <= {("cn-hangzhou", ACCOUNT)}
