"""The props of an fc3 resource, read into a Function; what fakecloud does not simulate is an error, not ignored."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fakecloud.fc.expressions import Value
from fakecloud.fc.function import (
    AsyncInvokeConfig,
    Function,
    OssTrigger,
    QueueTrigger,
    TimerTrigger,
    Trigger,
)
from fakecloud.fc.timers import next_ring

RUNTIMES = ("python3.10", "python3.12")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
BUCKET_ARN = re.compile(r"acs:oss:[^:]*:[^:]*:(?P<name>[^:/]+)")
QUEUE_ARN = re.compile(r"acs:mns:[^:]*:[^:]*:/queues/(?P<name>[^/]+)(?:/messages)?")
ROLE = re.compile(r"(?:acs:ram::\d+:role/)?(?P<name>[^:/]+)")
STRATEGIES = ("BACKOFF_RETRY", "EXPONENTIAL_DECAY_RETRY")
MAXIMUM_BATCH_COUNT = 10000
MAXIMUM_BATCH_SECONDS = 15
MAXIMUM_RETRIES = 8


class PropertiesError(ValueError):
    """A property that would not be deployed, or that fakecloud does not simulate; names its path."""


class Properties:
    """A mapping together with the path to it, for errors that say where."""

    def __init__(self, values: Value, path: str) -> None:
        if not isinstance(values, Mapping):
            raise PropertiesError(f"{path}: expected a mapping")
        self.values = values
        self.path = path

    def get(self, name: str, kind: type, default: Value = ...) -> Value:
        """Return the value of *name*, which must be of *kind*; without *default* it must be there."""
        value = self.values.get(name, default)
        if value is ...:
            raise PropertiesError(f"{self.path}.{name}: missing")
        if value is not default and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            raise PropertiesError(f"{self.path}.{name}: expected {kind.__name__}, found {type(value).__name__}")
        return value

    def below(self, name: str) -> "Properties":
        """Return the mapping at *name*, an empty one when it is not there."""
        return Properties(self.values.get(name, {}), f"{self.path}.{name}")

    def number(self, name: str, default: int, minimum: int, maximum: int) -> int:
        """Return the integer at *name* within its bounds."""
        value = int(self.get(name, int, default))
        if not minimum <= value <= maximum:
            raise PropertiesError(f"{self.path}.{name}: {value} is not within {minimum} and {maximum}")
        return value

    def arn(self, name: str, pattern: re.Pattern[str], *, required: bool = True) -> str:
        """Return the name within the ARN at *name*, empty when it is not required and not there."""
        text = self.get(name, str, ... if required else "")
        match = pattern.fullmatch(text)
        if match is None and text:
            raise PropertiesError(f"{self.path}.{name}: {text} is not of the form {pattern.pattern}")
        return match["name"] if match else ""


def read_function(resource: str, values: Mapping[str, Any], folder: Path) -> Function:
    """Read the rendered props of *resource*; relative paths start at *folder*. Raises PropertiesError."""
    props = Properties(values, f"resources.{resource}.props")
    props.get("region", str)
    name = props.get("functionName", str)
    if not NAME.fullmatch(name):
        raise PropertiesError(f"{props.path}.functionName: {name} is not a function's name")
    if props.get("runtime", str) not in RUNTIMES:
        raise PropertiesError(f"{props.path}.runtime: {props.values['runtime']} is none of {', '.join(RUNTIMES)}")
    concurrency = props.below("concurrencyConfig")
    return Function(
        name=name,
        runtime=props.values["runtime"],
        handler=props.get("handler", str),
        code=(folder / props.get("code", str)).resolve(),
        role=props.arn("role", ROLE),
        timeout=props.number("timeout", 3, 1, 86400),
        memory=props.number("memorySize", 512, 128, 32768),
        reserved_concurrency=concurrency.get("reservedConcurrency", int, None),
        environment=_read_environment(props.below("environmentVariables")),
        asynchronous=_read_async(props.below("asyncInvokeConfig")),
        triggers=tuple(
            _read_trigger(Properties(trigger, f"{props.path}.triggers[{number}]"))
            for number, trigger in enumerate(props.get("triggers", list, []))
        ),
        properties=dict(values),
    )


def _read_environment(variables: Properties) -> dict[str, str]:
    for name in variables.values:
        variables.get(name, str)
        if str(name).startswith("FC_"):
            raise PropertiesError(f"{variables.path}.{name}: FC_ is reserved")
    return dict(variables.values)


def _read_async(config: Properties) -> AsyncInvokeConfig:
    ends = config.below("destinationConfig")
    return AsyncInvokeConfig(
        maximum_retries=config.number("maxAsyncRetryAttempts", 3, 0, MAXIMUM_RETRIES),
        maximum_age=float(config.number("maxAsyncEventAgeInSeconds", 86400, 1, 604800)),
        on_success=ends.below("onSuccess").arn("destination", QUEUE_ARN, required=False) or None,
        on_failure=ends.below("onFailure").arn("destination", QUEUE_ARN, required=False) or None,
    )


def _read_trigger(trigger: Properties) -> Trigger:
    name, kind = trigger.get("triggerName", str), trigger.get("triggerType", str)
    config = trigger.below("triggerConfig")
    if kind == "oss":
        key = config.below("filter").below("key")
        return OssTrigger(
            name=name,
            bucket=trigger.arn("sourceArn", BUCKET_ARN),
            events=tuple(config.get("events", list)),
            prefix=key.get("prefix", str, ""),
            suffix=key.get("suffix", str, ""),
        )
    if kind == "timer":
        expression = config.get("cronExpression", str)
        try:
            next_ring(expression)
        except ValueError as error:
            raise PropertiesError(f"{config.path}.cronExpression: {error}") from error
        return TimerTrigger(name, expression, config.get("payload", str, ""), config.get("enable", bool, default=True))
    if kind == "eventbridge":
        return _read_queue_trigger(name, config)
    raise PropertiesError(f"{trigger.path}.triggerType: {kind} is not simulated")


def _read_queue_trigger(name: str, config: Properties) -> QueueTrigger:
    source, options = config.below("eventSourceConfig"), config.below("runOptions")
    if source.get("eventSourceType", str) != "MNS":
        raise PropertiesError(f"{source.path}.eventSourceType: only MNS is simulated")
    if config.get("asyncInvocationType", bool, default=False):
        raise PropertiesError(f"{config.path}.asyncInvocationType: only synchronous delivery is simulated")
    config.get("eventRuleFilterPattern", str)
    queue = source.below("eventSourceParameters").below("sourceMNSParameters")
    window = options.below("batchWindow")
    strategy = options.below("retryStrategy").get("PushRetryStrategy", str, STRATEGIES[0])
    if strategy not in STRATEGIES:
        raise PropertiesError(f"{options.path}.retryStrategy.PushRetryStrategy: {strategy} is unknown")
    schema = config.below("eventSinkConfig").below("deliveryOption").get("eventSchema", str, "CloudEvents")
    return QueueTrigger(
        name=name,
        queue=queue.get("QueueName", str),
        decode_base64=queue.get("IsBase64Decode", bool, default=True),
        streaming=options.get("mode", str, "event-driven") == "event-streaming",
        raw_data=schema == "RawData",
        batch_count=window.number("CountBasedWindow", 1, 1, MAXIMUM_BATCH_COUNT),
        batch_seconds=float(window.number("TimeBasedWindow", 0, 0, MAXIMUM_BATCH_SECONDS)),
        retry_strategy=strategy,
        tolerant=options.get("errorsTolerance", str, "NONE") == "ALL",
        dead_letter_queue=options.below("deadLetterQueue").arn("Arn", QUEUE_ARN, required=False) or None,
        enabled=config.get("triggerEnable", bool, default=True),
    )
