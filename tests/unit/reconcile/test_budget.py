"""Rule 9: what a look, an operation, an end and an idle tick may cost, counted on the wire.

A look that operates also asks, for each cause that it takes along, whether it has ended (one HEAD each). One that chose
a certificate asks which are retired (one LIST), whoever makes the step.
"""

from collections import Counter

import pytest

from certdrop.bundle.facts import KeyKind
from certdrop.deployment.steps import QUIET
from certdrop.deployment.work import OpenWork
from certdrop.reconcile import chores
from certdrop.reconcile.house import Handshake
from certdrop.reconcile.owners import ASSOCIATE_ADDITIONAL_CERT, JOB_STATUS_POLLER
from certdrop.state.drops import write_bundle
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import Town, facts_of

EC = bundle(key="p-256")
SETTLED = 10
CALM = 300  # so long after its beginning an instance knows that no report changes any more


@pytest.fixture
def wanted(town: Town) -> OpenWork:
    """Open work for the default slot of a missing ALB listener, its bundle in CAS, after many operations."""
    town.targets(town.target())
    town.import_to_cas(EC)
    return town.open(EC)


def cost(town: Town, since: int) -> Counter[str]:
    """Count the requests to state/ since then: reads (LIST, GET, HEAD), writes, deletes; reports are left out."""
    kinds = {"LIST": "read", "GET": "read", "HEAD": "read", "PUT": "write", "DELETE": "delete"}
    labels = [label for label in town.wire.sent[since:] if " state/" in label]
    return Counter(kinds[label.split()[0]] for label in labels)


def additional(town: Town, count: int) -> list[OpenWork]:
    works = []
    for number in range(1, count + 1):
        made = bundle(f"{number}.example", key="p-256", number=number)
        town.import_to_cas(made)
        works.append(town.open(made, slot="additional"))
    town.advance(QUIET.total_seconds())
    return works


@pytest.mark.parametrize("count", [1, 3, 6])
def test_a_look_costs_at_most_4_and_n_reads_for_n_open_works_and_nothing_is_written(
    town: Town, wanted: OpenWork, count: int
) -> None:
    town.look(wanted.place.listener)
    town.advance(SETTLED)
    additional(town, count - 1)
    town.fault("ListListeners")
    town.start_instance()
    before = len(town.wire.sent)
    with pytest.raises(Exception, match="ServiceUnavailable"):
        town.look(wanted.place.listener, JOB_STATUS_POLLER)

    assert cost(town, before) == {"read": 4 + count}


@pytest.mark.parametrize("count", [1, 3, 6])
def test_an_instance_that_looks_again_reads_only_what_a_list_shows_as_new(
    town: Town, wanted: OpenWork, count: int
) -> None:
    town.look(wanted.place.listener)
    town.advance(SETTLED)
    additional(town, count - 1)
    spent = []
    for _ in range(3):
        town.fault("ListListeners")
        before = len(town.wire.sent)
        with pytest.raises(Exception, match="ServiceUnavailable"):
            town.look(wanted.place.listener, JOB_STATUS_POLLER)
        spent.append([label for label in town.wire.sent[before:] if " state/" in label])

    assert {label.split()[0] for label in spent[1]} == {"LIST"}
    assert spent[1] == spent[2]
    assert len(spent[1]) == 2


def test_a_look_that_passes_on_a_choice_writes_nothing_and_asks_what_is_retired(town: Town, wanted: OpenWork) -> None:
    town.start_instance()
    before = len(town.wire.sent)

    town.look(wanted.place.listener, ASSOCIATE_ADDITIONAL_CERT)

    assert cost(town, before) == {"read": 3 + 1}


def test_a_served_certificate_whose_facts_are_asked_costs_one_read_more(town: Town, wanted: OpenWork) -> None:
    town.look(wanted.place.listener)
    town.advance(SETTLED)
    write_bundle(town.store(), facts_of(EC))
    for key in town.keys("state/open/"):
        del town.bucket.objects[key]
    additional(town, 2)
    town.start_instance()
    before = len(town.wire.sent)

    assert town.look(wanted.place.listener, JOB_STATUS_POLLER).fields["step"] == "Associate"
    assert cost(town, before) == {"read": 4 + 2 + 1 + 1}


def test_an_operation_costs_2_writes_one_question_for_each_cause_and_2_reads_when_a_listener_is_created(
    town: Town, wanted: OpenWork
) -> None:
    town.start_instance()
    before = len(town.wire.sent)
    town.look(wanted.place.listener)
    creation = cost(town, before)
    town.advance(SETTLED)
    additional(town, 3)
    town.start_instance()
    before = len(town.wire.sent)
    town.look(wanted.place.listener, ASSOCIATE_ADDITIONAL_CERT)

    # two LISTs, one work, what is retired, the work's question, two reads of the targets in force; then 4 and 4 works,
    # what is retired, 3 of the works asked about
    assert creation == {"read": 2 + 1 + 1 + 1 + 2, "write": 2}
    assert cost(town, before) == {"read": 4 + 4 + 1 + 3, "write": 2}


@pytest.mark.parametrize(("chores_done", "survey"), [(False, (0, 0)), (True, (2, 1))])
def test_an_end_costs_1_write_and_1_delete_the_note_that_it_is_served_another_write_and_a_survey_its_own(
    town: Town, wanted: OpenWork, monkeypatch: pytest.MonkeyPatch, *, chores_done: bool, survey: tuple[int, int]
) -> None:
    if not chores_done:
        monkeypatch.setattr(chores, "CHORES", [])
    town.look(wanted.place.listener)
    town.advance(SETTLED)
    town.dial = served
    before = len(town.wire.sent)

    town.tick()

    spent = cost(town, before)
    assert (spent["write"], spent["delete"]) == (1 + 1 + survey[0], 1 + survey[1])


def served(host: str, port: int, name: str | None, kind: KeyKind | None) -> Handshake:
    return Handshake(EC.fingerprint)


def test_an_idle_tick_costs_1_list_of_open_work_and_1_head_of_the_targets(town: Town) -> None:
    town.put("config/targets.yml", '{"version": 1, "targets": []}')
    town.tick()
    town.advance(CALM)
    before = len(town.wire.sent)

    town.tick()

    assert town.wire.sent[before:] == ["LIST state/open/", "HEAD config/targets.yml"]


def test_an_idle_tick_costs_no_more_when_the_targets_file_was_deleted(town: Town) -> None:
    town.put("config/targets.yml", '{"version": 1, "targets": []}')
    town.tick()
    del town.bucket.objects["config/targets.yml"]
    town.advance(CALM)
    before = len(town.wire.sent)

    town.tick()

    assert town.wire.sent[before:] == ["LIST state/open/", "HEAD config/targets.yml"]


def test_whoever_writes_an_end_renders_the_drops_report_and_the_poller_the_status_page(
    town: Town, wanted: OpenWork
) -> None:
    town.drop("shop", EC)
    town.look_at_drop()
    town.look(wanted.place.listener)
    town.advance(SETTLED)
    town.dial = served
    before = len(town.wire.sent)

    town.tick()

    written = [label for label in town.wire.sent[before:] if label.startswith("PUT") and "state/" not in label]
    status = ["PUT status/status.json", "PUT status/listeners.json", "PUT status/index.html"]
    assert written == ["PUT reports/shop.json", *status]


def test_a_drop_is_judged_with_no_read_of_what_was_written_for_it(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    town.start_instance()
    before = len(town.wire.sent)

    town.look_at_drop()

    assert kinds(town, before) == [
        "LIST certs/shop/",
        "LIST state/config/",
        "GET state/config/",
        "LIST state/drops/",  # verdicts and attempts in one
        "PUT state/drops/",  # the attempt
        *["GET certs/shop/"] * len(EC.files),
        "PUT state/bundles/",
        "LIST state/deployments/",  # whether it ended before
        "PUT state/open/",
        "LIST state/open/",  # for the report, and for what is due
        "PUT reports/",
        "PUT state/drops/",  # the verdict
        "ListCertificates",
        "UploadUserCertificate",
        "POST /queues/",
        "PUT state/drops/",  # the attempt's end
    ]


@pytest.mark.parametrize("places", [1, 2])
def test_an_event_for_a_drop_that_is_judged_and_has_ended_costs_four_lists(town: Town, places: int) -> None:
    town.targets(*[town.target(name=f"at-{port}", port=port) for port in range(443, 443 + places)])
    town.drop(made=EC)
    town.look_at_drop()
    for key in town.keys("state/open/"):
        del town.bucket.objects[key]
    town.advance(60)
    before = len(town.wire.sent)

    assert town.look_at_drop().result == "nothing-due"
    assert kinds(town, before) == ["LIST certs/shop/", "LIST state/config/", "LIST state/drops/", "LIST state/open/"]


def test_each_further_event_of_a_drop_that_was_done_just_now_costs_two_lists(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    town.look_at_drop()
    before = len(town.wire.sent)

    assert [town.look_at_drop().result for _ in range(3)] == ["done-just-now"] * 3
    assert kinds(town, before) == ["LIST certs/shop/", "LIST state/config/"] * 3


def kinds(town: Town, since: int) -> list[str]:
    """Return the requests since then, without the names of documents."""
    return [label.rpartition("/")[0] + "/" if "/" in label else label for label in map(shorten, town.wire.sent[since:])]


def shorten(label: str) -> str:
    """Cut a label after the folder that tells what it is about."""
    for folder in ("certs/shop/", "state/drops/", "state/deployments/", "state/open/", "/queues/"):
        if folder in label:
            return label[: label.index(folder) + len(folder)]
    return label.rsplit(maxsplit=1)[-1] if label.startswith("POST /") else label
