"""The vendor's error texts, made safe to log and to report: they can echo what was sent."""

import re

from certdrop.masking import LONGEST_READ, MASK, hide

LONGEST_MESSAGE = 500  # characters
LONGEST_ID = 100  # characters
# SignatureDoesNotMatch quotes what the server signed: with parameters in the query, the key is in it.
ECHO = re.compile(r"(string ?to ?sign|canonical ?request)\b.*", re.IGNORECASE | re.DOTALL)


def clean_message(text: str) -> str:
    """Return *text* without echoed requests and what may be a secret, at most 500 characters."""
    return hide(ECHO.sub(rf"\g<1>{MASK}", text[: 2 * LONGEST_READ]))[:LONGEST_MESSAGE]


def clean_id(text: str) -> str:
    """Return a RequestId as it is logged and reported: one short line."""
    return clean_message(text.strip()).partition("\n")[0][:LONGEST_ID]
