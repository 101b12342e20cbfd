"""Delete private keys from the bucket where the targets say so, once all that they were dropped for is served.

OSS has no conditional delete: a key is listed anew and compared with what was judged just before it is deleted. What
is left of the drop keeps its verdict; the certificate service holds the certificate with its key.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from certdrop.cloud.oss_wire import OssEntry
from certdrop.reconcile.house import House
from certdrop.reconcile.telling import tell
from certdrop.state import keys
from certdrop.state.config import Config
from certdrop.state.drops import Verdict, drops_of, read_verdict
from certdrop.state.listeners import read_latest_end
from certdrop.state.opened import list_open
from certdrop.views.notices import notice_of_discarded_key

EVERY, AT = 10, 8  # minutes of the hour: not those of the sweep and the survey
SETTLED = timedelta(minutes=2)  # a renewal in place passes through mixed files
LEAST_SECONDS = 10.0
DROPS_AT_ONCE = 200  # in a minute; what is looked at and has nothing to delete is not looked at again


def discard_keys(house: House, config: Config) -> Mapping[str, int]:
    """Delete the keys of drops whose deployments are all served; return how many files were deleted."""
    now = house.store.now
    if config.targets.keys != "delete" or now.minute % EVERY != AT:
        return {}
    opened = list_open(house.store).deployments
    discarded, looked = 0, 0
    for drop, entries in _in_turn(drops_of(house.store.list(keys.CERTS)), now):
        snapshot = keys.snapshot_id(entries)
        if (drop, snapshot, config.number) in house.memory.keyless:
            continue
        if looked == DROPS_AT_ONCE or house.time_left() < LEAST_SECONDS:
            break
        looked += 1
        verdict = read_verdict(house.store, drop, snapshot, config.number)
        if verdict is None:
            continue
        if verdict.verdict != "accepted" or not verdict.key_files:
            house.memory.keyless.add((drop, snapshot, config.number))
        elif _is_settled(entries, house) and not _is_needed(house, verdict, opened):
            discarded += _discard(house, verdict)
    return {"keys_discarded": discarded}


def _in_turn(drops: Mapping[str, list[keys.Entry]], now: datetime) -> list[tuple[str, list[keys.Entry]]]:
    """Begin each time where the last one ended, so that many drops whose keys must stay keep none from its turn."""
    found = list(drops.items())
    start = int(now.timestamp() // (60 * EVERY)) * DROPS_AT_ONCE % max(len(found), 1)
    return found[start:] + found[:start]


def _is_settled(entries: Sequence[keys.Entry], house: House) -> bool:
    return all(isinstance(one, OssEntry) and house.store.now - one.last_modified > SETTLED for one in entries)


def _is_needed(house: House, verdict: Verdict, opened: frozenset[str]) -> bool:
    """Tell whether a deployment of the drop is open, or ended otherwise than served."""
    if not verdict.deployments or any(one.deployment in opened for one in verdict.deployments):
        return True
    ends = (read_latest_end(house.store, one.deployment) for one in verdict.deployments)
    return any(end is None or end.end != "served" for end in ends)


def _discard(house: House, verdict: Verdict) -> int:
    """Delete a drop's key files, each only if it is the one that was judged."""
    count = 0
    for file in verdict.key_files:
        standing = house.store.list(file.key, limit=1)
        if [(one.key, one.etag) for one in standing] == [(file.key, file.etag)]:
            house.store.delete(file.key)
            count += 1
    if count:
        tell(house, notice_of_discarded_key(verdict, house.store.now))
    return count
