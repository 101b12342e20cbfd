"""Until when a certificate is valid, read from its DER without cryptography (RFC 5280 4.1)."""

from datetime import datetime, timezone

from certdrop.bundle.der import iterate_elements, read_sequence

UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
EXPLICIT_VERSION = 0xA0
CENTURY_ENDS = 50  # RFC 5280 4.1.2.5.1: two digits from 50 on mean 19..
_VALIDITY = 3  # after the serial number, the algorithm and the issuer


def read_not_after(der: bytes) -> datetime | None:
    """Return when a certificate's validity ends, aware UTC; None when that cannot be read."""
    certificate = read_sequence(der)
    if not certificate:
        return None
    fields = [one for one in iterate_elements(certificate[0].content) if one.tag != EXPLICIT_VERSION]
    if len(fields) <= _VALIDITY:
        return None
    times = list(iterate_elements(fields[_VALIDITY].content))
    return _read_time(times[1].tag, times[1].content) if len(times) == len(("from", "to")) else None


def _read_time(tag: int, content: bytes) -> datetime | None:
    text = content.decode("ascii", "replace")
    if tag == UTC_TIME and text[:2].isdigit():
        text = ("19" if int(text[:2]) >= CENTURY_ENDS else "20") + text
    elif tag != GENERALIZED_TIME:
        return None
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
