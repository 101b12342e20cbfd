"""The survey: once an hour each listener of the targets in force is compared with what certdrop left there.

Every ten minutes the poller asks which listeners are due: one read when none is. Where many are, it goes on minute by
minute. Where something was served a moment ago, the listener is looked at in the same minute, so that the status page
knows it, and its hourly turn comes all the same. A claim keeps two instances from surveying at the same time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from certdrop.cloud.remembering import RememberingAccount
from certdrop.deployment.places import Listener
from certdrop.deployment.targets import Target
from certdrop.errors import Fate, StateError
from certdrop.reconcile.expiry import find_warned, warn
from certdrop.reconcile.house import House
from certdrop.reconcile.surveying import Subject, survey_listener
from certdrop.reconcile.troubles import Trouble, trouble_of
from certdrop.state.config import Config
from certdrop.state.surveys import (
    ListenerSurvey,
    Surveys,
    claim_survey,
    read_surveys,
    release_survey,
    write_surveys,
)

ASKED_EVERY, ASKED_AT = 10, 5  # minutes of the hour: not those of the sweep
DUE_AFTER = timedelta(minutes=55)  # so that an hourly survey keeps its minute
SOON = timedelta(minutes=9)  # what is being put right, or configured, is looked at again
SOON_FOR = timedelta(hours=1)
AT_ONCE = 20  # listeners a minute
LEAST_SECONDS = 20.0  # no listener is begun with less time left


def survey(house: House, config: Config) -> Mapping[str, int]:
    """Survey the listeners that are due, as many as there is time for; return how many."""
    memory = house.memory
    is_time = house.store.now.minute % ASKED_EVERY == ASKED_AT or memory.survey_goes_on or memory.survey_now
    if not is_time or not config.targets.targets or house.time_left() < LEAST_SECONDS:
        return {}
    memory.survey_goes_on = False
    is_due = any(str(listener) in memory.survey_now for listener in _group(config))
    if not is_due and not any(_find_due(house, read_surveys(house.store), config)):
        memory.survey_now.clear()
        return {"surveyed": 0}
    claim = claim_survey(house.store, house.ids.new())
    if claim is None:
        return {"surveyed": 0}
    surveyed, unreachable = _survey_due(house, config)
    if memory.restless_until:
        memory.restless_until = max(memory.restless_until, house.store.now)  # the status page tells of it
    release_survey(house.store, claim)
    if unreachable:
        raise unreachable
    return {"surveyed": surveyed}


def _survey_due(house: House, config: Config) -> tuple[int, StateError | None]:
    """Survey, each listener by itself, then write down what was found; return the first StateError."""
    house = replace(house, cloud=RememberingAccount(house.cloud))
    former = read_surveys(house.store)
    due = list(_find_due(house, former, config))
    warned = find_warned(former.listeners.values())
    found: dict[str, ListenerSurvey] = {}
    unreachable = None
    for subject in due[:AT_ONCE]:
        if house.time_left() < LEAST_SECONDS:
            break
        try:
            seen = warn(house, subject.listener, _survey_one(house, config, subject), warned)
            seen = seen.model_copy(update={"early": str(subject.listener) in house.memory.survey_now})
            found[str(subject.listener)] = seen
            warned |= find_warned([seen])
        except StateError as error:
            house.log.warning("state-unreachable", listener=str(subject.listener), reason=str(error))
            unreachable = unreachable or error
    house.memory.survey_goes_on = len(due) > len(found) and not unreachable
    in_force = {str(listener) for listener in _group(config)}
    for listener in house.memory.survey_now.keys() - (in_force - found.keys()):
        del house.memory.survey_now[listener]
    kept = {key: one for key, one in former.listeners.items() if key in in_force}
    write_surveys(house.store, Surveys(listeners={**kept, **found}))
    return len(found), unreachable


def _survey_one(house: House, config: Config, subject: Subject) -> ListenerSurvey:
    try:
        return survey_listener(house, config, subject)
    except StateError:
        raise
    except Exception as error:
        trouble = trouble_of(error)
        house.log.warning("not-surveyed", listener=str(subject.listener), code=trouble.code, exc_info=error)
        return _note_trouble(subject, trouble, house.store.now)


def _note_trouble(subject: Subject, trouble: Trouble, now: datetime) -> ListenerSurvey:
    """Keep what was known of a listener; one that the cloud was only too busy for is looked at again soon."""
    known = subject.before or ListenerSurvey(surveyed=now)
    if trouble.fate is Fate.WAIT:
        return known.model_copy(update={"surveyed": now - DUE_AFTER + SOON})
    text = " ".join(part for part in (trouble.code, trouble.message, trouble.remedy) if part)
    return known.model_copy(update={"surveyed": now, "trouble": text})


def _find_due(house: House, surveys: Surveys, config: Config) -> Iterator[Subject]:
    """Yield the listeners that are due: where something was served just now, those never surveyed, then the oldest."""
    subjects = [Subject(one, targets, surveys.listeners.get(str(one))) for one, targets in _group(config).items()]
    now, at_once = house.store.now, house.memory.survey_now
    due = [subject for subject in subjects if str(subject.listener) in at_once or _is_due(subject.before, now)]
    yield from sorted(due, key=lambda one: (str(one.listener) not in at_once, _age_of(one.before)))


def _age_of(before: ListenerSurvey | None) -> float:
    return before.surveyed.timestamp() if before else 0.0


def _is_due(before: ListenerSurvey | None, now: datetime) -> bool:
    if before is None or before.early:
        return True
    watched = [one.since for one in before.drifts if one.healing] + ([before.busy_since] if before.busy_since else [])
    is_watched = any(now - since < SOON_FOR for since in watched)
    return now - before.surveyed >= (SOON if is_watched else DUE_AFTER)


def _group(config: Config) -> dict[Listener, list[Target]]:
    found: dict[Listener, list[Target]] = {}
    for target in config.targets.targets:
        found.setdefault(target.place.listener, []).append(target)
    return found
