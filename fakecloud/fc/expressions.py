"""The `${...}` of Serverless Devs templates: the calls and paths that a template of functions needs, and no others.

Source: the tool's own templates are JavaScript expressions; here a term is a string, a number, env(), config(), or a
path below vars, this or resources, and terms may be added with +.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

EMBEDDED = re.compile(r"\$\{([^}]*)\}")
Value = Any  # whatever YAML holds
TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_][\w-]*(?:\.[\w-]+)*)|(?P<mark>[(),+]))"
)


class ExpressionError(ValueError):
    """An expression that cannot be read, or that names something unknown."""


class Evaluator:
    """Evaluates expressions against an environment, the account, and a function that finds paths."""

    def __init__(
        self, environment: Mapping[str, str], configuration: Mapping[str, str], find: Callable[[str], Value]
    ) -> None:
        self._environment = environment
        self._configuration = configuration
        self._find = find

    def render(self, text: str) -> Value:
        """Return *text* with its expressions replaced; one that is the whole text keeps its type."""
        whole = EMBEDDED.fullmatch(text)
        if whole:
            return self.evaluate(whole[1])
        return EMBEDDED.sub(lambda match: str(self.evaluate(match[1])), text)

    def evaluate(self, expression: str) -> Value:
        """Return the value of *expression*."""
        tokens = _tokenize(expression)
        value = self._sum(tokens)
        if tokens:
            raise ExpressionError(f"cannot read ${{{expression}}}")
        return value

    def _sum(self, tokens: list[tuple[str, str]]) -> Value:
        value = self._term(tokens)
        while tokens and tokens[0] == ("mark", "+"):
            tokens.pop(0)
            value = f"{value}{self._term(tokens)}"
        return value

    def _term(self, tokens: list[tuple[str, str]]) -> Value:
        kind, text = tokens.pop(0) if tokens else ("end", "")
        if kind == "text":
            return text[1:-1]
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind != "name":
            raise ExpressionError(f"a value is missing before {text!r}")
        if tokens and tokens[0] == ("mark", "("):
            return self._call(text, self._arguments(tokens))
        return self._find(text)

    def _arguments(self, tokens: list[tuple[str, str]]) -> list[Value]:
        tokens.pop(0)
        arguments = []
        while tokens and tokens[0] != ("mark", ")"):
            arguments.append(self._sum(tokens))
            if tokens and tokens[0] == ("mark", ","):
                tokens.pop(0)
        if not tokens:
            raise ExpressionError("a closing parenthesis is missing")
        tokens.pop(0)
        return arguments

    def _call(self, name: str, arguments: list[Value]) -> Value:
        if name == "env" and len(arguments) in (1, 2):
            value = self._environment.get(str(arguments[0]))
            if value:  # an empty variable counts as not set
                return value
            if len(arguments) == 1:
                raise ExpressionError(f"env('{arguments[0]}') is not set and has no default")
            return arguments[1]
        if name == "config" and len(arguments) == 1 and arguments[0] in self._configuration:
            return self._configuration[arguments[0]]
        raise ExpressionError(f"{name}({', '.join(map(repr, arguments))}) is unknown")


def _tokenize(expression: str) -> list[tuple[str, str]]:
    tokens = []
    position = 0
    text = expression.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise ExpressionError(f"cannot read ${{{expression}}}")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return tokens
