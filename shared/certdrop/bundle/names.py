"""What a DNS name in a certificate may look like (RFC 5280 4.2.1.6, RFC 5890, RFC 6125)."""

import re

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_MAX_NAME = 253
_MIN_LABELS_BELOW_WILDCARD = 2


def find_name_problem(name: str) -> str | None:
    """Say what is wrong with the DNS name or wildcard *name*; None when nothing is."""
    lower = name.lower()
    host = lower.removeprefix("*.")
    labels = host.split(".")
    problems = (
        (len(lower) > _MAX_NAME, f"is longer than {_MAX_NAME} characters"),
        (not lower.isascii(), "is not written as an A-label (xn--...)"),
        ("*" in host, "has a wildcard that is not the whole leftmost label"),
        (not all(_LABEL.fullmatch(label) for label in labels), "is not a DNS name"),
        (labels[-1].isdigit(), "is an address, not a DNS name"),
        (host != lower and len(labels) < _MIN_LABELS_BELOW_WILDCARD, "is a wildcard for a whole top-level domain"),
    )
    return next((text for is_so, text in problems if is_so), None)
