"""What is done about spoilt documents in state/: people are told, and what can be made anew is."""

from certdrop.errors import UnreadableError
from certdrop.reconcile.house import House
from certdrop.reconcile.telling import tell
from certdrop.state import keys
from certdrop.state.config import Config, read_config, read_last_good, write_config
from certdrop.state.parsed_keys import parse_open, parse_verdict
from certdrop.views.notices import notice_of_spoilt


def tell_spoilt(house: House) -> None:
    """Tell of every spoilt document that was met since this was last done."""
    met, house.store.unreadable = house.store.unreadable, {}
    for error in met.values():
        tell(house, notice_of_spoilt(error, house.store.now))


def read_in_force(house: House) -> tuple[Config | None, int]:
    """Read the targets in force and the highest number that was given; spoilt ones are put in force again first."""
    try:
        config = read_config(house.store)
    except UnreadableError:
        good, highest = read_last_good(house.store)
        known = house.memory.config
        best = known if known and (good is None or known.number > good.number) else good
        return (_put_again(house, best, highest), highest + 1) if best else (None, highest)
    return config, config.number if config else 0


def judge_spoilt_again(house: House, config: Config) -> Config:
    """Have every drop judged anew, under a fresh number of the same targets, when open work or a verdict was spoilt.

    So all that is neither served nor disproved is opened again, whatever the spoilt documents had said.
    """
    works = [key for key in house.store.unreadable if _is_work(key)]
    if works or any(map(parse_verdict, house.store.unreadable)):
        config = _put_again(house, config, config.number)
    for key in works:
        house.store.delete(key)
    return config


def _is_work(key: str) -> bool:
    parsed = parse_open(key.rsplit("/", 1)[1])
    is_open = key.startswith(keys.OPEN) and not key.startswith(keys.WAITING_NOTICES)
    return is_open and parsed is not None and parsed.kind == "work"


def _put_again(house: House, config: Config, highest: int) -> Config:
    written = write_config(house.store, highest + 1, config.etag, config.targets)
    house.log.info("targets-in-force", number=highest + 1, targets=len(config.targets.targets), again=True)
    house.memory.config = written or read_config(house.store)
    return house.memory.config or config
