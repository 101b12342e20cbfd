"""Nested parameters as the API gateway reads them: `Certificates.1.CertificateId=...`, 1-based, in order."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import SecretStr


def flatten(parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the pairs of nested *parameters*: mappings, sequences, str, int, bool, SecretStr.

    None is left out, empty text is kept, booleans are lower case; secrets come out in clear text.
    """
    return list(_pairs("", parameters))


def _pairs(path: str, value: object) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _pairs(f"{path}.{name}" if path else name, item)
    elif isinstance(value, Sequence):
        for number, item in enumerate(value, start=1):
            yield from _pairs(f"{path}.{number}", item)
    else:
        yield path, _text(value)


def _text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
