"""What a person does wrong: told once, in a report, and nothing of it in the cloud."""

from fakecloud.faults import Fault
from tests.flows.bundles import bundle
from tests.flows.pipeline import Pipeline


def codes(pipeline: Pipeline, drop: str = "shop") -> list[str]:
    return [finding["code"] for finding in pipeline.report(drop)["findings"]]


def test_an_unusable_drop_is_reported_and_nothing_of_it_reaches_the_cloud(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())

    pipeline.drop("shop", cert_pem="not a certificate", key_pem="nor a key")
    pipeline.advance(30 * 60)

    assert pipeline.report()["verdict"] in ("refused", "waiting")
    assert "no-certificate" in codes(pipeline)
    assert pipeline.mutations() == []


def test_an_unusable_drop_is_judged_a_few_times_and_then_left_alone(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **{**bundle().files, "privkey_pem": bundle("other.example", number=9).key})
    pipeline.advance(5 * 60)
    attempts = len(pipeline.keys("state/drops/shop/"))

    pipeline.advance(60 * 60)

    assert codes(pipeline) == ["key-mismatch"]
    assert pipeline.report()["verdict"] == "refused"
    assert len(pipeline.keys("state/drops/shop/")) == attempts


def test_a_drop_that_lacks_its_key_says_so_and_completes_when_the_key_arrives(pipeline: Pipeline) -> None:
    files = bundle().files
    key = files.pop("privkey_pem")
    pipeline.targets(pipeline.alb_target())

    pipeline.drop("shop", **files)
    pipeline.advance(5)
    at_once = (pipeline.report()["verdict"], codes(pipeline))
    pipeline.advance(30 * 60)
    later = (pipeline.report()["verdict"], codes(pipeline))
    pipeline.drop("shop", privkey_pem=key)
    pipeline.advance(120)

    assert at_once == later == ("waiting", ["no-key"])
    assert pipeline.standings() == [("shop", "served", "")]


def test_a_renewal_file_by_file_is_never_refused_for_the_states_in_between(pipeline: Pipeline) -> None:
    old, new = bundle(month=9), bundle(month=10, number=1)
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **old.files)
    pipeline.advance(180)
    verdicts = []

    for file, content in new.files.items():
        pipeline.drop("shop", **{file: content})
        pipeline.advance(25)
        verdicts.append(pipeline.report()["verdict"])
    pipeline.advance(300)

    assert "refused" not in verdicts
    assert pipeline.standings() == [("shop", "served", "")]
    assert pipeline.dial(pipeline.world.alb.tls_listeners()[0].address, 443, None).fingerprint == new.fingerprint


def test_file_names_in_capitals_are_read_and_others_are_reported_as_ignored(pipeline: Pipeline) -> None:
    made = bundle()
    pipeline.targets(pipeline.alb_target())

    pipeline.put("certs/shop/FULLCHAIN.PEM", made.fullchain)
    pipeline.put("certs/shop/Private.KEY", made.key)
    pipeline.put("certs/shop/README.txt", "hello")
    pipeline.put("certs/shop/deeper/leaf.pem", "not read")
    pipeline.advance(120)

    assert pipeline.standings() == [("shop", "served", "")]
    assert pipeline.report()["ignored"] == ["certs/shop/README.txt", "certs/shop/deeper/leaf.pem"]


def test_a_drop_of_files_that_are_not_read_is_told_so(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())

    pipeline.put("certs/shop/shop.pfx", b"0\x82")
    pipeline.advance(60)

    assert (pipeline.report()["verdict"], pipeline.report()["ignored"]) == ("ignored", ["certs/shop/shop.pfx"])


def test_a_bundle_that_no_target_wants_is_accepted_and_goes_nowhere(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())

    pipeline.drop("elsewhere", **bundle("elsewhere.example").files)
    pipeline.advance(120)

    assert (pipeline.report("elsewhere")["verdict"], pipeline.standings("elsewhere")) == ("accepted", [])
    assert pipeline.mutations() == []


def test_a_broken_targets_yml_leaves_the_last_good_one_in_force(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())
    pipeline.put("config/targets.yml", "version: 1\ntargets:\n  - nmae: shop\n")
    pipeline.tick()
    pipeline.tick()

    pipeline.drop("shop", **bundle().files)
    pipeline.advance(120)

    report = pipeline.read("reports/targets.yml.json")
    assert (report["verdict"], report["in_force"]) == ("refused", 1)
    assert any(problem["line"] == 3 for problem in report["problems"])
    assert pipeline.standings() == [("shop", "served", "")]
    assert len(pipeline.lines("targets-refused")) == 1


def test_a_huge_targets_yml_is_not_read_and_leaves_the_last_good_one_in_force(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())
    pipeline.put("config/targets.yml", b"#" * (9 << 20))
    pipeline.tick()
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(120)

    report = pipeline.read("reports/targets.yml.json")
    assert (report["verdict"], report["in_force"]) == ("refused", 1)
    assert report["problems"][0]["message"] == "9437184 bytes: expected at most 262144"
    assert pipeline.standings() == [("shop", "served", "")]


def test_a_missing_listener_that_the_target_does_not_describe_stalls_and_heals(pipeline: Pipeline) -> None:
    target = pipeline.alb_target()
    del target["listener"]
    pipeline.targets(target)
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(120)
    stalled = pipeline.standings()

    pipeline.targets(pipeline.alb_target())
    pipeline.advance(300)

    assert stalled == [("shop", "stalled", "listener-missing")]
    assert pipeline.standings() == [("shop", "served", "")]
    assert pipeline.keys("state/open/") == []


def test_a_wrong_load_balancer_stalls_with_the_clouds_code_and_request_id(pipeline: Pipeline) -> None:
    pipeline.targets({**pipeline.alb_target(), "alb": "alb-doesnotexist000000"})

    pipeline.drop("shop", **bundle().files)
    pipeline.advance(120)

    [deployment] = pipeline.report()["deployments"]
    assert (deployment["status"], deployment["code"]) == ("stalled", "ResourceNotFound.LoadBalancer")
    assert deployment["request_id"]
    assert deployment["remedy"]


def test_a_code_that_certdrop_does_not_know_stalls_and_says_so_by_code_and_request_id(pipeline: Pipeline) -> None:
    pipeline.world.faults.add(Fault("alb", "CreateListener", status=400, code="Never.HeardOf", times=99))
    pipeline.targets(pipeline.alb_target())

    pipeline.drop("shop", **bundle().files)
    pipeline.advance(300)

    [deployment] = pipeline.report()["deployments"]
    assert (deployment["status"], deployment["code"]) == ("stalled", "Never.HeardOf")
    assert deployment["request_id"] in {call.request_id for call in pipeline.world.calls.entries}
    assert "RequestId" in deployment["remedy"]


def test_a_versioned_bucket_is_refused_with_a_clear_error(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())
    pipeline.world.oss.buckets[f"certdrop-{pipeline.world.account_id}"].versioning = "Enabled"

    pipeline.drop("shop", **bundle().files)
    pipeline.advance(10)

    failed = [result for name, result in pipeline.results if result.error_type and name == "on-cert-uploaded"]
    assert b"versioning" in failed[0].body
    assert pipeline.mutations() == []
