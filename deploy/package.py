"""Builds what gets deployed: `build/<function-name>/` = handler.py + certdrop + the wheels that this function needs.

Beside each lies its bill of materials, `build/<function-name>.cdx.json`.

Made for Function Compute's python3.12 on x86-64, from any Python on any machine; the same sources give the same bytes.
"""

import argparse
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from deploy.bill import make_bill, read_hashes

ROOT = Path(__file__).resolve().parents[1]
TARGET = "3.12"
PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_28_x86_64")
# httpx imports anyio (and that exceptiongroup) only for async clients, cffi pycparser only to compile; a test runs a
# package without them.
UNNEEDED = ("anyio", "exceptiongroup", "pycparser")
EPOCH = 315_619_200  # 1980-01-02: the first day that a zip can hold in every time zone
CODE_FOLDER = "/code"  # where Function Compute unpacks it: what tracebacks name


class PackageError(Exception):
    """A package cannot be built."""


@dataclass(frozen=True)
class Built:
    """A package: *size* and *zipped* in bytes, *digest* over names and contents."""

    folder: Path
    files: int
    size: int
    zipped: int
    digest: str


def functions() -> list[str]:
    """Return the names of the deployed functions."""
    return sorted(handler.parent.name.replace("_", "-") for handler in (ROOT / "functions").glob("*/handler.py"))


def requirements_of(function: str) -> Path:
    """Return the pinned requirements of *function*: its own, or what all functions share."""
    own = ROOT / "requirements" / f"{function.replace('-', '_')}.txt"
    return own if own.exists() else ROOT / "requirements" / "function.txt"


def find_python() -> str | None:
    """Return a Python of the target version, which compiles the package; None when there is none."""
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"  # noqa: TID251 a tool, not the product
    homes = (pyenv, Path("~/.local/share/uv/python").expanduser())
    found = [sys.executable, shutil.which(f"python{TARGET}")]
    found += [str(path) for home in homes for path in sorted(home.glob(f"*{TARGET}.*/bin/python{TARGET}"))]
    return next((one for one in found if one and _version_of(one) == TARGET), None)


def _version_of(python: str) -> str:
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run([python, "-c", question], capture_output=True, text=True, check=False)  # noqa: S603 our own question
    return answer.stdout.strip()


def install_wheels(requirements: Path, folder: Path) -> None:
    """Put the pinned wheels for the target into *folder*, without what the functions never import."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--target", str(folder), "--no-compile", "--only-binary=:all:", "--require-hashes", "--no-deps"]
    command += ["--python-version", TARGET, "--implementation", "cp", "--report", str(report_of(folder))]
    command += [word for platform in PLATFORMS for word in ("--platform", platform)]
    done = subprocess.run([*command, "-r", str(requirements)], check=False, capture_output=True, text=True)  # noqa: S603 our own words
    if done.returncode:
        raise PackageError(f"pip could not install {requirements.name}:\n{done.stderr.strip()}")
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for path in _unneeded(folder):
        shutil.rmtree(path)
    for name in ("RECORD", "INSTALLER", "REQUESTED"):
        for path in folder.glob(f"*.dist-info/{name}"):
            path.unlink()


def report_of(wheels: Path) -> Path:
    """Return where pip reports what it put into *wheels*, with the hashes of the files."""
    return wheels.with_name(f"{wheels.name}.report.json")


def _unneeded(folder: Path) -> Iterator[Path]:
    for name in UNNEEDED:
        yield from (path for path in (folder / name, *folder.glob(f"{name}-*.dist-info")) if path.exists())


def prepare(requirements: Path, folder: Path, python: str | None) -> None:
    """Install and compile the wheels that packages with these requirements share."""
    install_wheels(requirements, folder)
    if python:
        compile_all(folder, [folder], python)


def build(function: str, wheels: Path, output: Path, python: str | None) -> Built:
    """Build the package of *function* below *output* from installed *wheels*; *python* compiles what is ours."""
    folder = output / function
    with tempfile.TemporaryDirectory(dir=output) as scratch:
        made = Path(scratch) / function
        shutil.copytree(wheels, made)
        shutil.copytree(ROOT / "shared" / "certdrop", made / "certdrop", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "functions" / function.replace("-", "_") / "handler.py", made)
        if python:
            compile_all(made, [made / "certdrop", made / "handler.py"], python)
        _level(made)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    measured = _measure(folder)
    _write_bill(measured, report_of(wheels))
    return measured


def _write_bill(built: Built, report: Path) -> None:
    hashes = read_hashes(report) if report.exists() else {}
    bill = make_bill(built.folder.name, version("certdrop"), built.digest, built.folder, hashes)
    built.folder.with_name(f"{built.folder.name}.cdx.json").write_text(json.dumps(bill, indent=2) + "\n")


def compile_all(folder: Path, parts: Sequence[Path], python: str) -> None:
    """Compile *parts* of *folder*; pyc that are never checked survive whatever a zip does to times."""
    command = [python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(folder), "-p", CODE_FOLDER, *map(str, parts)]
    subprocess.run(command, check=True, env={"PYTHONHASHSEED": "0"})  # noqa: S603 our own words


def _level(folder: Path) -> None:
    """Give every file the same time and mode, so that equal sources make equal zips."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (EPOCH, EPOCH))


def _measure(folder: Path) -> Built:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for path in files:
            name, content = path.relative_to(folder).as_posix(), path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
            opened.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    size = sum(path.stat().st_size for path in files)
    return Built(folder, len(files), size, len(archive.getvalue()), digest.hexdigest())


def build_all(names: Iterable[str], output: Path, python: str | None) -> Iterator[Built]:
    """Build packages; functions with the same requirements share one installation."""
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name in names:
            requirements = requirements_of(name)
            wheels = Path(scratch) / requirements.stem
            if not wheels.exists():
                prepare(requirements, wheels, python)
            yield build(name, wheels, output, python)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the packages that the command line names, all of them by default, and print their sizes."""
    parser = argparse.ArgumentParser(description="Build what gets deployed into build/<function-name>/.")
    parser.add_argument("function", nargs="*", choices=[*functions(), []], help="which functions (all of them)")
    parser.add_argument("--output", type=Path, default=ROOT / "build", help="where to (build/)")
    chosen = parser.parse_args(arguments)
    python = find_python()
    if python is None:
        sys.stdout.write(f"no python{TARGET} here: built without bytecode, so cold starts take about twice as long\n")
    try:
        for built in build_all(chosen.function or functions(), chosen.output.resolve(), python):
            sys.stdout.write(
                f"{built.folder.name:<26} {built.files:>5} files {built.size / 1e6:>6.2f} MB, "
                f"{built.zipped / 1e6:>5.2f} MB zipped  {built.digest[:16]}\n"
            )
    except PackageError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
