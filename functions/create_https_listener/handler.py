"""Create and start HTTPS listeners, replace default certificates: whatever touches a listener itself."""

from typing import Any

from certdrop.reconcile.house import House, Outcome
from certdrop.reconcile.listeners import look_at_listener
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.runtime.context import FcContext
from certdrop.runtime.run import run


def handler(event: bytes, context: FcContext) -> dict[str, Any]:
    """Take requests from the queue of listeners."""
    return run(event, context, look)


def look(request: ReconcileRequest, house: House) -> Outcome:
    """Look at one listener; the steps of this function are made here, others asked for."""
    return look_at_listener(request, house)
