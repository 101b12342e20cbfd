"""template.yml, read into functions."""

from pathlib import Path

import pytest

from fakecloud.fc.function import AsyncInvokeConfig, OssTrigger, QueueTrigger, Template, TimerTrigger
from fakecloud.fc.template import TemplateError, load_template

ACCOUNT = "1234567890123456"
HEAD = """
edition: 3.0.0
name: test
vars: {region: cn-hangzhou, bucket: "drops-${config('AccountID')}"}
template:
  base: {region: "${vars.region}", runtime: python3.12, handler: handler.handler, environmentVariables: {A: a, B: b}}
resources:
"""
FUNCTION = """
  work:
    component: fc3
    extend: {name: base}
    props:
      functionName: work
      role: certdrop-${this.props.functionName}
      code: ./build/${this.props.functionName}
"""


def load(folder: Path, text: str, **environment: str) -> Template:
    path = folder / "template.yml"
    path.write_text(text)
    return load_template(path, environment, ACCOUNT)


def test_props_lie_over_what_they_extend(tmp_path: Path) -> None:
    template = load(tmp_path, HEAD + FUNCTION + "      environmentVariables: {B: other}\n      timeout: 60\n")

    [function] = template.functions
    assert function.environment == {"A": "a", "B": "other"}
    assert (function.runtime, function.timeout, function.memory) == ("python3.12", 60, 512)
    assert function.role == "certdrop-work"
    assert function.code == tmp_path / "build" / "work"
    assert template.region == "cn-hangzhou"


def test_a_role_may_be_an_arn(tmp_path: Path) -> None:
    text = (HEAD + FUNCTION).replace("role: ", "role: acs:ram::${config('AccountID')}:role/")

    assert load(tmp_path, text).functions[0].role == "certdrop-work"


def test_the_folder_of_a_function_has_underscores(tmp_path: Path) -> None:
    text = (HEAD + FUNCTION).replace("functionName: work", "functionName: on-cert-uploaded")

    assert load(tmp_path, text).functions[0].folder == "on_cert_uploaded"


def test_triggers_and_limits_are_read(tmp_path: Path) -> None:
    more = """
      concurrencyConfig: {reservedConcurrency: 1}
      asyncInvokeConfig:
        maxAsyncRetryAttempts: 2
        maxAsyncEventAgeInSeconds: 600
        destinationConfig:
          onFailure: {destination: "acs:mns:${vars.region}:${config('AccountID')}:/queues/dead/messages"}
      triggers:
        - triggerName: in
          triggerType: oss
          sourceArn: acs:oss:${vars.region}:${config('AccountID')}:${vars.bucket}
          triggerConfig: {events: ['oss:ObjectCreated:PutObject'], filter: {key: {prefix: certs/, suffix: ''}}}
        - triggerName: tick
          triggerType: timer
          triggerConfig: {cronExpression: '@every 5m', enable: false, payload: p}
        - triggerName: jobs
          triggerType: eventbridge
          triggerConfig:
            eventRuleFilterPattern: '{}'
            eventSourceConfig: {eventSourceType: MNS, eventSourceParameters: {sourceMNSParameters: {QueueName: jobs}}}
            runOptions:
              mode: event-streaming
              batchWindow: {CountBasedWindow: 16, TimeBasedWindow: 2}
              errorsTolerance: ALL
              retryStrategy: {PushRetryStrategy: EXPONENTIAL_DECAY_RETRY}
              deadLetterQueue: {Arn: "acs:mns:${vars.region}:${config('AccountID')}:/queues/dead"}
"""
    template = load(tmp_path, HEAD + FUNCTION + more)

    [function] = template.functions
    assert function.reserved_concurrency == 1
    assert function.asynchronous == AsyncInvokeConfig(2, 600.0, None, "dead")
    assert function.triggers == (
        OssTrigger("in", f"drops-{ACCOUNT}", ("oss:ObjectCreated:PutObject",), "certs/", ""),
        TimerTrigger("tick", "@every 5m", "p", enabled=False),
        QueueTrigger("jobs", "jobs", True, True, False, 16, 2.0, "EXPONENTIAL_DECAY_RETRY", True, "dead", True),
    )
    assert template.queues == ("jobs", "dead")
    assert template.buckets == (f"drops-{ACCOUNT}",)


def test_a_queue_trigger_without_run_options_has_the_services_defaults(tmp_path: Path) -> None:
    more = """
      triggers:
        - triggerName: jobs
          triggerType: eventbridge
          triggerConfig:
            eventRuleFilterPattern: '{}'
            eventSourceConfig: {eventSourceType: MNS, eventSourceParameters: {sourceMNSParameters: {QueueName: jobs}}}
"""
    [function] = load(tmp_path, HEAD + FUNCTION + more).functions

    assert function.triggers == (QueueTrigger("jobs", "jobs", streaming=False),)


def test_resources_may_name_each_other(tmp_path: Path) -> None:
    text = HEAD + FUNCTION + FUNCTION.replace("work", "rest") + "      description: ${resources.work.props.role}\n"

    assert load(tmp_path, text).functions[1].properties["description"] == "certdrop-work"


QUEUE = (
    "{triggerName: q, triggerType: eventbridge, triggerConfig: {eventRuleFilterPattern: '{}', eventSourceConfig: %s}}"
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("edition: 1.0.0", "edition is not 3.0.0"),
        ("- a list", "edition is not 3.0.0"),
        ("a: [", "expected"),
        (HEAD, "no resources"),
        (HEAD + FUNCTION.replace("fc3", "fc"), "resources.work is not of component fc3"),
        (HEAD + FUNCTION.replace("base", "other"), "template.other, which does not exist"),
        (HEAD + FUNCTION.replace("role: ", "rule: "), r"props\.role: missing"),
        (HEAD + FUNCTION.replace("functionName: work", "functionName: 1work"), "1work is not a function's name"),
        (HEAD + FUNCTION + "      timeout: '60'\n", "timeout: expected int, found str"),
        (HEAD + FUNCTION + "      timeout: true\n", "timeout: expected int, found bool"),
        (HEAD + FUNCTION + "      timeout: 0\n", "timeout: 0 is not within 1 and 86400"),
        (HEAD + FUNCTION + "      runtime: nodejs20\n", "runtime: nodejs20 is none of"),
        (HEAD + FUNCTION + "      environmentVariables: {N: 1}\n", r"environmentVariables\.N: expected str"),
        (HEAD + FUNCTION + "      environmentVariables: {FC_N: a}\n", "FC_ is reserved"),
        (HEAD + FUNCTION + "      environmentVariables: []\n", "environmentVariables: expected a mapping"),
        (HEAD + FUNCTION + "      description: ${vars.nothing}\n", "vars.nothing. not found"),
        (HEAD + FUNCTION + "      description: ${this.props.description}\n", "this.props.description. needs itself"),
        (HEAD + FUNCTION + "      triggers: [{triggerName: a, triggerType: log}]\n", "log is not simulated"),
        (
            HEAD
            + FUNCTION
            + "      triggers: [{triggerName: a, triggerType: timer, triggerConfig: {cronExpression: x}}]\n",
            r"triggers\[0\].triggerConfig.cronExpression: 'x' is neither",
        ),
        (HEAD + FUNCTION + f"      triggers: [{QUEUE % '{eventSourceType: Kafka}'}]\n", "only MNS is simulated"),
        (HEAD + FUNCTION + f"      triggers: [{QUEUE % '{eventSourceType: MNS}'}]\n", "QueueName: missing"),
        (
            HEAD
            + FUNCTION
            + "      triggers: [{triggerName: a, triggerType: oss, sourceArn: bucket, triggerConfig: {}}]\n",
            "sourceArn: bucket is not of the form",
        ),
    ],
)
def test_what_would_not_be_deployed_is_an_error_that_says_where(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(TemplateError, match=problem):
        load(tmp_path, text)


def test_a_template_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"nothing\.yml"):
        load_template(tmp_path / "nothing.yml", {}, ACCOUNT)


@pytest.mark.parametrize(
    "expression", ["@every 0m", "@every 1s", "* * * * *", "99 * * * * *", "CRON_TZ=No/Where 0 0 0 * * *"]
)
def test_malformed_timers_are_refused(tmp_path: Path, expression: str) -> None:
    trigger = f"{{triggerName: a, triggerType: timer, triggerConfig: {{cronExpression: '{expression}'}}}}"

    with pytest.raises(TemplateError, match="cronExpression"):
        load(tmp_path, HEAD + FUNCTION + f"      triggers: [{trigger}]\n")
