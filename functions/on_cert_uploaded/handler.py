"""Judge what was dropped, open the work of every matching target, import the bundle into CAS."""

from typing import Any

from certdrop.reconcile.drops import look_at_drop
from certdrop.reconcile.house import House, Outcome
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.runtime.context import FcContext
from certdrop.runtime.run import run


def handler(event: bytes, context: FcContext) -> dict[str, Any]:
    """Take objects below certs/ from OSS, and requests from the queue of drops."""
    return run(event, context, look)


def look(request: ReconcileRequest, house: House) -> Outcome:
    """Look at one drop."""
    return look_at_drop(request, house)
