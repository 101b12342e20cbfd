import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml

from deploy import package
from deploy.package import (
    Built,
    PackageError,
    build,
    compile_all,
    find_python,
    functions,
    install_wheels,
    main,
    prepare,
    requirements_of,
)
from tests.unit.deploy.pins import pins

ROOT = Path(__file__).parents[3]
LARGEST_ZIP = 20_000_000  # Function Compute takes 100 MB; what is loaded at a cold start should stay far below
INVOCATION = """
import json, sys
from types import SimpleNamespace
sys.path.insert(0, sys.argv[1])
import handler
context = SimpleNamespace(request_id="r", function=SimpleNamespace(name=sys.argv[2], timeout="60"))
try:
    handler.handler(sys.argv[3].encode(), context)
except Exception as error:
    print(type(error).__name__)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
FUNCTION = "on-cert-uploaded"  # ships everything that the others do, and cryptography
EVENT = '{"reconcile": "drop/shop"}'
ENVIRON = {
    "CERTDROP_BUCKET": "certdrop-drops",
    "CERTDROP_REGION": "cn-hangzhou",
    "CERTDROP_ACCOUNT_ID": "1234567890123456",
    "CERTDROP_ENDPOINT": "http://127.0.0.1:1",
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "STS.id",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "the-secret",
}


@cache
def target_python() -> str | None:
    """Return a Python of the target version: looking for one takes a second."""
    return find_python()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real wheels of one function, installed and compiled."""
    folder = tmp_path_factory.mktemp("wheels") / "installed"
    prepare(requirements_of(FUNCTION), folder, target_python())
    return folder


@pytest.fixture(scope="module")
def built(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """That function's package."""
    return build(FUNCTION, real, tmp_path_factory.mktemp("build"), target_python())


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """What an installation leaves, in small."""
    folder = tmp_path / "wheels"
    (folder / "httpx").mkdir(parents=True)
    (folder / "httpx" / "__init__.py").write_text("VERSION = 1\n")
    return folder


def test_there_is_a_package_for_every_function_of_the_template() -> None:
    document = yaml.safe_load((ROOT / "template.yml").read_text())
    deployed = {resource["props"]["functionName"] for resource in document["resources"].values()}

    assert set(functions()) == deployed


def test_a_function_ships_its_own_requirements_or_the_common_ones() -> None:
    assert {name: requirements_of(name).name for name in functions()} == {
        "associate-additional-cert": "function.txt",
        "create-https-listener": "function.txt",
        "job-status-poller": "job_status_poller.txt",
        "on-cert-uploaded": "on_cert_uploaded.txt",
    }


def test_a_package_is_the_handler_certdrop_and_the_wheels(tmp_path: Path, wheels: Path) -> None:
    made = build("create-https-listener", wheels, tmp_path, None)

    assert sorted(path.name for path in made.folder.iterdir()) == ["certdrop", "handler.py", "httpx"]
    assert (made.folder / "handler.py").read_bytes() == (
        ROOT / "functions" / "create_https_listener" / "handler.py"
    ).read_bytes()
    assert (made.folder / "certdrop" / "cloud" / "catalogue.json").exists()
    assert list(made.folder.rglob("*.pyc")) == []
    assert made.files == sum(path.is_file() for path in made.folder.rglob("*"))


def test_a_package_replaces_the_one_before_and_leaves_nothing_else(tmp_path: Path, wheels: Path) -> None:
    output = tmp_path / "build"
    (output / "create-https-listener").mkdir(parents=True)
    (output / "create-https-listener" / "stale.py").write_text("")
    build("create-https-listener", wheels, output, None)

    assert sorted(path.name for path in output.iterdir()) == ["create-https-listener", "create-https-listener.cdx.json"]
    assert not (output / "create-https-listener" / "stale.py").exists()


def test_equal_sources_make_equal_packages_whatever_their_times_and_modes(tmp_path: Path, wheels: Path) -> None:
    first = build("create-https-listener", wheels, tmp_path, None)
    source = wheels / "httpx" / "__init__.py"
    os.utime(source, (1, 1))
    source.chmod(0o600)
    second = build("create-https-listener", wheels, tmp_path, None)
    source.write_text("VERSION = 2\n")
    third = build("create-https-listener", wheels, tmp_path, None)

    assert first == second
    assert third.digest != first.digest
    assert {path.stat().st_mtime for path in third.folder.rglob("*")} == {package.EPOCH}


@pytest.mark.slow
def test_requirements_without_hashes_are_refused(tmp_path: Path) -> None:
    loose = tmp_path / "loose.txt"
    loose.write_text("httpx\n")

    with pytest.raises(PackageError, match=r"pip could not install loose.txt:\n(.|\n)*hash"):
        install_wheels(loose, tmp_path / "wheels")


@pytest.mark.slow
def test_a_package_fits_function_compute_and_ships_only_what_its_function_needs(built: Built) -> None:
    shipped = {path.name.partition(".")[0] for path in built.folder.iterdir()}
    libraries = [path.name for path in built.folder.rglob("*.so")]
    foreign = {"bin", "pip", "yaml", "anyio", "pycparser", "exceptiongroup", "click", "fakecloud", "certdrop_cli"}

    assert built.zipped < LARGEST_ZIP
    assert shipped >= {"handler", "certdrop", "httpx", "pydantic", "structlog", "cryptography"}
    assert not shipped & foreign
    assert libraries
    assert all("x86_64" in library or "abi3" in library for library in libraries)


@pytest.mark.slow
def test_the_bill_names_every_distribution_of_the_package_with_version_hash_and_licence(built: Built) -> None:
    bill = json.loads(built.folder.with_name(f"{FUNCTION}.cdx.json").read_text())
    shipped = sorted(path.name.removesuffix(".dist-info").lower() for path in built.folder.glob("*.dist-info"))
    pinned = pins(requirements_of(FUNCTION))

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == FUNCTION
    assert bill["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": built.digest}]
    assert [f"{one['name'].replace('-', '_')}-{one['version']}" for one in bill["components"]] == shipped
    for one in bill["components"]:
        version, hashes = pinned[one["name"]]
        assert (one["version"], one["purl"]) == (version, f"pkg:pypi/{one['name']}@{version}")
        assert [entry["content"] in hashes for entry in one["hashes"]] == [True]
        [licence] = one["licenses"]
        assert licence.get("expression") or licence["license"]["name"] != "unknown"
    assert bill["dependencies"] == [{"ref": FUNCTION, "dependsOn": [one["bom-ref"] for one in bill["components"]]}]


@pytest.mark.slow
def test_bytecode_is_of_the_target_and_never_checked(built: Built) -> None:
    """Function Compute's copy has other times: a pyc that is checked against them would be thrown away."""
    compiled = target_python() is not None
    sources = {f"{path.stem}.cpython-312" for path in built.folder.rglob("*.py")}
    found = {path.stem for path in built.folder.rglob("*.pyc")}
    flags = {path.read_bytes()[4:8] for path in built.folder.rglob("*.pyc")}

    assert found == (sources if compiled else set())
    assert flags == ({b"\1\0\0\0"} if compiled else set())  # hash-based, unchecked (PEP 552)


@pytest.mark.slow
def test_a_package_runs_by_itself_under_the_target_python(built: Built) -> None:
    """With nobody at the other end: all of the way to the socket, and the one error that fails an invocation."""
    python = target_python()
    if python is None:  # the machine has no such Python: what is compiled for it cannot be loaded here
        assert not list(built.folder.rglob("*.pyc"))
        return
    done = subprocess.run(
        [python, "-I", "-c", INVOCATION, str(built.folder), FUNCTION, EVENT],
        env=ENVIRON,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    record, error, loaded = done.stdout.splitlines()

    assert json.loads(record)["result"] == "state-unreachable"
    assert error == "StateError"
    assert set(loaded.split()) >= {"certdrop", "httpx", "cryptography"}


@pytest.mark.slow
def test_the_same_sources_give_the_same_compiled_package(wheels: Path, tmp_path: Path) -> None:
    python, made = target_python(), []
    for name in ("first", "second"):
        copy = shutil.copytree(wheels, tmp_path / name / "wheels")
        if python:
            compile_all(copy, [copy], python)
        made.append(build(FUNCTION, copy, tmp_path / name, python))

    assert made[0].digest == made[1].digest
    assert bool(list(made[0].folder.rglob("httpx/**/*.pyc"))) is (python is not None)


@pytest.fixture
def instead_of_pip(monkeypatch: pytest.MonkeyPatch, wheels: Path) -> list[str]:
    """Install the small wheels, and note which requirements were asked for."""
    asked: list[str] = []

    def install(requirements: Path, folder: Path) -> None:
        asked.append(requirements.name)
        (folder / "httpx").mkdir(parents=True)

    monkeypatch.setattr(package, "install_wheels", install)
    monkeypatch.setattr(package, "find_python", lambda: None)
    return asked


def test_the_command_builds_all_functions_and_prints_their_sizes(
    instead_of_pip: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--output", str(tmp_path / "out")]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert "no python3.12 here" in lines[0]
    assert [line.split()[0] for line in lines[1:]] == functions()
    assert all("MB zipped" in line for line in lines[1:])
    assert instead_of_pip == ["function.txt", "job_status_poller.txt", "on_cert_uploaded.txt"]


def test_the_command_builds_the_functions_that_it_is_told(instead_of_pip: list[str], tmp_path: Path) -> None:
    assert main(["--output", str(tmp_path / "out"), "job-status-poller"]) == 0

    found = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert found == ["job-status-poller", "job-status-poller.cdx.json"]


def test_the_command_says_what_it_could_not_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def install(requirements: Path, folder: Path) -> None:
        raise PackageError(f"pip could not install {requirements.name}")

    monkeypatch.setattr(package, "install_wheels", install)
    monkeypatch.setattr(package, "find_python", lambda: None)

    assert main(["--output", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == "pip could not install function.txt\n"


def test_a_python_that_is_only_a_version_managers_shim_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda _name: str(shim))
    monkeypatch.setattr(package, "_version_of", lambda python: "" if python == str(shim) else _real_version_of(python))
    found = find_python()

    assert found != str(shim)
    assert found is None or _real_version_of(found) == "3.12"


_real_version_of = package._version_of


def test_the_version_of_a_python_is_what_it_says_itself() -> None:
    assert package._version_of(sys.executable) == f"{sys.version_info.major}.{sys.version_info.minor}"
