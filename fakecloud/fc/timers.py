"""When a timer trigger rings: `@every 1m`, or six cron fields, seconds first, UTC unless `CRON_TZ=` says otherwise."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import croniter
from croniter.croniter import CroniterError

EVERY = re.compile(r"@every (?P<count>[1-9]\d*)(?P<unit>[mh])")
ZONED = re.compile(r"(?:CRON_TZ=(?P<zone>\S+)\s+)?(?P<fields>\S+(?:\s+\S+){5})")
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1)}


def next_ring(expression: str) -> Callable[[datetime], datetime]:
    """Return a function from a time to the first ring after it, both aware; ValueError for a malformed expression."""
    every = EVERY.fullmatch(expression.strip())
    if every:
        distance = int(every["count"]) * UNITS[every["unit"]]
        return lambda moment: moment + distance
    zoned = ZONED.fullmatch(expression.strip())
    if zoned is None:
        raise ValueError(f"{expression!r} is neither @every <n>m|h nor six cron fields")
    try:
        zone = ZoneInfo(zoned["zone"] or "UTC")
        croniter(zoned["fields"], datetime(2026, 1, 1, tzinfo=timezone.utc), second_at_beginning=True)
    except (CroniterError, ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{expression!r}: {error}") from error

    def following(moment: datetime) -> datetime:
        ring = croniter(zoned["fields"], moment.astimezone(zone), second_at_beginning=True).get_next(datetime)
        return ring.astimezone(timezone.utc)

    return following
