"""Takes secrets out of what is logged: by a field's name, by known values, and by the look of a secret."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote, quote_plus

from certdrop.masking import MASK, hide_but_hashes

SHORTEST_SECRET = 8  # anything shorter is no secret of the cloud's, and would mask half of what is said
MAXIMUM_TEXT = 12_000  # the log service cuts a line at 32 KB; JSON doubles some characters
SECRET_FIELDS = (  # what their names end with, in lower case and without underscores
    "privatekey",
    "keypem",
    "secret",
    "token",
    "password",
    "passphrase",
    "authorization",
    "signature",
    "credentials",
)
# SecurityToken=..., x-acs-security-token: ..., "access_key_secret": "...", Signature=...
ASSIGNED = re.compile(
    r"(?i)((?:security[-_]?token|access[-_]?key[-_]?secret|signature|authorization|private[-_]?key)[\"']?\s*[=:]\s*[\"']?)"
    r"(?:(?:acs3-hmac-sha256|oss4-hmac-sha256|oss|mns|fc|bearer)\s+)?[^\s&\"',;}]+"
)


class Redactor:
    """Masks secrets in values of any shape; what it returns is made of JSON's types only."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {
            form
            for secret in secrets
            if len(secret) >= SHORTEST_SECRET
            for form in (secret, quote(secret, safe=""), quote_plus(secret))
        }
        self._known = sorted(forms, key=len, reverse=True)

    def redact(self, value: object) -> object:
        """Return *value* without secrets; what JSON does not know becomes its redacted text."""
        if isinstance(value, str):
            return self.redact_text(value)
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {self.redact_text(str(name)): self._redact_field(str(name), item) for name, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.redact(item) for item in value]
        if isinstance(value, bytes | bytearray):
            return f"<{len(value)} bytes>"
        return self.redact_text(str(value))

    def redact_text(self, text: str) -> str:
        """Return *text* with keys, tokens and known secrets masked, and cut to a length that a log line bears."""
        if len(text) < SHORTEST_SECRET:
            return text
        for secret in self._known:
            text = text.replace(secret, MASK)
        text = hide_but_hashes(text)
        if "=" in text or ":" in text:
            text = ASSIGNED.sub(rf"\g<1>{MASK}", text)
        return text if len(text) <= MAXIMUM_TEXT else f"{text[:MAXIMUM_TEXT]}[{len(text) - MAXIMUM_TEXT} more]"

    def _redact_field(self, name: str, value: object) -> object:
        return MASK if value is not None and _names_secret(name) else self.redact(value)


@lru_cache(maxsize=256)
def _names_secret(name: str) -> bool:
    """Tell whether a field of this name holds a secret."""
    return name.replace("_", "").strip().casefold().endswith(SECRET_FIELDS)
