"""The command's one reading of the machine's clock; runtime/'s would load the whole pipeline."""

from datetime import datetime, timezone


def read_clock() -> datetime:
    """Return the machine's time, aware, in UTC."""
    return datetime.now(timezone.utc)  # noqa: TID251 a command has no runtime that could hand it in
