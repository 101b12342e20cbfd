"""What the official SDK's models say of an action: its parameters and the elements of its answer, as on the wire."""

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

PACKAGES = {"alb": "alibabacloud_alb20200616", "cas": "alibabacloud_cas20200407", "clb": "alibabacloud_slb20140515"}
IGNORED = {"OwnerAccount", "OwnerId", "RegionId", "ResourceOwnerAccount", "ResourceOwnerId"}  # by fakecloud's gateway
READ = re.compile(r"m\.get\('(\w+)'\)")
SAID = re.compile(r"((?:^ *#.*\n)*)^ *self\.(\w+) = \w+$", re.MULTILINE)
REQUIRED = "This parameter is required"
PART = re.compile(r"main_models\.(\w+)")
KINDS = {"str": "string", "int": "integer", "bool": "boolean"}

Member = tuple[str, str, bool]  # path without indices (`Tag.Key`), kind, whether it is required at least at times


def parameters_of(product: str, action: str) -> set[Member]:
    """Return an action's parameters, less those that are ignored."""
    return {member for member in _walk(_models(product), f"{action}Request", "") if member[0] not in IGNORED}


def elements_of(product: str, action: str) -> dict[str, str]:
    """Return the elements of an action's answer by path, with their kinds."""
    return {path: kind for path, kind, _ in _walk(_models(product), f"{action}ResponseBody", "")}


def _models(product: str) -> Any:
    return import_module(f"{PACKAGES[product]}.models")


def _walk(models: Any, name: str, prefix: str) -> Iterator[Member]:
    model = getattr(models, name)
    said = {_key(attribute): comment for comment, attribute in SAID.findall(inspect.getsource(model.__init__))}
    annotations = {_key(attribute): told for attribute, told in model.__init__.__annotations__.items()}
    for wire in dict.fromkeys(READ.findall(inspect.getsource(model.from_map))):
        annotation = str(annotations[_key(wire)])
        part = PART.search(annotation)
        kind = "list" if annotation.startswith("List[") else "object" if part else KINDS[annotation]
        yield prefix + wire, kind, REQUIRED in said[_key(wire)]
        if part:
            yield from _walk(models, part[1], f"{prefix}{wire}.")


def _key(name: str) -> str:
    """Attributes are in snake_case by rules of their own."""
    return name.replace("_", "").lower()
