"""The vendor's error texts, made safe to log and to report: they can echo what was sent."""

import re

LONGEST_MESSAGE = 500  # characters
LONGEST_READ = 4000  # characters: what is cleaned at all
LONGEST_ID = 100  # characters
LEFT_OUT = "[...]"
# SignatureDoesNotMatch quotes what the server signed: with parameters in the query, the key is in it.
ECHO = re.compile(r"(string ?to ?sign|canonical ?request)\b.*", re.IGNORECASE | re.DOTALL)
PEM = re.compile(r"(?<!-)-{2,}\s*BEGIN.*?(-{2,}\s*END[^-]*-{2,}|\Z)", re.DOTALL)
BASE64_RUN = re.compile(r"[A-Za-z0-9+/=%]{40,}")


def clean_message(text: str) -> str:
    """Return *text* without echoed requests, PEM and long runs of base64, at most 500 characters."""
    text = text[:LONGEST_READ]
    for pattern in (ECHO, PEM, BASE64_RUN):
        text = pattern.sub(lambda found: (found.group(1) if found.re is ECHO else "") + LEFT_OUT, text)
    return text[:LONGEST_MESSAGE]


def clean_id(text: str) -> str:
    """Return a RequestId as it is logged and reported: one short line."""
    return clean_message(text.strip()).partition("\n")[0][:LONGEST_ID]
