import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from certdrop.deployment.listener_settings import MODERN, AlbListener, ClbListener, HealthCheck, StickySession
from certdrop.deployment.places import Place
from certdrop.deployment.targets import AlbTarget, ClbTarget, Targets
from certdrop.deployment.targets_schema import render_schema
from tests.unit.deployment.target_examples import bundle, target, targets

SCHEMA = Path(__file__).parents[3] / "docs" / "targets.schema.json"


def listener_of(**keys: object) -> AlbListener:
    (one,) = targets(target(listener={"server_group": "sgp-1a", **keys})).targets
    assert isinstance(one.listener, AlbListener)
    return one.listener


def clb_listener_of(**keys: object) -> ClbListener:
    (one,) = targets(target(clb="lb-1a", listener={"backend_port": 8080, **keys})).targets
    assert isinstance(one.listener, ClbListener)
    return one.listener


@pytest.mark.parametrize(
    ("domain", "name", "taken"),
    [
        ("shop.example", "shop.example", True),
        ("shop.example", "www.shop.example", False),
        ("*.shop.example", "www.shop.example", True),
        ("*.shop.example", "*.shop.example", True),
        ("*.shop.example", "shop.example", False),
        ("*.shop.example", "a.b.shop.example", False),
        ("*.shop.example", "*.b.shop.example", False),
        ("*.shop.example", "www.xshop.example", False),
        ("www.shop.example", "*.shop.example", False),
        ("*.SHOP.example.", "www.shop.example", True),
        ("xn--bcher-kva.example", "xn--bcher-kva.example", True),
    ],
)
def test_a_domain_takes_the_bundles_that_bear_or_are_covered_by_it(domain: str, name: str, *, taken: bool) -> None:
    (one,) = targets(target(drops=[], domains=[domain])).targets

    assert one.matches("any", bundle(name)) is taken


def test_one_name_of_the_bundle_is_enough() -> None:
    (one,) = targets(target(drops=[], domains=["*.shop.example"])).targets

    assert one.matches("any", bundle("other.example", "www.shop.example"))


def test_drops_and_domains_both_take_bundles() -> None:
    (one,) = targets(target(drops=["shop"], domains=["blog.example"])).targets

    assert one.matches("shop", bundle("anything.example"))
    assert one.matches("elsewhere", bundle("blog.example"))
    assert not one.matches("elsewhere", bundle("anything.example"))


def test_a_drop_is_matched_by_its_whole_name_and_its_case() -> None:
    (one,) = targets(target(drops=["shop"])).targets

    assert [one.matches(drop, bundle("a.example")) for drop in ("shop", "Shop", "shop2", "sho")] == [True] + [False] * 3


def test_a_ca_bundle_is_nothing_to_serve() -> None:
    (one,) = targets(target(drops=["shop"], domains=["shop.example"])).targets

    assert not one.matches("shop", bundle("shop.example", kind="ca"))


def test_matching_targets_keep_the_files_order_and_may_share_a_place() -> None:
    all_targets = targets(
        target(name="b", drops=["shop"]),
        target(name="other", drops=["blog"]),
        target(name="a", drops=[], domains=["shop.example"]),
        target(name="c", drops=["shop"], port=8443),
    )
    found = all_targets.matching("shop", bundle("shop.example"))

    assert [one.name for one in found] == ["b", "a", "c"]
    assert found[0].place == found[1].place != found[2].place


def test_a_place_is_service_load_balancer_port_and_slot() -> None:
    alb, clb = targets(target(), target(name="sni", clb="lb-1a", port=8443, role="additional")).targets

    assert alb.place == Place(service="alb", load_balancer="alb-n5qw04uq8vavfe0000", port=443, slot="default")
    assert clb.place == Place(service="clb", load_balancer="lb-1a", port=8443, slot="additional")
    assert (alb.service, alb.load_balancer) == ("alb", "alb-n5qw04uq8vavfe0000")
    assert (clb.service, clb.load_balancer) == ("clb", "lb-1a")


def test_what_is_left_out_of_a_target_is_https_and_the_default_certificate() -> None:
    (one,) = targets(target()).targets

    assert (one.port, one.role, one.listener, one.client_ca) == (443, "default", None, None)


def test_an_alb_listener_has_modern_defaults() -> None:
    listener = listener_of()

    assert listener.protocol == "HTTPS"
    assert listener.security_policy == MODERN == "tls_cipher_policy_1_2_strict_with_1_3"
    assert (listener.http2, listener.gzip) == (True, True)
    assert (listener.idle_timeout, listener.request_timeout) == (15, 60)


def test_a_quic_listener_has_neither_security_policy_nor_http2() -> None:
    listener = listener_of(protocol="QUIC")

    assert (listener.security_policy, listener.http2) == (None, None)


@pytest.mark.parametrize("keys", [{"http2": True}, {"security_policy": "tls_cipher_policy_1_2"}])
def test_a_quic_listener_refuses_what_only_https_has(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="only a listener of protocol HTTPS"):
        listener_of(protocol="QUIC", **keys)


@pytest.mark.parametrize("policy", ["tls_cipher_policy_1_0", "tls_cipher_policy_1_2_strict", "spl-n0nn9p94zvjsr0jhre"])
def test_a_security_policy_is_a_system_policy_or_ones_own(policy: str) -> None:
    assert listener_of(security_policy=policy).security_policy == policy


def test_a_clb_listener_has_modern_defaults_and_checks_its_backends() -> None:
    listener = clb_listener_of()

    assert (listener.bandwidth, listener.scheduler, listener.tls_policy) == (-1, "wrr", MODERN)
    assert (listener.http2, listener.gzip, listener.sticky_session) == (True, True, None)
    assert listener.health_check == HealthCheck(path="/", codes="http_2xx,http_3xx", method="head")


def test_a_health_check_can_be_switched_off_on_and_set() -> None:
    found = [
        clb_listener_of(health_check=one).health_check for one in ("off", False, None, "on", True, {"path": "/up"})
    ]

    assert found == [None, None, None, HealthCheck(), HealthCheck(), HealthCheck(path="/up")]


@pytest.mark.parametrize("keys", [{"cookie_timeout": 500}, {"cookie": "JSESSIONID"}])
def test_a_session_sticks_by_one_kind_of_cookie(keys: dict[str, object]) -> None:
    assert clb_listener_of(sticky_session=keys).sticky_session == StickySession.model_validate(keys)


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"sticky_session": {}}, "exactly one of `cookie_timeout` and `cookie`"),
        ({"sticky_session": {"cookie": "a", "cookie_timeout": 5}}, "exactly one of"),
        ({"backend_port": None}, "expected `backend_port` or `vserver_group`"),
        ({"bandwidth": 0}, "expected -1 .no limit. or 1 to 5120"),
        ({"bandwidth": 5121}, "5120"),
        ({"idle_timeout": 61}, "60"),
        ({"request_timeout": 181}, "180"),
        ({"health_check": {"interval": 51}}, "50"),
        ({"health_check": {"codes": "200"}}, "pattern"),
    ],
)
def test_a_clb_listener_is_held_to_the_documented_ranges(keys: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        clb_listener_of(**keys)


def test_client_cas_come_by_id_on_alb_and_by_drop_on_clb() -> None:
    alb, clb = targets(
        target(client_ca={"certificate_id": "1012-cn-hangzhou"}),
        target(name="b", clb="lb-1a", client_ca={"drop": "partner-ca"}),
    ).targets

    assert isinstance(alb, AlbTarget)
    assert isinstance(clb, ClbTarget)
    assert alb.client_ca
    assert alb.client_ca.certificate_id == "1012-cn-hangzhou"
    assert clb.client_ca
    assert clb.client_ca.drop == "partner-ca"


def test_targets_survive_json() -> None:
    before = targets(
        target(listener={"server_group": "sgp-1a", "protocol": "QUIC"}, domains=["*.shop.example"]),
        target(name="b", clb="lb-1a", listener={"vserver_group": "rsp-1a", "health_check": False}),
    )

    assert Targets.model_validate_json(before.model_dump_json()) == before


@given(
    st.builds(
        dict, port=st.integers(1, 65535), drops=st.lists(st.from_regex(r"[a-z商]{1,9}", fullmatch=True), min_size=1)
    )
)
def test_targets_made_of_any_valid_values_survive_json(keys: dict[str, object]) -> None:
    before = targets(target(**keys))

    assert Targets.model_validate_json(before.model_dump_json()) == before


def test_targets_cannot_be_changed() -> None:
    (one,) = targets(target()).targets

    with pytest.raises(ValidationError, match="frozen"):
        one.port = 80  # type: ignore[misc]


def test_ten_thousand_targets_are_matched_at_once() -> None:
    many = targets(*(target(name=f"t{n}", drops=[], domains=[f"*.d{n}.example"]) for n in range(10_000)))
    started = time.monotonic()
    found = many.matching("any", bundle(*(f"www.d{n}.example" for n in range(0, 100, 10))))

    assert [one.name for one in found] == [f"t{n}" for n in range(0, 100, 10)]
    assert time.monotonic() - started < 2


def test_the_schema_in_docs_is_the_one_of_the_models() -> None:
    assert SCHEMA.read_text() == render_schema(), (
        "python -m certdrop.deployment.targets_schema > docs/targets.schema.json"
    )


def test_every_key_of_the_schema_says_what_it_is_for() -> None:
    schema = json.loads(render_schema())
    keys = [
        (name, key, about)
        for name, model in [("Targets", schema), *schema["$defs"].items()]
        for key, about in model["properties"].items()
    ]

    assert len(keys) > 40
    assert [(name, key) for name, key, about in keys if not about.get("description")] == []


def test_the_schema_module_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    import runpy
    import sys

    module = sys.modules.pop("certdrop.deployment.targets_schema")
    try:
        runpy.run_module("certdrop.deployment.targets_schema", run_name="__main__")
    finally:
        sys.modules["certdrop.deployment.targets_schema"] = module

    assert capsys.readouterr().out == render_schema()


def test_several_server_groups_are_one_listeners() -> None:
    assert listener_of().groups == ("sgp-1a",)
    assert listener_of(server_group=None, server_groups=["sgp-1a", "sgp-2b"]).groups == ("sgp-1a", "sgp-2b")


def test_an_instance_of_shared_performance_gets_no_tls_policy() -> None:
    assert clb_listener_of(tls_policy=None).tls_policy is None
