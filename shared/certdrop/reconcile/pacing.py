"""Requests and their pace: how soon somebody looks again, and when silence is kept."""

from certdrop.deployment.operations import OperationEnd
from certdrop.errors import CloudError, Fate
from certdrop.reconcile.house import House
from certdrop.reconcile.owners import JOB_STATUS_POLLER, queue_of
from certdrop.reconcile.requests import MAXIMUM_HOPS, ReconcileRequest

AFTER_OPERATION = 5
_AFTER_HOPS = (5, 10, 20)


def ask(house: House, function: str, request: ReconcileRequest, delay: int = 0) -> None:
    """Send a request to a function's queue. A lost request changes only when somebody looks: the poller asks again."""
    queue = queue_of(function, house.settings.queue_prefix)
    if queue is None:
        return
    try:
        house.cloud.queues.send_message(queue, request.model_dump_json(), delay_seconds=delay)
    except CloudError as error:
        house.log.warning("request-not-sent", queue=queue, reconcile=request.reconcile, code=error.code)


def look_again(house: House, request: ReconcileRequest, end: OperationEnd | None = None) -> None:
    """After an operation of its own, a function looks again soon; after one that the cloud was too busy for, later."""
    if end is not None and end.fate is Fate.WAIT:
        look_later(house, request)
        return
    ask(house, house.function, request.model_copy(update={"hops": 0}), AFTER_OPERATION)


def look_later(house: House, request: ReconcileRequest, seconds: int = 0) -> None:
    """On leave or Wait: after *seconds* if that is known, else later and later, then silence; the poller comes."""
    if request.hops < MAXIMUM_HOPS:
        delay = seconds or _AFTER_HOPS[request.hops]
        ask(house, house.function, request.model_copy(update={"hops": request.hops + 1}), delay)


def pass_on(house: House, function: str, request: ReconcileRequest) -> None:
    """Ask the owner of the next step; passing on counts as a hop."""
    if request.hops < MAXIMUM_HOPS:
        ask(house, function, request.model_copy(update={"hops": request.hops + 1}))
    elif house.function == JOB_STATUS_POLLER:
        ask(house, function, request)
