"""The end of an operation, whatever came of its call."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from certdrop.cloud.catalogue import fate_of, find_entry
from certdrop.deployment.operations import UNKNOWN, OperationEnd
from certdrop.deployment.work import SeenWork
from certdrop.errors import CloudError, Fate, LostAnswerError, StateError, UnreadableError
from certdrop.reconcile.house import House
from certdrop.views.notices import SPOILT, SPOILT_REMEDY

SPREADING = timedelta(minutes=10)  # until every product knows a certificate that CAS took
CERTIFICATE_MISSING = frozenset(
    {"ResourceNotFound.Certificate", "CertificateNotExist", "ServerCertificateId.NotFound", "CACertificateId.NotFound"}
)


def end_of_call(house: House, works: Sequence[SeenWork], call: Callable[[], OperationEnd]) -> OperationEnd:
    """Make an operation's one mutating call for *works* and return its end, always."""
    try:
        return call()
    except CloudError as error:
        return _end_with(error, fate_for(error, works, house.store.now))
    except UnreadableError as error:  # the poller mends what can be mended
        return OperationEnd(code=SPOILT, fate=Fate.WAIT, message=str(error), remedy=SPOILT_REMEDY)
    except StateError as error:  # the targets in force could not be read: nothing was asked of the cloud
        return OperationEnd(code="state-unreachable", fate=Fate.WAIT, message=str(error))
    except Exception as error:
        house.log.warning("unclassified", exc_info=error)
        return OperationEnd(code="internal", fate=Fate.STALL, message=type(error).__name__)


def fate_for(error: CloudError, works: Sequence[SeenWork], now: datetime) -> Fate:
    """Return what becomes of the work: a certificate that is not found is waited for while its import is young.

    Work is opened just before its bundle is imported: its age is the import's, or more.
    """
    is_young = any(now - work.opened < SPREADING for work in works)
    return Fate.WAIT if error.code in CERTIFICATE_MISSING and is_young else fate_of(error)


def _end_with(error: CloudError, fate: Fate) -> OperationEnd:
    code = UNKNOWN if isinstance(error, LostAnswerError) else error.code
    remedy = find_entry(error.code).remedy
    return OperationEnd(code=code, fate=fate, message=error.message, remedy=remedy, request_id=error.request_id)
