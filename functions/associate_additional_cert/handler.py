"""Attach and detach additional certificates on listeners that serve HTTPS, and set CLB's domain extensions."""

from typing import Any

from certdrop.reconcile.house import House, Outcome
from certdrop.reconcile.listeners import look_at_listener
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.runtime.context import FcContext
from certdrop.runtime.run import run


def handler(event: bytes, context: FcContext) -> dict[str, Any]:
    """Take requests from the queue of associations."""
    return run(event, context, look)


def look(request: ReconcileRequest, house: House) -> Outcome:
    """Look at one listener; the steps of this function are made here, others asked for."""
    return look_at_listener(request, house)
