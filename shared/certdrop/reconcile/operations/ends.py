"""The end of an operation, whatever came of its call."""

from collections.abc import Callable

from certdrop.cloud.catalogue import fate_of, find_entry
from certdrop.deployment.operations import UNKNOWN, OperationEnd
from certdrop.errors import CloudError, Fate, LostAnswerError
from certdrop.reconcile.house import House


def end_of_call(house: House, call: Callable[[], OperationEnd]) -> OperationEnd:
    """Make an operation's one mutating call and return its end, always."""
    try:
        return call()
    except CloudError as error:
        return _end_with(error)
    except Exception as error:
        house.log.warning("unclassified", exc_info=error)
        return OperationEnd(code="internal", fate=Fate.STALL, message=type(error).__name__)


def _end_with(error: CloudError) -> OperationEnd:
    code = UNKNOWN if isinstance(error, LostAnswerError) else error.code
    remedy = find_entry(error.code).remedy
    return OperationEnd(
        code=code, fate=fate_of(error), message=error.message, remedy=remedy, request_id=error.request_id
    )
