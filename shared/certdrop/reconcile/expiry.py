"""Until when served certificates are valid: warn of each, once for each threshold, whoever brought it."""

from collections.abc import Iterable, Mapping

from certdrop.deployment.expiry import find_threshold
from certdrop.deployment.places import Listener
from certdrop.reconcile.asking import shake
from certdrop.reconcile.house import House
from certdrop.reconcile.telling import tell
from certdrop.state.surveys import NAMES_KEPT, ListenerSurvey, ServedCertificate
from certdrop.views.surveys import notice_of_expiry

Warned = Mapping[str, int]


def find_warned(surveys: Iterable[ListenerSurvey]) -> dict[str, int]:
    """Return of which certificates people were warned, and the last threshold of each."""
    found: dict[str, int] = {}
    for survey in surveys:
        for one in survey.certificates:
            if one.warned is not None:
                found[one.identity] = min(one.warned, found.get(one.identity, one.warned))
    return found


def warn(house: House, listener: Listener, survey: ListenerSurvey, warned: Warned) -> ListenerSurvey:
    """Warn of what expires; *warned* is what was said before, at whichever listener."""
    certificates = tuple(_warn_of(house, listener, one, warned) for one in survey.certificates)
    return survey.model_copy(update={"certificates": certificates})


def _warn_of(house: House, listener: Listener, one: ServedCertificate, warned: Warned) -> ServedCertificate:
    now = house.store.now
    threshold = find_threshold(one.not_after, now) if one.not_after else None
    if threshold is None or one.not_after is None:
        return one
    if threshold < warned.get(one.identity, threshold + 1):
        tell(house, notice_of_expiry(one, one.not_after, threshold, str(listener), now))
    return one.model_copy(update={"warned": threshold})


def ask_for_default(house: House, listener: Listener, region: str, one: ServedCertificate) -> ServedCertificate:
    """Ask a handshake about a default certificate of which nobody tells anything; it may not be reached."""
    shown = shake(house, listener, region)
    if shown is None:
        return one
    told = {"names": shown.leaf.names[:NAMES_KEPT], "not_after": shown.leaf.not_after} if shown.leaf else {}
    return one.model_copy(update={"fingerprint": shown.fingerprint, **told})
