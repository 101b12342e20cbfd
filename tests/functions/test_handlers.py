import importlib.machinery
import importlib.util
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import httpx
import pytest
import yaml

from certdrop.errors import SettingsError, StateError
from certdrop.reconcile.house import Tick
from certdrop.reconcile.owners import queue_of
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.runtime.wiring import Wiring
from tests.flows.pipeline import ROOT, Pipeline
from tests.functions.ram import FUNCTIONS, folder_of
from tests.unit.runtime.doubles import context_312

LONGEST_HANDLER = 30


def handler_strings() -> dict[str, str]:
    document = yaml.safe_load((ROOT / "template.yml").read_text())
    common = document["template"]["function"]
    return {
        resource["props"]["functionName"]: {**common, **resource["props"]}["handler"]
        for resource in document["resources"].values()
    }


def resolve(folder: Path, handler: str) -> ModuleType:
    """Find a handler's module as the vendor's runtime does: segment by segment below the code folder, no other path."""
    module_name, _, _ = handler.rpartition(".")
    search = [str(folder)]
    spec = None
    for segment in module_name.split("."):
        spec = importlib.machinery.PathFinder.find_spec(segment, search)
        assert spec
        search = list(spec.submodule_search_locations or [])
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_templates_handler_string_leads_to_a_handler(function: str) -> None:
    handler = handler_strings()[function]
    module = resolve(folder_of(function), handler)

    assert list(inspect.signature(getattr(module, handler.rpartition(".")[2])).parameters) == ["event", "context"]


def test_every_folder_of_functions_is_deployed_and_holds_a_handler_and_a_policy() -> None:
    folders = sorted(path for path in (ROOT / "functions").iterdir() if path.name != "__pycache__")

    assert set(handler_strings()) == set(FUNCTIONS)
    assert folders == sorted(map(folder_of, FUNCTIONS))
    for folder in folders:
        files = {path.name for path in folder.iterdir() if path.name != "__pycache__"}
        assert files == {"handler.py", "policy.json"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_handler_is_short_and_decides_nothing(function: str) -> None:
    text = (folder_of(function) / "handler.py").read_text()

    assert len(text.splitlines()) <= LONGEST_HANDLER
    assert [word for word in ("if ", "try:", "except", "environ", "import os", "json") if word in text] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_handler_tells_what_its_environment_lacks(
    function: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("CERTDROP_BUCKET", "CERTDROP_REGION", "CERTDROP_ACCOUNT_ID", "FC_REGION", "FC_ACCOUNT_ID"):
        monkeypatch.delenv(name, raising=False)
    module = resolve(folder_of(function), "handler.handler")

    with pytest.raises(SettingsError, match="CERTDROP_BUCKET is not set; CERTDROP_REGION"):
        module.handler(b"{}", context_312(name=function))

    assert json.loads(capsys.readouterr().out)["function"] == function


def test_a_look_at_something_that_is_not_its_kind_changes_nothing() -> None:
    drop, listener = ReconcileRequest.for_drop("x"), ReconcileRequest(reconcile="listener/alb.alb-1.443")
    pipeline = Pipeline()
    with pipeline.client:
        for function, request in {
            "on-cert-uploaded": listener,
            "create-https-listener": drop,
            "associate-additional-cert": drop,
        }.items():
            queue = queue_of(function, "certdrop")
            assert queue
            pipeline.world.mns.queues[queue].send(request.model_dump_json())
        pipeline.advance(30)

    items = [line for line in pipeline.lines("item") if line["function"] != "job-status-poller"]
    assert [line["result"] for line in items] == ["not-ours"] * 3


def test_the_poller_ticks_whatever_wakes_it() -> None:
    module = resolve(folder_of("job-status-poller"), "handler.handler")

    assert list(inspect.signature(module.look).parameters) == ["_minute", "house"]
    assert inspect.signature(module.look).parameters["_minute"].annotation == Tick | ReconcileRequest


def modules_after_importing(*functions: str) -> set[str]:
    """Return the packages that a process has loaded when it has imported the handlers of these functions."""
    load = "import sys, runpy; [runpy.run_path(f'{folder}/handler.py') for folder in sys.argv[1:]]; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", load, *(str(folder_of(function)) for function in functions)],
        env={"PYTHONPATH": str(ROOT / "shared"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=True,
        text=True,
    )
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("functions", "with_cryptography"),
    [(["on-cert-uploaded"], True), ([name for name in FUNCTIONS if name != "on-cert-uploaded"], False)],
)
def test_a_handler_imports_only_what_it_ships(functions: list[str], *, with_cryptography: bool) -> None:
    loaded = modules_after_importing(*functions)

    assert ("cryptography" in loaded) is with_cryptography
    assert loaded & {"yaml", "fakecloud", "certdrop_cli", "pytest", "hypothesis", "werkzeug", "oss2"} == set()
    assert loaded >= {"certdrop", "httpx", "pydantic", "structlog"}


def test_an_invocation_through_a_real_handler_goes_as_far_as_the_cloud(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The default wiring with nobody at the other end: state/ cannot be reached, so the invocation fails."""
    environ = {
        "CERTDROP_BUCKET": "certdrop-drops",
        "CERTDROP_REGION": "cn-hangzhou",
        "CERTDROP_ACCOUNT_ID": "1234567890123456",
        "CERTDROP_ENDPOINT": "http://127.0.0.1:1",
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "STS.id",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "the-secret",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    wiring = Wiring(os.environ, client=httpx.Client(), sleep=lambda _seconds: None)
    monkeypatch.setattr("certdrop.runtime.run.default_wiring", lambda: wiring)
    module = resolve(folder_of("create-https-listener"), "handler.handler")
    event = ReconcileRequest(reconcile="listener/alb.alb-1.443").model_dump_json().encode()

    assert wiring.client
    with wiring.client, pytest.raises(StateError):
        module.handler(event, context_312(name="create-https-listener"))

    record = json.loads(capsys.readouterr().out)
    assert record["result"] == "state-unreachable"
    assert record["reconcile"] == "listener/alb.alb-1.443"
