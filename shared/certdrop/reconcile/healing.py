"""Put right what somebody changed by hand: open its work again, once for each change, where a target asks for it."""

from collections.abc import Iterable, Sequence

from certdrop.deployment.drift import LISTENER_MISSING, LISTENER_SETTINGS, LISTENER_STOPPED, Difference
from certdrop.deployment.observations import Observation
from certdrop.deployment.work import SeenWork
from certdrop.reconcile.house import House
from certdrop.reconcile.opening import ask_owner, open_again
from certdrop.state.config import Config
from certdrop.state.listeners import read_latest_end

HEALED = "certdrop puts it right"
UNTOUCHED = "undo the change by hand, or give the target `heal: true`"
NOT_OURS = "certdrop did not create this listener, and so does not start it: start it by hand"
CREATED_BY_NOBODY = "create the listener by hand, or say in the target's `listener:` how certdrop should"
SETTINGS = (
    "change them back by hand, or let `listener:` in targets.yml say what is meant: of settings that it does not name, "
    "certdrop only tells"
)
DISPROVED = "after the last try a handshake showed another certificate: redrive the drop when the cause is gone"


def find_remedy(
    difference: Difference, works: Sequence[SeenWork], seen: Observation, config: Config
) -> tuple[str, tuple[SeenWork, ...]]:
    """Return what the user reads, and the works that put *difference* right: none when that is up to the user."""
    if difference.event == LISTENER_SETTINGS and difference.work is None:
        return SETTINGS, ()
    wanted = (difference.work,) if difference.work else _find_whole(works)
    healable = tuple(work for work in wanted if is_healed(work, config))
    if not healable:
        return UNTOUCHED, ()
    if difference.event == LISTENER_STOPPED:
        ours = seen.listener is not None and seen.listener.ours
        return (HEALED, healable[:1]) if ours else (NOT_OURS, ())
    if difference.event == LISTENER_MISSING and not any(work.work.creates for work in healable):
        return CREATED_BY_NOBODY, ()
    return HEALED, healable


def _find_whole(works: Sequence[SeenWork]) -> tuple[SeenWork, ...]:
    """Return the works that a listener as a whole needs: the default certificate first."""
    return tuple(sorted((work for work in works if work.work.place.slot != "client_ca"), key=_is_additional))


def _is_additional(work: SeenWork) -> bool:
    return work.work.place.slot == "additional"


def is_healed(work: SeenWork, config: Config) -> bool:
    """Tell whether a target in force that wants *work* says `heal: true`."""
    targets = config.targets
    if work.facts.kind == "ca":
        trusting = targets.trusting(work.work.drop)
        return any(one.heal for one in trusting if one.place.listener == work.work.place.listener)
    matching = targets.matching(work.work.drop, work.facts)
    return any(one.heal for one in matching if one.place == work.work.place)


def open_healing(house: House, works: Iterable[SeenWork], *, settings: bool = False) -> str:
    """Open works that heal (the listener's settings too), under fresh causes, and ask their owner.

    Returns the first cause.

    What a handshake disproved is left alone: it is tried again only for a new snapshot or a redrive.
    """
    causes = []
    for seen in works:
        latest = read_latest_end(house.store, seen.deployment)
        if latest and latest.end == "disproved":
            continue
        opened = open_again(house, seen.work.model_copy(update={"heals": True, "settings": settings, "after": ()}))
        ask_owner(house, opened)
        causes.append(opened.cause)
    return causes[0] if causes else ""
