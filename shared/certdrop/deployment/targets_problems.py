"""Says what is wrong in targets.yml as a person would: where, and what was expected."""

import difflib
from collections.abc import Mapping
from typing import Any, cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from certdrop.deployment import listener_settings, settings_parts, targets
from certdrop.deployment.targets import AlbTarget, ClbTarget, Targets
from certdrop.errors import TargetsProblem
from certdrop.masking import hide

Path = tuple[str | int, ...]
MAXIMUM_PROBLEMS = 100
MAXIMUM_STEP = 60  # characters of a key that is shown

_MODELS_BY_TAG: Mapping[str, type[BaseModel]] = {"ALB": AlbTarget, "CLB": ClbTarget}
EXPECTED = {
    targets.TARGET_NAME: "a name of letters, digits and . _ -, at most 63 characters",
    targets.DROP_NAME: "the name of a folder below certs/, without slashes",
    targets.DOMAIN: "a DNS name such as shop.example or *.shop.example (an international one as xn--...)",
    targets.ALB_ID: "an ALB instance's id (alb-...)",
    targets.CLB_ID: "a CLB instance's id (lb-...)",
    targets.CERTIFICATE_ID: "a CA certificate's id",
    targets.REGION: "a region's id such as cn-hangzhou",
    settings_parts.RESOURCE_ID: "a resource's id",
    listener_settings.COOKIE_NAME: "a cookie's name of letters and digits, at most 200",
    listener_settings.CHECK_PATH: "a path that starts with /, at most 80 characters",
    settings_parts.ALB_DESCRIPTION: "letters, digits, Chinese characters and / . _ - only",
    settings_parts.CLB_DESCRIPTION: "letters, digits and / . _ - only",
    listener_settings.CHECK_DOMAIN: "a host's name of letters, digits, . and -, or $_ip",
    listener_settings.CHECK_CODES: "codes such as http_2xx,http_3xx",
    listener_settings.SECURITY_POLICY: "a security policy such as tls_cipher_policy_1_2, or the id of your own",
}
_TYPES = {
    "string_type": "a text (in quotes, where YAML takes it for something else)",
    "int_type": "a whole number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "too_long": "at most {max_length} of them",
    "mapping_type": "a mapping of keys to values",
    "dict_type": "a mapping of keys to values",
}


def describe_problems(error: ValidationError, data: object, lines: Mapping[Path, int]) -> tuple[TargetsProblem, ...]:
    """Return the problems of *error*, by line; *lines* gives the line of each path that *data* has."""
    details = error.errors(include_url=False, include_input=False)
    problems = [_describe(detail, data, lines) for detail in details[:MAXIMUM_PROBLEMS]]
    problems.sort(key=lambda problem: problem.line or 0)
    if len(details) > MAXIMUM_PROBLEMS:
        problems.append(TargetsProblem(None, "the file", f"and {len(details) - MAXIMUM_PROBLEMS} more problems"))
    return tuple(problems)


def problem_at(path: Path, message: str, lines: Mapping[Path, int]) -> TargetsProblem:
    """Return a problem with the line of *path*, or of the nearest thing around it."""
    known = next((path[:length] for length in range(len(path), -1, -1) if path[:length] in lines), ())
    return TargetsProblem(lines.get(known), spell(path), message)


def spell(path: Path) -> str:
    """Spell a path as `targets[0].listener.port`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{_shorten(part)}" for part in path)
    return text.removeprefix(".") or "the file"


def _shorten(key: str) -> str:
    """Return a key as one line bears it; it may be anything, a secret too."""
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in hide(key))
    return shown if len(shown) <= MAXIMUM_STEP else shown[: MAXIMUM_STEP - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _describe(detail: ErrorDetails, data: object, lines: Mapping[Path, int]) -> TargetsProblem:
    context = detail.get("ctx", {})
    path = (*_path_in(data, detail["loc"]), *context.get("below", ()))
    return problem_at(path, _message(detail, context), lines)


def _path_in(data: object, location: Path) -> Path:
    """Return *location* without the steps that the data does not have: names of models that pydantic puts in."""
    path: list[str | int] = []
    for position, part in enumerate(location):
        if isinstance(data, dict | list) and _has(data, part):
            data = cast(Any, data)[part]
        elif part in _MODELS_BY_TAG or position < len(location) - 1:
            continue
        path.append(part)
    return tuple(path)


def _has(data: dict[str, object] | list[object], part: str | int) -> bool:
    return part in data if isinstance(data, dict) else isinstance(part, int)


def _message(detail: ErrorDetails, context: Mapping[str, Any]) -> str:
    kind, location = detail["type"], detail["loc"]
    if (kind, *location[-1:]) in (("extra_forbidden", "alb"), ("extra_forbidden", "clb"), ("missing", "alb")):
        return "expected exactly one of `alb` and `clb`"
    if kind == "extra_forbidden":
        return _unknown(str(location[-1]), _model_of(location))
    if kind == "missing":
        return "is missing"
    if kind == "string_pattern_mismatch":
        return f"expected {EXPECTED[context['pattern']]}"
    if kind in _TYPES:
        return f"expected {_TYPES[kind].format(**context)}"
    return detail["msg"].replace("Input should be", "expected", 1)


def _unknown(key: str, model: type[BaseModel]) -> str:
    known = list(model.model_fields)
    near = difflib.get_close_matches(key, known, n=1)
    return f"unknown key; did you mean `{near[0]}`?" if near else f"unknown key; expected one of {', '.join(known)}"


def _model_of(location: Path) -> type[BaseModel]:
    """Return the model whose key the last step of *location* is."""
    model: type[BaseModel] = Targets
    for part in location[:-1]:
        if part in _MODELS_BY_TAG:
            model = _MODELS_BY_TAG[str(part)]
        elif part in model.model_fields:
            annotation = model.model_fields[str(part)].annotation
            model = next((kind for kind in (annotation, *get_args(annotation)) if _is_model(kind)), model)
    return model


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
