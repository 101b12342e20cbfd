"""The certificates that CLB keeps in a region: imported once, in a log of their own; server ones by reference to CAS.

CLB's upload has no ClientToken and no unique name, so the log is what keeps two looks from uploading twice.
"""

from collections.abc import Collection

from certdrop.bundle.facts import BundleFacts
from certdrop.cloud.clb import Clb
from certdrop.deployment.ledger import FAILURES_TO_STALL, read_ledger
from certdrop.deployment.operations import LastOperation, Operation, OperationEnd, Step, StepKind
from certdrop.deployment.work import Before, SeenWork
from certdrop.errors import Fate
from certdrop.reconcile import pacing
from certdrop.reconcile.finding import find_ca_in_clb, find_in_clb
from certdrop.reconcile.house import House, Outcome
from certdrop.reconcile.operations.import_to_clb import make_upload
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.reconcile.troubles import Trouble, refuse_works, stall_works
from certdrop.state.listeners import (
    begin_operation,
    count_stalls,
    end_operation,
    is_in_flight,
    read_last_operation,
    settle_unknown,
)


def import_to_clb(request: ReconcileRequest, house: House, step: Step, retired: Collection[str]) -> Outcome:
    """Import a bundle into CLB's region as one operation of the region's log; *retired* copies count as none."""
    work = step.works[0]
    log = f"clb-certificates.{work.work.region}"
    last = read_last_operation(house.store, log)
    if is_in_flight(last, house.store.now):
        pacing.look_later(house, request)
        return Outcome("left", {"reason": "an import is under way"})
    if last is not None and last.end is None:
        last = settle_unknown(house.store, log, last)
    # observed after the log was read: nobody can have written since without taking the next number
    if _is_imported(house.cloud.clb(work.work.region), work.facts, retired):
        pacing.look_again(house, request)
        return Outcome("adopted", {"step": step.kind.value})
    if _give_up(house, work, last):
        return Outcome("stalled", {"step": step.kind.value})
    return _operate(request, house, log, step, last)


def _is_imported(clb: Clb, facts: BundleFacts, retired: Collection[str]) -> bool:
    if facts.kind == "ca":
        return find_ca_in_clb(clb.describe_ca_certificates(), facts, retired) is not None
    return find_in_clb(clb.describe_server_certificates(), facts, retired) is not None


def _give_up(house: House, work: SeenWork, last: LastOperation | None) -> bool:
    """Refuse or stall what the last imports failed for; each stall allows one more try.

    The region's log is shared: whose failures have not been stalled yet is told by their number alone.
    """
    ledger = read_ledger(last, None)
    concerned = ledger.concerns(work)
    end = ledger.failed if concerned else None
    failures = ledger.failures.get(work.deployment, 0)
    allowed = FAILURES_TO_STALL + (count_stalls(house.store, work) if failures >= FAILURES_TO_STALL else 0)
    waited = ledger.waiting_since and concerned and not ledger.stalled_since(work)
    tired = waited and ledger.has_waited_long(work, house.store.now)
    refused = end is not None and end.fate is Fate.REFUSE
    if not refused and not tired and failures < allowed:
        return False
    end = end or (last.end if last and concerned else None) or OperationEnd(code="not-imported")
    trouble = Trouble(end.code, end.message, end.remedy, end.request_id)
    settle = refuse_works if refused else stall_works
    settle(house, [work.work.place.listener], trouble, work.facts.fingerprint)
    return True


def _operate(request: ReconcileRequest, house: House, log: str, step: Step, last: LastOperation | None) -> Outcome:
    ledger = read_ledger(last, None)
    operation = Operation(
        number=(last.operation.number if last else 0) + 1,
        step=StepKind.IMPORT_TO_CLB,
        deployments=step.deployments,
        certificates=(),
        before=Before(),
        failures=ledger.failures,
        waiting_since=ledger.waiting_since,
        nonce=house.ids.new(),
        function=house.function,
        correlation_ids=(step.works[0].work.correlation_id,),
    )
    if not begin_operation(house.store, log, operation):
        pacing.look_later(house, request)
        return Outcome("left", {"reason": "someone was faster"})
    end = make_upload(house, step.works[0])
    end_operation(house.store, log, operation, end)
    pacing.look_again(house, request, end)
    said = {"step": step.kind.value, "operation": operation.number, "code": end.code, "call_id": end.request_id}
    return Outcome("operated", said)
