"""Listeners that are created with all that targets.yml can say: the cloud takes it, and shows it."""

from typing import Any

from fakecloud.alb.changes import Changes
from tests.flows import hands
from tests.flows.bundles import bundle
from tests.flows.pipeline import Pipeline
from tests.flows.probe import Probe


def create(pipeline: Pipeline, target: dict[str, Any], listener: dict[str, Any]) -> None:
    pipeline.targets({**target, "listener": listener})
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(240)


def drifts(pipeline: Pipeline) -> list[tuple[str, str]]:
    """Let the next survey come, and return what it found to differ."""
    pipeline.advance(600)
    found = pipeline.read("state/survey/listeners.json")["listeners"].values()
    assert {one["trouble"] for one in found} == {""}
    return [(one["event"], one["message"]) for listener in found for one in listener["drifts"]]


def test_an_alb_listener_is_created_with_every_setting(pipeline: Pipeline) -> None:
    alb = pipeline.world.alb
    second, policy = alb.create_server_group().id, alb.create_security_policy().id
    settings = {
        "server_groups": [pipeline.group, second],
        "description": "shop/https_443",
        "idle_timeout": 30,
        "request_timeout": 90,
        "security_policy": policy,
        "http2": False,
        "gzip": False,
        "headers": {
            "x_forwarded_for": "remove",
            "x_forwarded_proto": True,
            "x_forwarded_host": True,
            "x_forwarded_port": True,
            "slb_id": True,
            "client_port": True,
            "find_client_address": True,
            "trusted_proxies": ["10.1.1.0/24", "192.0.2.7"],
            "client_certificate": {"verified": True, "fingerprint": "x-print", "issuer": True, "subject": "x-subject"},
        },
        "tags": {"env": "test", "owner": ""},
    }

    create(pipeline, pipeline.alb_target(), settings)

    [listener] = alb.listeners.values()
    made = listener.settings
    assert pipeline.standings() == [("shop", "served", "")]
    assert (made.server_groups, made.description) == ((pipeline.group, second), "shop/https_443")
    assert (made.idle_timeout, made.request_timeout, made.http2, made.gzip) == (30, 90, False, False)
    assert made.security_policy == policy
    assert made.forwarded_for["XForwardedForClientSourceIpsTrusted"] == "10.1.1.0/24;192.0.2.7"
    assert made.forwarded_for["XForwardedForClientCertSubjectDNAlias"] == "x-subject"
    assert listener.tags == {"certdrop": "managed", "env": "test", "owner": ""}
    assert drifts(pipeline) == []


def test_a_quic_listener_is_created_and_an_https_listener_upgrades_to_it(pipeline: Pipeline) -> None:
    quic = pipeline.alb_target("quic", port=8443)
    create(pipeline, quic, {"server_group": pipeline.group, "protocol": "QUIC"})
    [listener] = pipeline.world.alb.listeners.values()
    create(pipeline, pipeline.alb_target(), {"server_group": pipeline.group, "quic_upgrade": listener.id})

    https = next(one for one in pipeline.world.alb.listeners.values() if one.protocol == "HTTPS")
    assert listener.protocol == "QUIC"
    assert (https.settings.quic_upgrade, https.settings.quic_listener) == (True, listener.id)
    assert drifts(pipeline) == []


def test_a_clb_listener_is_created_with_every_setting(pipeline: Pipeline) -> None:
    clb = pipeline.world.clb
    [group] = clb.load_balancers[pipeline.clb].vserver_groups
    acl = clb.create_access_control_list()
    settings = {
        "vserver_group": group,
        "description": "shop",
        "bandwidth": 100,
        "scheduler": "rr",
        "tls_policy": "tls_cipher_policy_1_2",
        "http2": False,
        "gzip": False,
        "idle_timeout": 30,
        "request_timeout": 90,
        "health_check": {"path": "/up", "method": "get", "domain": "shop.example", "port": 8088, "codes": "http_2xx"},
        "sticky_session": {"cookie": "JSESSIONID"},
        "acl": {"id": acl, "type": "black"},
        "headers": {"x_forwarded_for": True, "x_forwarded_proto": True, "x_forwarded_port": True, "client_port": True}
        | {"slb_ip": True, "slb_id": True},
        "tags": {"env": "test"},
    }

    create(pipeline, pipeline.clb_target(), settings)

    listener = clb.listeners.get_https(pipeline.world.region, pipeline.clb, 443)
    expected = {
        "VServerGroupId": group,
        "Bandwidth": 100,
        "Scheduler": "rr",
        "TLSCipherPolicy": "tls_cipher_policy_1_2",
        "EnableHttp2": "off",
        "HealthCheckURI": "/up",
        "HealthCheckDomain": "shop.example",
        "StickySessionType": "server",
        "Cookie": "JSESSIONID",
        "AclId": acl,
        "AclType": "black",
        "XForwardedFor_SLBPORT": "on",
        "XForwardedFor_ClientSrcPort": "on",
    }
    assert pipeline.standings() == [("clb", "served", "")]
    assert {name: listener.settings[name] for name in expected} == expected
    assert dict(listener.tags) == {"certdrop": "managed", "env": "test"}
    assert drifts(pipeline) == []


def test_a_clb_instance_of_shared_performance_gets_a_listener_without_tls_policy(pipeline: Pipeline) -> None:
    pipeline.clb = pipeline.world.clb.create_load_balancer(spec="").load_balancer_id

    create(pipeline, pipeline.clb_target(), {"backend_port": 8080, "tls_policy": None})

    assert pipeline.standings() == [("clb", "served", "")]


def change_alb(pipeline: Pipeline) -> str:
    """Change two settings that `listener:` names and one that it does not; return the other server group."""
    other = pipeline.world.alb.create_server_group().id
    changes = Changes(server_groups=(other,), idle_timeout=42, forwarded_for={"XForwardedForSLBIdEnabled": False})
    pipeline.world.alb.update_listener_attribute(hands.alb_listener(pipeline).id, changes)
    return other


def test_settings_of_an_alb_listener_that_were_changed_by_hand_are_told_and_left(pipeline: Pipeline) -> None:
    create(pipeline, pipeline.alb_target(), {"server_group": pipeline.group, "headers": {"slb_id": True}})
    before = len(pipeline.world.calls.entries)
    other = change_alb(pipeline)

    (event, named), (same, unnamed) = drifts(pipeline)

    assert event == same == "drift-listener-settings"
    assert unnamed == "other than `listener:` says, IdleTimeout is 42, not 15"
    assert "XForwardedForSLBIdEnabled is False, not True" in named
    assert f"DefaultActions is {other}, not {pipeline.group}" in named
    assert pipeline.mutations(since=before) == []


def test_settings_of_an_alb_listener_that_the_target_names_are_put_right_and_the_others_left(
    pipeline: Pipeline, probe: Probe
) -> None:
    listener = {"server_group": pipeline.group, "headers": {"slb_id": True}}
    create(pipeline, pipeline.alb_target(heal=True), listener)
    before, shown = len(pipeline.world.calls.entries), probe.shown(None)
    change_alb(pipeline)
    drifts(pipeline)
    pipeline.advance(300)

    settings = hands.alb_listener(pipeline).settings
    assert settings.server_groups == (pipeline.group,)
    assert settings.forwarded_for["XForwardedForSLBIdEnabled"] is True
    assert settings.idle_timeout == 42
    assert pipeline.mutations(since=before) == ["UpdateListenerAttribute"]
    [deployment] = pipeline.report()["deployments"]
    assert (deployment["status"], deployment["code"]) == ("served", "settings-restored")
    assert "XForwardedForSLBIdEnabled is False, not True" in deployment["message"]
    assert probe.shown(None) == shown == {bundle().fingerprint}
    pipeline.advance(3600)
    assert drifts(pipeline) == [("drift-listener-settings", "other than `listener:` says, IdleTimeout is 42, not 15")]
    assert pipeline.mutations(since=before) == ["UpdateListenerAttribute"]


def test_settings_of_a_clb_listener_that_were_changed_by_hand_are_told(pipeline: Pipeline) -> None:
    create(pipeline, pipeline.clb_target(), {"backend_port": 8080, "sticky_session": {"cookie": "JSESSIONID"}})
    hands.set_clb(pipeline, Scheduler="rr", Cookie="OTHER")

    (_, named), (_, unnamed) = drifts(pipeline)

    assert "Scheduler is rr, not wrr" in unnamed
    assert "Cookie is OTHER, not JSESSIONID" in named


def test_settings_of_a_clb_listener_that_the_target_names_are_put_right_and_the_others_left(
    pipeline: Pipeline, probe: Probe
) -> None:
    groups = pipeline.world.clb.load_balancers[pipeline.clb].vserver_groups
    [group], others = groups, "rsp-others"
    groups[others] = "others"
    said = {"vserver_group": group, "sticky_session": {"cookie": "JSESSIONID"}, "health_check": {"path": "/up"}}
    create(pipeline, pipeline.clb_target(heal=True), said)
    before = len(pipeline.world.calls.entries)
    certificate = clb_settings(pipeline)["ServerCertificateId"]
    hands.set_clb(pipeline, Scheduler="rr", Cookie="OTHER", HealthCheck="off", VServerGroupId=others)
    drifts(pipeline)
    pipeline.advance(300)

    settings = clb_settings(pipeline)
    assert (settings["Cookie"], settings["HealthCheck"], settings["HealthCheckURI"]) == ("JSESSIONID", "on", "/up")
    assert (settings["VServerGroupId"], settings["Scheduler"]) == (group, "rr")
    assert settings["ServerCertificateId"] == certificate
    assert pipeline.mutations(since=before) == ["SetLoadBalancerHTTPSListenerAttribute"]
    assert pipeline.standings() == [("clb", "served", "settings-restored")]
    assert probe.shown(None) == {bundle().fingerprint}


def clb_settings(pipeline: Pipeline) -> Any:
    return pipeline.world.clb.listeners.get_https(pipeline.world.region, pipeline.clb, 443).settings


def test_what_targets_yml_does_not_set_and_listeners_of_others_differ_in_no_setting(pipeline: Pipeline) -> None:
    create(pipeline, pipeline.alb_target(), {"server_group": pipeline.group})
    listener = hands.alb_listener(pipeline)
    described = Changes(description="by-hand", forwarded_for={"XForwardedForSLBIdEnabled": True})
    pipeline.world.alb.update_listener_attribute(listener.id, described)
    unsaid = drifts(pipeline)
    listener.tags = {}
    pipeline.world.alb.update_listener_attribute(listener.id, Changes(idle_timeout=42))
    pipeline.advance(3600)

    assert unsaid == drifts(pipeline) == []
