"""Import an accepted bundle into CAS, once, under its one name, and ask the owners of the listeners to look."""

from certdrop.bundle.facts import BundleFacts
from certdrop.bundle.judging import Bundle, judge
from certdrop.cloud.catalogue import fate_of
from certdrop.deployment.cleanup import CAS
from certdrop.errors import CloudError, Fate
from certdrop.reconcile import pacing
from certdrop.reconcile.finding import is_same
from certdrop.reconcile.house import Asked, House, Outcome
from certdrop.reconcile.judging import Judged
from certdrop.reconcile.owners import owner_of_slot
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.reconcile.snapshots import Snapshot, read_files
from certdrop.reconcile.troubles import Trouble, refuse_works, stall_works, trouble_of
from certdrop.state.drops import PlannedDeployment, Verdict, read_bundle, write_bundle
from certdrop.state.opened import Opened, list_open
from certdrop.state.retired import is_retired

KEY_REMOVED = Trouble(
    "key-removed",
    "the certificate is not in CAS, and its files no longer make the accepted bundle",
    "drop the certificate and its key again",
)

RETIRED = Trouble(
    "certificate-retired", "CAS still holds a copy of the certificate that is about to be deleted", fate=Fate.WAIT
)


def import_accepted(house: House, request: ReconcileRequest, snapshot: Snapshot, judged: Judged) -> Outcome:
    """Import what open work of this bundle lacks in CAS, then send requests to the owners; stalled work waits."""
    verdict, bundle = judged.verdict, judged.bundle
    opened = judged.opened or list_open(house.store) if verdict.deployments else Opened({})
    planned = [one for one in verdict.deployments if _is_due(house, opened, one)]
    if not planned or verdict.fingerprint is None:
        return Outcome("nothing-due", {"targets": len(verdict.deployments)})
    facts = bundle.facts if bundle else _read_facts(house, snapshot, verdict.fingerprint)
    if facts is None:
        stall_works(house, _listeners(planned), KEY_REMOVED, verdict.fingerprint)
        return Outcome("stalled", {"code": KEY_REMOVED.code})
    if facts.kind == "ca":  # CLB takes a CA as PEM, in the region's log; CAS has no call for one
        _ask_owners(house, request, verdict, planned)
        return Outcome("accepted", {"imported": False, "certificate": facts.cas_name})
    try:
        trouble, imported = _import(house, snapshot, facts, bundle)
    except CloudError as error:
        trouble, imported = trouble_of(error), False
    if trouble and trouble.fate is Fate.WAIT:
        pacing.look_later(house, request)
        return Outcome("waiting", {"code": trouble.code, "call_id": trouble.request_id})
    if trouble:
        settle = refuse_works if trouble.fate is Fate.REFUSE else stall_works
        settle(house, _listeners(planned), trouble, facts.fingerprint)
        return Outcome("stalled", {"code": trouble.code, "call_id": trouble.request_id})
    _ask_owners(house, request, verdict, planned)
    return Outcome("accepted", {"imported": imported, "certificate": facts.cas_name})


def _is_due(house: House, opened: Opened, planned: PlannedDeployment) -> bool:
    found = opened.keys_of(planned.place.listener, planned.deployment)
    return found.is_due(planned.deployment, house.store.now)


def _read_facts(house: House, snapshot: Snapshot, fingerprint: str) -> BundleFacts | None:
    """Read a bundle's facts; when they are gone or spoilt, judge its files again and write them anew."""
    facts = read_bundle(house.store, fingerprint)
    if facts:
        return facts
    bundle = _read_again(house, snapshot, fingerprint)
    if bundle is None:
        return None
    write_bundle(house.store, bundle.facts)
    return bundle.facts


def _import(house: House, snapshot: Snapshot, facts: BundleFacts, bundle: Bundle | None) -> tuple[Trouble | None, bool]:
    """Look the bundle up by its name and upload it when it is absent; tells whether it was uploaded."""
    cas = house.cloud.cas
    entry = cas.find_certificate(facts.cas_name)
    uploaded = False
    if entry is None:
        bundle = bundle or _read_again(house, snapshot, facts.fingerprint)
        if bundle is None or bundle.key_pem is None:
            return KEY_REMOVED, False
        try:
            cas.upload_user_certificate(facts.cas_name, bundle.certificate_pem, bundle.key_pem)
        except CloudError as error:
            if fate_of(error) is Fate.WAIT:
                raise
            entry = cas.find_certificate(facts.cas_name)
            if entry is None:
                return trouble_of(error), False
        else:
            uploaded = True
    if entry is not None and not is_same(entry, facts):
        message = f"CAS holds another certificate under the name {facts.cas_name}"
        return Trouble("cas-name-taken", message, "rename or delete that certificate in the CAS console"), False
    if entry is not None and is_retired(house.store, CAS, entry.cert_identifier):
        return RETIRED, False
    return None, uploaded


def _read_again(house: House, snapshot: Snapshot, fingerprint: str) -> Bundle | None:
    files = read_files(house, snapshot)
    judged = judge(files, validation_time=house.store.now).bundle if files else None
    return judged if judged and judged.facts.fingerprint == fingerprint else None


def _listeners(planned: list[PlannedDeployment]) -> list[object]:
    return list(dict.fromkeys(one.place.listener for one in planned))


def _ask_owners(house: House, request: ReconcileRequest, verdict: Verdict, planned: list[PlannedDeployment]) -> None:
    for listener, owner in dict.fromkeys((one.place.listener, owner_of_slot(one.place.slot)) for one in planned):
        pacing.ask(house, owner, ReconcileRequest.for_listener(listener, correlation_id=request.correlation_id))
    house.memory.asked[verdict.drop] = Asked(verdict.snapshot, verdict.config, house.store.now)
