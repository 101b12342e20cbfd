"""When people are warned that a certificate expires. Pure."""

from datetime import datetime, timedelta

WARNINGS = (30, 14, 7, 3, 1, 0)  # days before; 0: it is over
GRAVE = 3  # from here on it is more than a warning


def find_threshold(not_after: datetime, now: datetime) -> int | None:
    """Return the last of the warnings that is due, None before the first."""
    return min((days for days in WARNINGS if not_after - now <= timedelta(days=days)), default=None)


def count_days(not_after: datetime, now: datetime) -> int:
    """Return the whole days that are left; negative once it is over."""
    return (not_after - now).days
