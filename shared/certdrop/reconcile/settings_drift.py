"""How the settings of a listener that certdrop created differ from what `listener:` says now."""

from collections.abc import Sequence
from dataclasses import replace

from certdrop.deployment.drift import LISTENER_SETTINGS, Difference
from certdrop.deployment.observations import Observation
from certdrop.deployment.places import Listener
from certdrop.deployment.targets import Target
from certdrop.deployment.work import SeenWork
from certdrop.reconcile.house import House
from certdrop.reconcile.operations.listener_changes import Change, find_changes
from certdrop.state.config import read_config

SAID_AT_MOST = 5


def find_settings_drift(
    house: House, listener: Listener, targets: Sequence[Target], seen: Observation, works: Sequence[SeenWork] = ()
) -> list[Difference]:
    """Compare the settings of a listener of ours with those that a target gives; nothing when none does.

    What `listener:` names is told apart: it is put right with the default certificate's work, if that heals.
    """
    changes = _find(house, listener, targets, seen)
    work = next((one for one in works if one.work.place.slot == "default"), None)
    named = [one for one in changes if one.key and work]
    rest = [one for one in changes if one not in named]
    return [*_differ(named, work), *_differ(rest, None)]


def with_changes(house: House, listener: Listener, works: Sequence[SeenWork], seen: Observation) -> Observation:
    """Return *seen* with the settings that work is open to put right, and that still differ."""
    config = read_config(house.store) if any(work.work.settings for work in works) else None
    if config is None:
        return seen
    targets = [one for one in config.targets.targets if one.place.listener == listener]
    named = [one for one in _find(house, listener, targets, seen) if one.key]
    return replace(seen, changed_settings=_say(named))


def _find(house: House, listener: Listener, targets: Sequence[Target], seen: Observation) -> list[Change]:
    shown = seen.listener
    said = next((target.listener for target in targets if target.listener), None)
    if shown is None or said is None or not shown.ours or shown.status == "busy":
        return []
    return find_changes(house, listener, seen, said)


def _differ(changes: Sequence[Change], work: SeenWork | None) -> list[Difference]:
    return [Difference(LISTENER_SETTINGS, f"other than `listener:` says, {_say(changes)}", work)] if changes else []


def _say(changes: Sequence[Change]) -> str:
    more = f" and {len(changes) - SAID_AT_MOST} more" if len(changes) > SAID_AT_MOST else ""
    return ", ".join(one.text for one in changes[:SAID_AT_MOST]) + more
