"""Rule 2: list, read, judge, open, give the verdict, import, ask; a drop that is half there is waited for."""

import pytest

from certdrop.reconcile.drops import look_at_drop
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.state import keys
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import Killed, Town, facts_of, kill

EC = bundle(key="p-256")


def snapshot_of(town: Town, drop: str = "shop") -> str:
    return keys.snapshot_id(town.store().list(f"certs/{drop}/"))


def verdict(town: Town, config: int = 1) -> dict[str, object]:
    found: dict[str, object] = town.read(keys.verdict("shop", snapshot_of(town), config))
    return found


def attempt_ends(town: Town) -> list[str]:
    return [key for key in town.keys("state/drops/") if key.endswith(".end.json")]


def test_writes_come_in_the_order_facts_open_work_verdict_import_requests_end(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    before = len(town.wire.sent)

    outcome = town.look_at_drop()

    writes = [label for label in town.wire.sent[before:] if not label.startswith(("GET", "LIST", "List"))]
    kinds = [label.removeprefix("PUT state/").split("/")[0] for label in writes]
    assert outcome.result == "accepted"
    assert [kind.split()[0] if kind.startswith("POST") else kind for kind in kinds] == [
        "drops",  # the attempt
        "bundles",
        "open",
        "PUT reports",
        "drops",  # the verdict
        "UploadUserCertificate",
        "POST",  # the request
        "drops",  # the attempt's end
    ]
    assert "attempt-1.json" in writes[0]
    assert "attempt" not in writes[4]
    assert "attempt-1.end.json" in writes[7]


def test_a_final_verdict_skips_judging(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    town.look_at_drop()
    town.advance(60)
    before = len(town.wire.sent)

    again = town.look_at_drop()

    assert again.result == "accepted"
    assert [label for label in town.wire.sent[before:] if label.startswith(("PUT", "GET certs/"))] == []
    assert town.mutations() == ["UploadUserCertificate"]


def test_a_final_refusal_is_only_repeated(town: Town) -> None:
    town.targets(town.target())
    town.drop(cert_pem="rubbish")
    town.advance(180)
    first = town.look_at_drop()
    attempts = len(town.keys("state/drops/"))

    assert first == town.look_at_drop()
    assert len(town.keys("state/drops/")) == attempts


def test_a_verdict_is_for_the_targets_in_force_and_new_ones_are_judged_anew(town: Town) -> None:
    town.targets(town.target(drops=["other"]))
    town.drop(made=EC)
    nobody = town.look_at_drop()
    town.targets(town.target(), number=2)

    somebody = town.look_at_drop()

    assert (nobody.result, somebody.result) == ("nothing-due", "accepted")
    assert verdict(town, 1)["deployments"] == []
    assert len(verdict(town, 2)["deployments"]) == 1  # type: ignore[arg-type]


def test_each_file_is_read_at_the_etag_of_the_list(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    town.on_sight("GET certs/shop/cert.pem", "before", lambda: town.put("certs/shop/cert.pem", "newer"))

    outcome = town.look_at_drop()

    assert outcome.result == "changed"
    assert [key for key in town.keys("state/") if "attempt" not in key] == [keys.config(1)]
    assert len(attempt_ends(town)) == 1


def test_a_file_that_is_gone_means_a_newer_snapshot_and_no_verdict(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    town.on_sight("GET certs/shop/cert.pem", "before", lambda: town.bucket.objects.pop("certs/shop/privkey.pem"))

    assert town.look_at_drop().result == "changed"
    assert town.keys("reports/") == []


def test_before_any_targets_are_in_force_nothing_is_written(town: Town) -> None:
    town.drop(made=EC)

    assert town.look_at_drop().result == "no-targets"
    assert town.keys("state/") == []


def test_a_request_for_no_drop_is_not_ours(town: Town) -> None:
    request = ReconcileRequest(reconcile="listener/alb.a.443")

    assert look_at_drop(request, town.house("on-cert-uploaded")).result == "not-ours"


def test_an_empty_drop_is_nothing(town: Town) -> None:
    town.put("certs/shop/", "")

    assert town.look_at_drop().fields == {"ignored": 0}
    assert town.keys("reports/") == []


def test_a_drop_of_ignored_files_is_reported_as_such(town: Town) -> None:
    town.put("certs/shop/bundle.p12", "x")

    town.look_at_drop()

    assert (town.report()["verdict"], town.report()["ignored"]) == ("ignored", ["certs/shop/bundle.p12"])


def test_a_file_too_large_to_be_read_is_judged_without_reading_it(town: Town) -> None:
    town.targets(town.target())
    town.drop(cert_pem="x" * (1 << 20))
    town.advance(180)

    town.look_at_drop()

    assert "GET certs/shop/cert.pem" not in town.wire.sent
    assert "file-too-large" in [finding["code"] for finding in town.report()["findings"]]


# a drop that is half there


def test_a_curable_finding_under_two_minutes_gives_no_verdict_and_one_delayed_request(town: Town) -> None:
    town.targets(town.target())
    town.drop(fullchain_pem=EC.fullchain)
    town.advance(20)

    outcome = town.look_at_drop()

    assert outcome.fields == {"findings": ["no-key"], "again_in_s": 101}
    assert [key for key in town.keys("state/drops/") if "attempt" not in key] == []
    assert town.messages() == [("drops", "drop/shop", 0, 101.0)]
    assert town.report()["verdict"] == "waiting"
    assert len(attempt_ends(town)) == 1


@pytest.mark.parametrize(
    ("files", "kind", "code"),
    [
        ({"fullchain_pem": EC.fullchain}, "waiting", "no-key"),
        ({"privkey_pem": EC.key}, "waiting", "no-certificate"),
        ({"cert_pem": EC.certificate, "privkey_pem": EC.key}, "waiting", "chain-incomplete"),
        ({"fullchain_pem": EC.fullchain, "privkey_pem": bundle().key}, "refused", "key-mismatch"),
        (
            {
                "fullchain_pem": EC.fullchain,
                "privkey_pem": EC.key,
                "other_pem": bundle("b.example", key="p-256", number=1).certificate,
            },
            "refused",
            "several-leaves",
        ),
    ],
)
def test_after_two_minutes_a_missing_part_is_waited_for_and_a_contradiction_refused(
    town: Town, files: dict[str, str], kind: str, code: str
) -> None:
    town.targets(town.target())
    town.drop("shop", None, **files)
    town.advance(119)
    early = town.look_at_drop()
    town.advance(1)

    late = town.look_at_drop()

    assert early.result == "unsettled"
    assert late.result == kind
    assert code in late.fields["findings"]  # type: ignore[operator]
    assert verdict(town)["verdict"] == kind
    assert town.mutations() == []


def test_the_youngest_file_counts(town: Town) -> None:
    town.targets(town.target())
    town.drop(fullchain_pem=EC.fullchain)
    town.advance(600)
    town.drop(privkey_pem=bundle().key)

    assert town.look_at_drop().result == "unsettled"


def test_what_no_other_file_could_cure_is_refused_at_once(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=bundle("new.example", key="p-256", month=12))

    assert town.look_at_drop().fields == {"findings": ["not-yet-valid"]}


# opening work


def test_every_matching_target_gets_open_work_that_is_enough_to_decide(town: Town) -> None:
    town.targets(town.target(), town.target("clb", "clb"), town.target(name="not", drops=["blog"]))
    town.drop()

    town.look_at_drop()

    works = town.read_all("state/open/")
    assert {(work["target"], work["place"]["service"], work["creates"]) for work in works} == {
        ("shop", "alb", True),
        ("clb", "clb", True),
    }
    assert {work["cause"] for work in works} == {f"{snapshot_of(town)[:12]}-1"}
    assert {work["correlation_id"] for work in works} == {snapshot_of(town)[:12]}
    assert {work["bundle"]["fingerprint"] for work in works} == {bundle().fingerprint}


@pytest.mark.parametrize("creator_first", [True, False])
def test_two_targets_at_one_place_are_one_deployment_of_the_one_that_may_create(
    town: Town, *, creator_first: bool
) -> None:
    pair = [town.target(name="creates"), town.target(name="plain", listener=None)]
    town.targets(*(pair if creator_first else pair[::-1]))
    town.drop(made=EC)

    town.look_at_drop()

    assert [(work["target"], work["creates"]) for work in town.read_all("state/open/")] == [("creates", True)]
    assert [one["target"] for one in town.report()["deployments"]] == ["creates"]


def test_of_two_plain_targets_at_one_place_the_first_counts(town: Town) -> None:
    town.targets(town.target(name="one", listener=None), town.target(name="two", listener=None))
    town.drop(made=EC)

    town.look_at_drop()

    assert [work["target"] for work in town.read_all("state/open/")] == ["one"]


def test_a_place_that_cannot_take_the_bundle_refuses_it_once_and_the_others_go_on(town: Town) -> None:
    town.targets(town.target("clb", "clb"), town.target())
    town.drop(made=EC)
    town.on_sight("PUT state/open/alb", "after", kill)
    with pytest.raises(Killed):
        town.look_at_drop()

    town.look_at_drop()

    assert sorted((one["target"], one["status"]) for one in town.report()["deployments"]) == [
        ("clb", "refused"),
        ("shop", "open"),
    ]
    town.targets(town.target(), town.target("clb", "clb"), number=2)
    town.look_at_drop()
    assert town.log.events().count("deployment-refused") == 2  # once a cause


def test_the_facts_of_the_bundle_lie_in_state_without_key_or_pem(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)

    town.look_at_drop()

    assert town.read(keys.bundle(EC.fingerprint)) == facts_of(EC).model_dump(mode="json")
    state = b"".join(town.bucket.objects[key].body for key in town.keys("state/"))
    assert b"-----BEGIN" not in state
