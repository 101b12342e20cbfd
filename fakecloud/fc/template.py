"""template.yml, read as Serverless Devs (edition 3.0.0, component fc3) would deploy it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from fakecloud.fc.expressions import Evaluator, ExpressionError, Value
from fakecloud.fc.function import Function, Template
from fakecloud.fc.properties import PropertiesError, read_function


class TemplateError(Exception):
    """The template cannot be deployed; says where and why."""


def load_template(path: Path, environment: Mapping[str, str], account_id: str) -> Template:
    """Read the template at *path*.

    *environment* answers `${env('NAME', 'default')}`, *account_id* `${config('AccountID')}`. Raises TemplateError.
    """
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise TemplateError(f"{path}: {error}") from error
    if not isinstance(document, dict) or document.get("edition") != "3.0.0":
        raise TemplateError(f"{path}: edition is not 3.0.0")
    try:
        functions = _Rendering(document, environment, account_id).functions(path.parent)
    except (ExpressionError, PropertiesError) as error:
        raise TemplateError(f"{path}: {error}") from error
    if not functions:
        raise TemplateError(f"{path}: no resources")
    return Template(path=path, region=str(functions[0].properties["region"]), functions=functions)


class _Rendering:
    """One template while its expressions are replaced; vars and resources are rendered when they are first named."""

    def __init__(self, document: dict[str, Any], environment: Mapping[str, str], account_id: str) -> None:
        self._document = document
        self._environment = environment
        self._configuration = {"AccountID": account_id}
        self._rendering: list[str] = []

    def functions(self, folder: Path) -> tuple[Function, ...]:
        resources = self._document.get("resources") or {}
        return tuple(read_function(name, self._properties(name), folder) for name in resources)

    def _properties(self, resource: str) -> dict[str, Any]:
        """Return the rendered props of *resource*, laid over what it extends."""
        entry = (self._document.get("resources") or {}).get(resource)
        if not isinstance(entry, dict) or entry.get("component") != "fc3":
            raise ExpressionError(f"resources.{resource} is not of component fc3")
        props = entry.get("props") or {}
        own: dict[str, Any] = self._render(props, props)
        shared = (entry.get("extend") or {}).get("name")
        if shared is None:
            return own
        if shared not in (self._document.get("template") or {}):
            raise ExpressionError(f"resources.{resource} extends template.{shared}, which does not exist")
        merged: dict[str, Any] = _merge(self._render(self._document["template"][shared], None), own)
        return merged

    def _render(self, value: Value, this: dict[str, Any] | None) -> Value:
        if isinstance(value, dict):
            rendered = {key: self._render(item, this) for key, item in value.items()}
            return {key: item for key, item in rendered.items() if item is not None}
        if isinstance(value, list):
            return [self._render(item, this) for item in value]
        if isinstance(value, str) and "${" in value:
            return Evaluator(self._environment, self._configuration, lambda path: self._find(path, this)).render(value)
        return value

    def _find(self, path: str, this: dict[str, Any] | None) -> Value:
        """Return what *path* names: vars.<n>, this.props.<n> or resources.<resource>.props.<n>."""
        if path in self._rendering:
            raise ExpressionError(f"${{{path}}} needs itself")
        self._rendering.append(path)
        try:
            match path.split("."):
                case ["vars", *rest]:
                    return self._render(_dig(self._document.get("vars"), rest, path), None)
                case ["this", "props", *rest] if this is not None:
                    return self._render(_dig(this, rest, path), this)
                case ["resources", resource, "props", *rest]:
                    return _dig(self._properties(resource), rest, path)
            raise ExpressionError(f"${{{path}}} not found")
        finally:
            self._rendering.pop()


def _dig(value: Value, names: list[str], path: str) -> Value:
    for name in names:
        if not isinstance(value, dict) or name not in value:
            raise ExpressionError(f"${{{path}}} not found")
        value = value[name]
    return value


def _merge(below: Value, above: Value) -> Value:
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: _merge(below[key], item) if key in below else item for key, item in above.items()}}
    return above
