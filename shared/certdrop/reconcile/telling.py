"""The one channel for all that tells the user something: a line of the log at once, the webhook soon.

Whoever has something to tell only writes it down, so no deployment waits for a webhook. The poller delivers what waits
at the end of its minute: the webhook first, then the note that it was told, so a crash in between repeats a notice (it
bears the same id) rather than lose it.
"""

from datetime import timedelta

from certdrop.reconcile.house import House
from certdrop.state.notices import Notice, post_notice, read_notice, settle_notice, waiting_notices, was_told
from certdrop.state.store import Entry
from certdrop.views.notices import log_notice, payload_of

AT_ONCE = 30  # notices a minute
FAILURES_AT_ONCE = 3  # in a row: then the webhook is left alone until the next minute
LONGEST_POST = 3.0
LEAST_SECONDS = 8.0  # none is begun with less time left: a post, its note, and the invocation's end
GIVEN_UP_AFTER = timedelta(hours=24)


def tell(house: House, notice: Notice, *, again: bool = False) -> None:
    """Tell something. *again*: perhaps it was told before, by somebody who died over it; then the log is silent."""
    if not again:
        log_notice(house.log, notice)
    if house.settings.webhook:
        post_notice(house.store, notice)
        house.memory.notices_wait = True


def deliver(house: House, *, waiting: bool) -> int:
    """Deliver notices that wait, each by itself; return how many were taken.

    *waiting* tells whether any were seen. What the webhook did not take last time comes last.
    """
    if not (waiting or house.memory.notices_wait):
        return 0
    entries = waiting_notices(house.store)
    failed = house.memory.failed_notices
    failed.intersection_update(entry.key for entry in entries)
    taken, failures = 0, 0
    for entry in sorted(entries, key=lambda one: one.key in failed)[:AT_ONCE]:
        if failures == FAILURES_AT_ONCE or house.time_left() < LEAST_SECONDS:
            break
        trouble = _deliver_one(house, entry)
        if trouble:
            failed.add(entry.key)
            failures += 1
        else:
            taken, failures = taken + (trouble == ""), 0
    house.memory.notices_wait = False
    return taken


def _deliver_one(house: House, entry: Entry) -> str | None:
    """Return why the webhook did not take a notice, "" when it did; None when there was nothing to deliver."""
    notice = read_notice(house.store, entry.key)
    if notice is None:
        return None
    if house.webhook is None or was_told(house.store, notice):
        house.store.delete(entry.key)
        return None
    trouble = house.webhook(payload_of(notice), min(LONGEST_POST, house.time_left() - LEAST_SECONDS / 2))
    if not trouble:
        settle_notice(house.store, entry.key, notice)
        return ""
    house.log.warning("notice-not-taken", id=notice.id, told=notice.event, reason=trouble)
    if house.store.now - entry.last_modified > GIVEN_UP_AFTER:
        settle_notice(house.store, entry.key, notice, given_up=trouble)
        house.log.warning("notice-given-up", id=notice.id, told=notice.event, subject=notice.subject)
    return trouble
