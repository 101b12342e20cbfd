"""What work a bundle means under the targets in force, and opening it again under a fresh cause: a redrive, a heal."""

from collections.abc import Iterable, Sequence

from certdrop.bundle.facts import BundleFacts
from certdrop.deployment.places import Listener, Place, deployment_id
from certdrop.deployment.stages import with_formers
from certdrop.deployment.targets import Target, Targets
from certdrop.deployment.work import CAUSE_SNAPSHOT, OpenWork, RequiredCa, SeenWork, end_of
from certdrop.reconcile import pacing
from certdrop.reconcile.authorities import find_authority, place_of_client_ca
from certdrop.reconcile.house import House
from certdrop.reconcile.owners import owner_of_slot
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.state.config import Config
from certdrop.state.listeners import close_work, delete_stalls, open_work, record_end

REOPENED = "reopened"  # how a cause ends that a fresh one replaces


def plan_works(drop: str, snapshot: str, config: Config, facts: BundleFacts) -> list[OpenWork]:
    """Return the work that a bundle of *drop* means: one for every place whose target wants it; nothing is read.

    That of the first stage comes first.
    """
    if facts.kind == "ca":
        targets: Sequence[Target] = config.targets.trusting(drop)
    else:
        targets = config.targets.matching(drop, facts)
    planned: dict[str, tuple[int, int, OpenWork]] = {}
    for target in targets if facts.kind == "ca" else one_for_each_place(targets):
        work = _plan_work(drop, snapshot, config, facts, target)
        same = [other for other in targets if other.place == target.place]
        allow = dict.fromkeys(one for other in same if other.place == work.place for one in other.allow)
        stage, bake = min(other.stage for other in same), max(other.bake for other in same)
        planned.setdefault(work.deployment, (stage, bake, work.model_copy(update={"allow": tuple(allow)})))
    return with_formers(planned.values())


def _plan_work(drop: str, snapshot: str, config: Config, facts: BundleFacts, target: Target) -> OpenWork:
    listener = target.place.listener
    is_authority = facts.kind == "ca"
    place = place_of_client_ca(listener) if is_authority else target.place
    return OpenWork(
        deployment=deployment_id(place, facts),
        cause=f"{snapshot[:CAUSE_SNAPSHOT]}-{config.number}",
        drop=drop,
        snapshot=snapshot,
        config=config.number,
        target=target.name,
        place=place,
        region=target.region,
        creates=target.listener is not None,
        domains=() if is_authority else target.extension_domains(facts),
        client_ca=None if is_authority else required_ca(config.targets, listener),
        bundle=facts,
        correlation_id=snapshot[:CAUSE_SNAPSHOT],
    )


def one_for_each_place(targets: Iterable[Target]) -> list[Target]:
    """Of targets that say the same place, return the one that says how to create its listener, else the first."""
    chosen: dict[Place, Target] = {}
    for target in targets:
        known = chosen.get(target.place)
        if known is None or (known.listener is None and target.listener is not None):
            chosen[target.place] = target
    return list(chosen.values())


def required_ca(targets: Targets, listener: Listener) -> RequiredCa | None:
    """Return the client CA that a listener must have: as any of its targets says, for they agree."""
    asked = next((one.client_ca for one in targets.targets if one.client_ca and one.place.listener == listener), None)
    return RequiredCa.model_validate(asked.model_dump()) if asked else None


def open_required(house: House, work: OpenWork) -> None:
    """Want the client CA that a listener must have, for the same cause, before the bundle that must not go without it.

    So whoever looks at the listener finds the CA, however long ago it was dropped; one that is there already is done.
    """
    drop = work.client_ca.drop if work.client_ca else ""
    facts = find_authority(house.store, drop) if drop else None
    if facts:
        place = place_of_client_ca(work.place.listener)
        changes = {"deployment": deployment_id(place, facts), "place": place, "bundle": facts, "drop": drop}
        open_work(house.store, work.model_copy(update={**changes, "client_ca": None, "domains": (), "allow": ()}))


def open_planned(house: House, work: OpenWork) -> bool:
    """Open *work*, and before it the client CA that it needs, unless it is held: then when it begins.

    Returns whether *work* was opened.
    """
    if not work.after:
        open_required(house, work)
    return open_work(house.store, work)


def open_again(house: House, work: OpenWork, instead_of: Sequence[SeenWork] = ()) -> OpenWork:
    """Open planned *work* under a fresh cause, with a fresh correlation id, and return what was opened.

    *instead_of* is what is open of the same deployment: those causes end as superseded and their stalls go, so that
    what they failed with counts no more. Whoever opens asks the owner.
    """
    cause = house.ids.new()
    again = work.model_copy(update={"cause": cause, "correlation_id": cause[:CAUSE_SNAPSHOT]})
    open_planned(house, again)
    for seen in instead_of:
        delete_stalls(house.store, seen)
    for seen in instead_of:
        record_end(house.store, end_of(seen, "superseded", REOPENED, f"opened again as {again.correlation_id}"))
        close_work(house.store, seen)
    return again


def ask_owner(house: House, work: OpenWork) -> None:
    """Ask whoever changes the place of *work* to look at its listener."""
    request = ReconcileRequest.for_listener(work.place.listener, correlation_id=work.correlation_id)
    pacing.ask(house, owner_of_slot(work.place.slot), request)
