"""The vendor's own models take what template.yml says, and give it back unchanged."""

import json
from typing import Any

import pytest

from fakecloud.fc.function import Template

pytestmark = pytest.mark.sdk

CONFIGURATIONS = {"oss": "OSSTriggerConfig", "timer": "TimerTriggerConfig", "eventbridge": "EventBridgeTriggerConfig"}
# What the component turns into other calls, or into another form, before it calls CreateFunction.
NOT_IN_CREATE_FUNCTION = {"region", "code", "triggers", "asyncInvokeConfig", "concurrencyConfig", "logConfig"}


def survives(model: str, document: dict[str, Any]) -> bool:
    """Say whether the SDK's *model* keeps every key and value of *document*; it may add empty ones."""
    from alibabacloud_fc20230330 import models

    back: dict[str, Any] = getattr(models, model)().from_map(document).to_map()
    return {name: value for name, value in back.items() if name in document or value not in ([], None)} == document


def test_functions_survive_the_sdk(template: Template) -> None:
    for function in template.functions:
        document = {name: value for name, value in function.properties.items() if name not in NOT_IN_CREATE_FUNCTION}

        assert survives("CreateFunctionInput", document)


def test_trigger_configurations_survive_the_sdk(template: Template) -> None:
    for function in template.functions:
        for trigger in function.properties["triggers"]:
            assert survives(CONFIGURATIONS[trigger["triggerType"]], trigger["triggerConfig"])


def test_triggers_survive_the_sdk_with_their_configuration_as_text(template: Template) -> None:
    for function in template.functions:
        for trigger in function.properties["triggers"]:
            document = {**trigger, "triggerConfig": json.dumps(trigger["triggerConfig"])}

            assert survives("CreateTriggerInput", document)


def test_async_and_concurrency_configurations_survive_the_sdk(template: Template) -> None:
    models = {"asyncInvokeConfig": "PutAsyncInvokeConfigInput", "concurrencyConfig": "PutConcurrencyInput"}

    for function in template.functions:
        for name, model in models.items():
            assert survives(model, function.properties.get(name, {}))


def test_a_misspelled_key_would_not_survive() -> None:
    assert not survives("TimerTriggerConfig", {"cronexpression": "@every 1m"})
