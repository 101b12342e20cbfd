"""Compare one listener with what certdrop left there: what it serves and until when, and what somebody changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from certdrop.deployment.drift import LISTENER_SETTINGS, LISTENER_STUCK, Difference, find_differences, find_outgrown
from certdrop.deployment.observations import Observation, ShownCertificate
from certdrop.deployment.places import Listener
from certdrop.deployment.targets import Target
from certdrop.deployment.work import OpenWork, SeenWork, find_taking_part
from certdrop.reconcile.expiry import ask_for_default
from certdrop.reconcile.healing import DISPROVED, find_remedy, open_healing
from certdrop.reconcile.house import House
from certdrop.reconcile.observing import observe_in
from certdrop.reconcile.opening import plan_works
from certdrop.reconcile.settings_drift import find_settings_drift
from certdrop.reconcile.telling import tell
from certdrop.state.config import Config
from certdrop.state.listeners import read_open_work
from certdrop.state.served import forget_served, read_served
from certdrop.state.surveys import NAMES_KEPT, Drift, ListenerSurvey, ServedCertificate, Status
from certdrop.views.surveys import notice_of_drift

STUCK_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Subject:
    """A listener of the targets in force, and what was found of it last time."""

    listener: Listener
    targets: Sequence[Target]
    before: ListenerSurvey | None = None

    @property
    def region(self) -> str:
        """The listener's region."""
        return self.targets[0].region


def survey_listener(house: House, config: Config, subject: Subject) -> ListenerSurvey:
    """Look at a listener; tell what was changed by hand, once, and open the work that puts it right where asked for.

    While open work is looked at, the listener is between two states, and nothing is compared.
    """
    now = house.store.now
    opened = read_open_work(house.store, subject.listener, tidy=False)
    works = _find_expected(house, config, subject)
    seen = _recall(house, subject.listener, works) or observe_in(house, subject.region, subject.listener, works)
    status, busy_since = _find_status(seen, subject.before, now)
    if find_taking_part(opened, now):
        drifts = subject.before.drifts if subject.before else ()
    else:
        open_deployments = {work.deployment for work in opened}
        closed = [work for work in works if work.deployment not in open_deployments]
        found = [
            *find_differences(closed, seen, now),
            *find_settings_drift(house, subject.listener, subject.targets, seen, closed),
            *_find_stuck(busy_since, now),
        ]
        drifts = tuple(_note(house, config, subject, difference, closed, seen) for difference in found)
    return ListenerSurvey(
        targets=tuple(target.name for target in subject.targets),
        status=status,
        surveyed=now,
        busy_since=busy_since,
        certificates=_complete(house, subject, status, tuple(_find_certificates(seen, works))),
        drifts=drifts,
    )


def _recall(house: House, listener: Listener, works: Sequence[SeenWork]) -> Observation | None:
    """Return what a look of this invocation saw just now when something was served, if it looked for all *works*."""
    sight = house.memory.survey_now.get(str(listener))
    if sight is None or sight.at != house.store.now:
        return None
    is_whole = all(work.facts.fingerprint in sight.seen.certificates for work in works)
    return sight.seen if is_whole else None


def _find_expected(house: House, config: Config, subject: Subject) -> list[SeenWork]:
    """Return what was proved to be served at the listener and is wanted by a target in force."""
    expected = []
    for served in read_served(house.store, subject.listener):
        planned = _plan_again(served, config)
        if planned:
            expected.append(SeenWork(planned, house.store.now))
    for work in find_outgrown(expected):
        forget_served(house.store, work.work)
        expected.remove(work)
    return expected


def _plan_again(served: OpenWork, config: Config) -> OpenWork | None:
    planned = plan_works(served.drop, served.snapshot, config, served.bundle)
    found = next((work for work in planned if work.deployment == served.deployment), None)
    return found.model_copy(update={"heals": True}) if found else None


def _find_status(seen: Observation, before: ListenerSurvey | None, now: datetime) -> tuple[Status, datetime | None]:
    if seen.listener is None:
        return "missing", None
    if seen.listener.status != "busy":
        return seen.listener.status, None
    return "busy", (before.busy_since if before else None) or now


def _find_stuck(busy_since: datetime | None, now: datetime) -> list[Difference]:
    if busy_since is None or now - busy_since < STUCK_AFTER:
        return []
    return [Difference(LISTENER_STUCK, f"the listener has been in configuration since {busy_since:%Y-%m-%d %H:%M} UTC")]


def _note(
    house: House,
    config: Config,
    subject: Subject,
    difference: Difference,
    works: Sequence[SeenWork],
    seen: Observation,
) -> Drift:
    """Return the drift to write down; one that was not known is told, and healed once if it may be."""
    work = difference.work.work if difference.work else None
    deployment = work.deployment if work else ""
    known = subject.before.drifts if subject.before else ()
    standing = next((one for one in known if one.identity == (difference.event, deployment)), None)
    remedy, healing = find_remedy(difference, works, seen, config)
    cause = standing.healing if standing else ""
    if healing and not cause:
        cause = open_healing(house, healing, settings=difference.event == LISTENER_SETTINGS)
        remedy = remedy if cause else DISPROVED
    drift = Drift(
        event=difference.event,
        slot=work.place.slot if work else "",
        deployment=deployment,
        drop=work.drop if work else "",
        target=work.target if work else ", ".join(target.name for target in subject.targets),
        message=difference.message,
        remedy=remedy,
        since=standing.since if standing else house.store.now,
        healing=cause,
    )
    if standing is None or (cause and not standing.healing):
        tell(house, notice_of_drift(drift, str(subject.listener), house.store.now))
    return drift


def _find_certificates(seen: Observation, works: Sequence[SeenWork]) -> Iterator[ServedCertificate]:
    """Yield every certificate that the listener serves, whoever brought it."""
    listener = seen.listener
    if listener is None:
        return
    if listener.default:
        yield _describe("default", listener.default, seen, works)
    for shown in listener.additional:
        yield _describe("additional", shown, seen, works)
    for extension in listener.extensions:
        yield _describe("additional", extension.certificate, seen, works, extension.domain)


def _complete(
    house: House, subject: Subject, status: Status, found: tuple[ServedCertificate, ...]
) -> tuple[ServedCertificate, ...]:
    """Ask the listener itself for a default certificate of which nobody tells until when it is valid."""
    if status != "running" or not found or found[0].slot != "default" or found[0].not_after:
        return found
    return ask_for_default(house, subject.listener, subject.region, found[0]), *found[1:]


def _describe(
    slot: str, shown: ShownCertificate, seen: Observation, works: Sequence[SeenWork], domain: str = ""
) -> ServedCertificate:
    work = next((work for work in works if seen.certificates.get(work.facts.fingerprint) == shown.certificate_id), None)
    facts = work.facts if work else shown.facts
    return ServedCertificate(
        slot=slot,
        domain=domain,
        certificate_id=shown.certificate_id,
        label=work.facts.cas_name if work else shown.label,
        fingerprint=facts.fingerprint if facts else "",
        names=facts.names[:NAMES_KEPT] if facts else (),
        not_after=facts.not_after if facts else None,
        drop=work.work.drop if work else "",
    )
