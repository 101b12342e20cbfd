"""What the poller does beside looking at open work, each by itself: one chore that goes wrong holds up no other.

A chore is called every minute with the targets in force, knows itself whether it is due, begins nothing without time,
and returns the counts that the minute's log line shows.
"""

from collections.abc import Callable, Mapping, Sequence

from certdrop.errors import StateError
from certdrop.reconcile.cleaning import clean
from certdrop.reconcile.discarding import discard_keys
from certdrop.reconcile.house import House
from certdrop.reconcile.survey import survey
from certdrop.reconcile.troubles import trouble_of
from certdrop.state.config import Config

Chore = Callable[[House, Config], Mapping[str, int]]

CHORES: Sequence[tuple[str, Chore]] = (  # in this order
    ("survey", survey),
    ("cleaning", clean),
    ("discarding", discard_keys),
)


def do_chores(house: House, config: Config) -> tuple[dict[str, int], StateError | None]:
    """Do what is due of every chore; return their counts, and the first StateError."""
    done: dict[str, int] = {}
    unreachable = None
    for name, chore in CHORES:
        counts, error = _do(house, config, name, chore)
        done |= counts
        unreachable = unreachable or error
    return done, unreachable


def _do(house: House, config: Config, name: str, chore: Chore) -> tuple[Mapping[str, int], StateError | None]:
    try:
        return chore(house, config), None
    except StateError as error:
        house.log.warning("state-unreachable", chore=name, reason=str(error))
        return {}, error
    except Exception as error:
        house.log.warning("trouble", chore=name, code=trouble_of(error).code, exc_info=error)
        return {}, None
