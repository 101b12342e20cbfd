"""Writes what is in a package: a software bill of materials (CycloneDX 1.6, JSON), from the installed metadata."""

import json
import uuid
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # of URLs (RFC 9562): equal packages have equal bills
CLASSIFIER = "License :: OSI Approved :: "


def make_bill(name: str, version: str, digest: str, folder: Path, hashes: Mapping[str, str]) -> dict[str, Any]:
    """Return the bill of the package *name* in *folder*; *hashes* are the SHA-256 of its wheels, by distribution."""
    components = [_component(one, hashes) for one in _installed(folder)]
    root = {"type": "application", "bom-ref": name, "name": name, "version": version}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, digest)}",
        "version": 1,
        "metadata": {"component": {**root, "hashes": [{"alg": "SHA-256", "content": digest}]}},
        "components": components,
        "dependencies": [{"ref": name, "dependsOn": [one["bom-ref"] for one in components]}],
    }


def read_hashes(report: Path) -> dict[str, str]:
    """Return the SHA-256 of each wheel that pip installed, by distribution, from its report."""
    document = json.loads(report.read_text())
    return {
        normalize(one["metadata"]["name"]): one["download_info"]["archive_info"]["hashes"]["sha256"]
        for one in document["install"]
    }


def normalize(name: str) -> str:
    """Return a distribution's name as indexes spell it (PEP 503, for names that exist)."""
    return name.lower().replace("_", "-").replace(".", "-")


def _installed(folder: Path) -> Iterator[Distribution]:
    yield from sorted(distributions(path=[str(folder)]), key=lambda one: normalize(one.name))


def _component(distribution: Distribution, hashes: Mapping[str, str]) -> dict[str, Any]:
    name = normalize(distribution.name)
    address = f"pkg:pypi/{name}@{distribution.version}"
    found = {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": distribution.version,
        "purl": address,
        "licenses": [_licence(distribution)],
    }
    return {**found, "hashes": [{"alg": "SHA-256", "content": hashes[name]}]} if name in hashes else found


def _licence(distribution: Distribution) -> dict[str, Any]:
    """Return the licence as the distribution tells it: an SPDX expression, a classifier, or a line of its own."""
    metadata = distribution.metadata
    if "License-Expression" in metadata:
        return {"expression": metadata["License-Expression"]}
    classified = [one.removeprefix(CLASSIFIER) for one in metadata.get_all("Classifier", []) if CLASSIFIER in one]
    [own, *_] = metadata.get_all("License", ["unknown"])
    return {"license": {"name": classified[0] if classified else own.partition("\n")[0]}}
