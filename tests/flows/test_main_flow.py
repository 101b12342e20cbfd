"""The main job: drop PEM files, the listeners serve them."""

import pytest

from fakecloud.authority import KeyName
from tests.flows.bundles import bundle
from tests.flows.pipeline import Pipeline


def test_a_dropped_bundle_becomes_the_default_of_a_new_alb_listener(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())

    pipeline.drop("shop", **bundle().files)
    pipeline.advance(120)

    assert pipeline.standings() == [("shop", "served", "")]
    assert pipeline.mutations() == ["UploadUserCertificate", "CreateListener"]
    assert pipeline.keys("state/open/") == []
    address = pipeline.world.alb.tls_listeners()[0].address
    assert pipeline.dial(address, 443, None).fingerprint == bundle().fingerprint


@pytest.mark.parametrize("service", ["alb", "clb"])
def test_a_new_listener_is_on_the_status_page_as_soon_as_its_deployment_is_served(
    pipeline: Pipeline, service: str
) -> None:
    pipeline.targets(pipeline.alb_target() if service == "alb" else pipeline.clb_target())
    pipeline.advance(660)  # the survey finds that the listener is missing
    pipeline.drop("shop", **bundle().files)
    while not pipeline.keys("reports/shop.json") or pipeline.standings()[0][1] != "served":
        pipeline.advance(1)

    [listener] = pipeline.read("status/listeners.json")
    assert (listener["status"], listener["drifts"]) == ("running", [])
    assert [(one["drop"], one["fingerprint"]) for one in listener["certificates"]] == [("shop", bundle().fingerprint)]
    assert listener["certificates"][0]["days_left"] > 300


def test_further_drops_become_additional_certificates_of_the_same_listener(pipeline: Pipeline) -> None:
    rsa, ec = bundle("blog.example"), bundle("api.example", key="p-256")
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog", "api")))
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(120)

    pipeline.drop("blog", **rsa.files)
    pipeline.advance(120)
    pipeline.drop("api", **ec.files)
    pipeline.advance(120)

    assert pipeline.standings("blog") == [("more", "served", "")]
    assert pipeline.standings("api") == [("more", "served", "")]
    listeners = pipeline.world.alb.tls_listeners()
    assert len(listeners) == 1
    shown = [
        pipeline.dial(listeners[0].address, 443, name).fingerprint
        for name in ("blog.example", "api.example", "www.shop.example")
    ]
    assert shown == [rsa.fingerprint, ec.fingerprint, bundle().fingerprint]


def test_an_additional_certificate_waits_until_its_listener_is_there(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))

    pipeline.drop("blog", **bundle("blog.example").files)
    pipeline.advance(180)
    waiting = pipeline.standings("blog")
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(240)

    assert waiting == [("more", "open", "")]
    assert pipeline.standings("blog") == [("more", "served", "")]


def test_a_clb_listener_is_created_started_and_serves(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.clb_target())

    pipeline.drop("shop", **bundle().files)
    pipeline.advance(180)

    assert pipeline.standings() == [("clb", "served", "")]
    assert pipeline.mutations() == [
        "UploadUserCertificate",
        "UploadServerCertificate",
        "CreateLoadBalancerHTTPSListener",
        "StartLoadBalancerListener",
    ]
    address = pipeline.world.clb.tls_listeners()[0].address
    assert pipeline.dial(address, 443, None).fingerprint == bundle().fingerprint


def test_clb_serves_further_names_by_domain_extensions(pipeline: Pipeline) -> None:
    more = bundle("blog.example", "news.example")
    pipeline.targets(pipeline.clb_target(), pipeline.clb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **bundle().files)
    pipeline.drop("blog", **more.files)

    pipeline.advance(420)

    assert pipeline.standings("blog") == [("more", "served", "")]
    address = pipeline.world.clb.tls_listeners()[0].address
    assert pipeline.dial(address, 443, "news.example").fingerprint == more.fingerprint


def test_one_drop_is_served_by_alb_and_clb(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target(), pipeline.clb_target())

    pipeline.drop("shop", **bundle().files)
    pipeline.advance(240)

    assert sorted(pipeline.standings()) == [("clb", "served", ""), ("shop", "served", "")]
    assert pipeline.mutations().count("UploadUserCertificate") == 1


@pytest.mark.parametrize(("key", "code"), [("p-256", "clb-needs-rsa"), ("rsa-3072", "clb-key-size")])
def test_one_verdict_is_served_by_alb_and_refused_by_clb_with_the_way_out(
    pipeline: Pipeline, key: KeyName, code: str
) -> None:
    pipeline.targets(pipeline.alb_target(), pipeline.clb_target())

    pipeline.drop("shop", **bundle(key=key).files)
    pipeline.advance(240)

    assert sorted(pipeline.standings()) == [("clb", "refused", code), ("shop", "served", "")]
    assert "2048 or 4096 bits" in str(pipeline.report("shop"))


def test_targets_written_after_the_drop_are_found_by_the_sweep(pipeline: Pipeline) -> None:
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(30)
    pipeline.targets(pipeline.alb_target())

    pipeline.advance(120)

    assert pipeline.standings() == [("shop", "served", "")]


def test_a_renewal_replaces_the_default_and_an_older_drop_changes_nothing(pipeline: Pipeline) -> None:
    old, new = bundle(month=9), bundle(month=10)
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **old.files)
    pipeline.advance(120)

    pipeline.drop("shop", **new.files)
    pipeline.advance(240)
    renewed = pipeline.dial(pipeline.world.alb.tls_listeners()[0].address, 443, None).fingerprint
    pipeline.drop("shop", **old.files)
    pipeline.advance(240)

    assert renewed == new.fingerprint
    assert pipeline.dial(pipeline.world.alb.tls_listeners()[0].address, 443, None).fingerprint == new.fingerprint


def test_a_renewed_additional_certificate_leaves_its_predecessor_dissociated(pipeline: Pipeline) -> None:
    old, new = bundle("blog.example", month=9), bundle("blog.example", month=10)
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(120)
    pipeline.drop("blog", **old.files)
    pipeline.advance(180)

    pipeline.drop("blog", **new.files)
    pipeline.advance(300)

    assert pipeline.standings("blog") == [("more", "served", "")]
    shown = pipeline.world.alb.shown(pipeline.alb, 443)
    assert shown is not None
    assert [chain.names for chain in shown.additional] == [("blog.example",)]
    assert pipeline.mutations()[-1] == "DissociateAdditionalCertificatesFromListener"
