"""The inventories of the five API pages, written down by hand in the *.yaml files beside this module.

A page has *parameters*, *elements* of its answer, and error *codes*. A parameter's path names no indices (`Tag.Key`);
`required` of a member is meant within its item. What else a parameter may say:

- type, required, choices, range (and single values *besides* it, and the range of a *raised quota*), length (of a text,
  which begins with *start*), size (of a list, of *item*s in which # is the number; another one *by a switch* of
  certdrop's), characters (texts that it *takes* and *refuses*), refused_prefixes, refused_parts;
- required_when, required_unless, only_when (refused elsewhere), effective_when (no effect elsewhere): other parameters'
  values; with: what a call says besides; value: one that is no default; default: what is shown when it is not sent;
- code and missing_code: what a violation answers, where it is not the product's usual code;
- shown: where *shown_by* tells it (in `members`: by them; `nowhere`: then *why*).

A code has a real *cause* in fakecloud, or a reason *why* it is only raised by injection. `<words>` are filled in by the
scene: ids of things that it makes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Value = str | int | bool
FOLDER = Path(__file__).parent
ACTIONS = {
    "AssociateAdditionalCertificatesWithListener": "associate_additional_certificates_with_listener",
    "UploadCACertificate": "upload_ca_certificate",
    "CreateLoadBalancerHTTPSListener": "create_load_balancer_https_listener",
    "DescribeServerCertificates": "describe_server_certificates",
    "CreateListener": "create_listener",
}


@dataclass(frozen=True)
class Parameter:
    """One row of a page's parameters."""

    path: str
    type: str
    shown: str
    why: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    range: tuple[int, ...] = ()
    besides: tuple[int, ...] = ()
    range_of_raised_quota: tuple[int, ...] = ()
    length: tuple[int, ...] = ()
    start: str = ""
    size: tuple[int, ...] = ()
    size_by_switch: tuple[int, ...] = ()
    item: Mapping[str, str] = field(default_factory=dict)
    characters: Mapping[str, list[str]] = field(default_factory=dict)
    refused_prefixes: tuple[str, ...] = ()
    refused_parts: tuple[str, ...] = ()
    required_when: Mapping[str, Value] = field(default_factory=dict)
    required_unless: Mapping[str, Value] = field(default_factory=dict)
    only_when: Mapping[str, list[str]] = field(default_factory=dict)
    effective_when: Mapping[str, Value] = field(default_factory=dict)
    besides_it: Mapping[str, Value] = field(default_factory=dict)
    value: Value | None = None
    outside_value: Value | None = None
    default: Value | None = None
    code: str = "InvalidParameter"
    missing_code: str = ""
    certdrop: str = ""

    def __str__(self) -> str:
        return self.path

    @property
    def is_bounded(self) -> bool:
        """Whether there is a call that says it, or leaves it out, against the page."""
        free = Parameter(self.path, "string", self.shown)
        bounds = ("required", "choices", "range", "length", "size", "characters", "refused_prefixes", "refused_parts")
        conditions = ("required_when", "required_unless", "only_when", "effective_when")
        return self.type != "string" or any(getattr(self, name) != getattr(free, name) for name in bounds + conditions)


@dataclass(frozen=True)
class Code:
    """One row of a page's error codes."""

    name: str
    message: str
    status: int = 400
    cause: str = ""
    why: str = ""


@dataclass(frozen=True)
class Page:
    """One page."""

    product: str
    version: str
    action: str
    shown_by: str
    parameters: Mapping[str, Parameter]
    elements: Mapping[str, str]
    codes: Mapping[str, Code]
    asynchronous: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.action

    @property
    def title(self) -> str:
        """Where certdrop's refusals say that a rule comes from."""
        return f"API page {self.action} of {self.product.upper()} {self.version}"

    def wire(self, path: str) -> str:
        """Return a parameter's name on the wire, in the first item of each list: `Tag.1.Key`."""
        names = path.split(".")
        parts: list[str] = []
        for end, name in enumerate(names, 1):
            parts.append(name)
            if end < len(names) and self.parameters[".".join(names[:end])].type == "list":
                parts.append("1")
        return ".".join(parts)


@cache
def load_page(action: str) -> Page:
    """Return the page of *action*."""
    document = yaml.safe_load((FOLDER / f"{ACTIONS[action]}.yaml").read_text("utf-8"))
    parameters = {path: _read_parameter(path, row) for path, row in document.pop("parameters").items()}
    codes = {name: Code(name=name, **row) for name, row in document.pop("codes").items()}
    asynchronous = tuple(document.pop("asynchronous", ()))
    return Page(parameters=parameters, codes=codes, asynchronous=asynchronous, **document)


def _read_parameter(path: str, row: dict[str, Any]) -> Parameter:
    fields: dict[str, Any] = {name: tuple(told) if isinstance(told, list) else told for name, told in row.items()}
    return Parameter(path=path, besides_it=fields.pop("with", {}), **fields)


PAGES = tuple(load_page(action) for action in ACTIONS)


def rows() -> Iterator[tuple[Page, Parameter]]:
    """Yield every parameter of every page."""
    for page in PAGES:
        for parameter in page.parameters.values():
            yield page, parameter
