"""Follow open work to its end, verify what is served with a handshake, find lost events again; write no listener."""

from typing import Any

from certdrop.reconcile.house import House, Outcome, Tick
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.reconcile.ticks import tick
from certdrop.runtime.context import FcContext
from certdrop.runtime.run import run


def handler(event: bytes, context: FcContext) -> dict[str, Any]:
    """Take the timer's minute."""
    return run(event, context, look)


def look(_minute: Tick | ReconcileRequest, house: House) -> Outcome:
    """Look at everything that is open."""
    return tick(house)
