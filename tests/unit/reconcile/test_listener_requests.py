"""Every setting of a listener reaches the request that creates it, in the vendor's words."""

from types import SimpleNamespace
from typing import Any, cast, get_args

import pytest
from pydantic import BaseModel

from certdrop.cloud.flattening import flatten
from certdrop.deployment.listener_settings import AlbListener, ClbListener
from certdrop.deployment.places import Listener
from certdrop.deployment.targets_yaml import parse_targets
from certdrop.reconcile.operations.listener_requests import alb_request, clb_request
from certdrop.reconcile.scenes import Scene

ALB = {"server_group": "sgp-1a"}
ALB_CHANGES: dict[str, dict[str, Any]] = {
    "protocol": {"protocol": "QUIC"},
    "server_group": {"server_group": "sgp-2b"},
    "server_groups": {"server_group": None, "server_groups": ["sgp-1a", "sgp-2b"]},
    "description": {"description": "shop/https_443"},
    "idle_timeout": {"idle_timeout": 16},
    "request_timeout": {"request_timeout": 61},
    "security_policy": {"security_policy": "tls_cipher_policy_1_2"},
    "http2": {"http2": False},
    "gzip": {"gzip": False},
    "quic_upgrade": {"quic_upgrade": "lsn-1a"},
    "headers.x_forwarded_for": {"headers": {"x_forwarded_for": "remove"}},
    "headers.x_forwarded_proto": {"headers": {"x_forwarded_proto": True}},
    "headers.x_forwarded_host": {"headers": {"x_forwarded_host": True}},
    "headers.x_forwarded_port": {"headers": {"x_forwarded_port": True}},
    "headers.slb_id": {"headers": {"slb_id": True}},
    "headers.client_port": {"headers": {"client_port": True}},
    "headers.find_client_address": {"headers": {"find_client_address": True}},
    "headers.trusted_proxies": {"headers": {"find_client_address": True, "trusted_proxies": ["10.1.1.0/24"]}},
    "headers.client_certificate.verified": {"headers": {"client_certificate": {"verified": True}}},
    "headers.client_certificate.fingerprint": {"headers": {"client_certificate": {"fingerprint": "x-print"}}},
    "headers.client_certificate.issuer": {"headers": {"client_certificate": {"issuer": True}}},
    "headers.client_certificate.subject": {"headers": {"client_certificate": {"subject": "x-subject"}}},
    "tags": {"tags": {"env": "test"}},
}
CLB = {"backend_port": 8080}
CLB_CHANGES: dict[str, dict[str, Any]] = {
    "backend_port": {"backend_port": 8081},
    "vserver_group": {"vserver_group": "rsp-1a"},
    "description": {"description": "shop"},
    "bandwidth": {"bandwidth": 10},
    "scheduler": {"scheduler": "rr"},
    "tls_policy": {"tls_policy": None},
    "http2": {"http2": False},
    "gzip": {"gzip": False},
    "idle_timeout": {"idle_timeout": 16},
    "request_timeout": {"request_timeout": 61},
    "health_check.path": {"health_check": {"path": "/up"}},
    "health_check.method": {"health_check": {"method": "get"}},
    "health_check.domain": {"health_check": {"domain": "shop.example"}},
    "health_check.port": {"health_check": {"port": 8088}},
    "health_check.codes": {"health_check": {"codes": "http_2xx"}},
    "health_check.interval": {"health_check": {"interval": 3}},
    "health_check.timeout": {"health_check": {"timeout": 6}},
    "health_check.healthy_threshold": {"health_check": {"healthy_threshold": 4}},
    "health_check.unhealthy_threshold": {"health_check": {"unhealthy_threshold": 4}},
    "sticky_session.cookie_timeout": {"sticky_session": {"cookie_timeout": 500}},
    "sticky_session.cookie": {"sticky_session": {"cookie": "JSESSIONID"}},
    "acl.id": {"acl": {"id": "acl-1a", "type": "white"}},
    "acl.type": {"acl": {"id": "acl-1a", "type": "black"}},
    "headers.x_forwarded_for": {"headers": {"x_forwarded_for": False}},
    "headers.x_forwarded_proto": {"headers": {"x_forwarded_proto": True}},
    "headers.x_forwarded_port": {"headers": {"x_forwarded_port": True}},
    "headers.client_port": {"headers": {"client_port": True}},
    "headers.slb_ip": {"headers": {"slb_ip": True}},
    "headers.slb_id": {"headers": {"slb_id": True}},
    "tags": {"tags": {"env": "test"}},
}


def leaves(model: type[BaseModel], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, field in model.model_fields.items():
        kinds = (field.annotation, *get_args(field.annotation))
        below = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        found |= leaves(below[0], f"{prefix}{name}.") if below else {prefix + name}
    return found


def scene(service: str, client_ca: str = "") -> Scene:
    step = SimpleNamespace(client_ca=client_ca, certificates=("1011-cn-hangzhou",))
    listener = Listener.parse(f"{service}.lb-1a.443")
    return Scene(cast(Any, None), listener, cast(Any, None), cast(Any, step))


def alb_wire(keys: dict[str, Any], client_ca: str = "") -> dict[str, str]:
    settings = AlbListener.model_validate({**ALB, **keys})
    return dict(flatten(alb_request(scene("alb", client_ca), settings, "0" * 64).model_dump(by_alias=True)))


def clb_wire(keys: dict[str, Any], client_ca: str = "") -> dict[str, str]:
    settings = ClbListener.model_validate({**CLB, **keys})
    return dict(flatten(clb_request(scene("clb", client_ca), settings).model_dump(by_alias=True)))


def test_the_tables_know_every_setting() -> None:
    assert set(ALB_CHANGES) == leaves(AlbListener)
    assert set(CLB_CHANGES) == leaves(ClbListener)


@pytest.mark.parametrize("name", ALB_CHANGES)
def test_every_setting_of_an_alb_listener_reaches_the_wire(name: str) -> None:
    assert alb_wire(ALB_CHANGES[name]) != alb_wire({})


@pytest.mark.parametrize("name", CLB_CHANGES)
def test_every_setting_of_a_clb_listener_reaches_the_wire(name: str) -> None:
    base = {"acl": {"id": "acl-1b", "type": "white"}} if name.startswith("acl") else {}

    assert clb_wire(CLB_CHANGES[name]) != clb_wire(base)


def test_every_change_gives_a_request_of_its_own() -> None:
    for wire, changes in ((alb_wire, ALB_CHANGES), (clb_wire, CLB_CHANGES)):
        sent = [tuple(sorted(wire(change).items())) for change in changes.values()]
        assert len(set(sent)) == len(sent)


def test_an_alb_listener_in_full_is_what_the_page_asks_for() -> None:
    (target,) = parse_targets("""\
version: 1
targets:
  - name: shop
    drops: [shop]
    alb: alb-n5qw04uq8vavfe0000
    region: cn-hangzhou
    listener:
      server_groups: [sgp-1a, sgp-2b]
      description: 商店/https_443
      quic_upgrade: lsn-1a
      headers:
        x_forwarded_for: off
        x_forwarded_proto: yes
        find_client_address: true
        trusted_proxies: [10.1.1.0/24, 192.0.2.1]
        client_certificate: {verified: true, issuer: x-issuer}
      tags: {env: test, owner: ""}
""").targets
    assert isinstance(target.listener, AlbListener)

    wire = dict(
        flatten(alb_request(scene("alb", "1012-cn-hangzhou"), target.listener, "token").model_dump(by_alias=True))
    )

    assert wire == {
        "CaCertificates.1.CertificateId": "1012-cn-hangzhou",
        "CaEnabled": "true",
        "Certificates.1.CertificateId": "1011-cn-hangzhou",
        "ClientToken": "token",
        "DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId": "sgp-1a",
        "DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.2.ServerGroupId": "sgp-2b",
        "DefaultActions.1.Type": "ForwardGroup",
        "GzipEnabled": "true",
        "Http2Enabled": "true",
        "IdleTimeout": "15",
        "ListenerDescription": "商店/https_443",
        "ListenerPort": "443",
        "ListenerProtocol": "HTTPS",
        "LoadBalancerId": "lb-1a",
        "QuicConfig.QuicListenerId": "lsn-1a",
        "QuicConfig.QuicUpgradeEnabled": "true",
        "RequestTimeout": "60",
        "SecurityPolicyId": "tls_cipher_policy_1_2_strict_with_1_3",
        "Tag.1.Key": "certdrop",
        "Tag.1.Value": "managed",
        "Tag.2.Key": "env",
        "Tag.2.Value": "test",
        "Tag.3.Key": "owner",
        "Tag.3.Value": "",
        "XForwardedForConfig.XForwardedForClientCertClientVerifyEnabled": "true",
        "XForwardedForConfig.XForwardedForClientCertFingerprintEnabled": "false",
        "XForwardedForConfig.XForwardedForClientCertIssuerDNAlias": "x-issuer",
        "XForwardedForConfig.XForwardedForClientCertIssuerDNEnabled": "true",
        "XForwardedForConfig.XForwardedForClientCertSubjectDNEnabled": "false",
        "XForwardedForConfig.XForwardedForClientSourceIpsEnabled": "true",
        "XForwardedForConfig.XForwardedForClientSourceIpsTrusted": "10.1.1.0/24;192.0.2.1",
        "XForwardedForConfig.XForwardedForEnabled": "false",
        "XForwardedForConfig.XForwardedForProtoEnabled": "true",
    }


def test_a_clb_listener_of_modern_defaults_is_what_the_page_asks_for() -> None:
    wire = clb_wire({"acl": {"id": "acl-1a", "type": "white"}, "headers": {"slb_ip": True}}, "139a0-cn-hangzhou-01")

    assert wire == {
        "AclId": "acl-1a",
        "AclStatus": "on",
        "AclType": "white",
        "BackendServerPort": "8080",
        "Bandwidth": "-1",
        "CACertificateId": "139a0-cn-hangzhou-01",
        "EnableHttp2": "on",
        "Gzip": "on",
        "HealthCheck": "on",
        "HealthCheckHttpCode": "http_2xx,http_3xx",
        "HealthCheckInterval": "2",
        "HealthCheckMethod": "head",
        "HealthCheckTimeout": "5",
        "HealthyThreshold": "3",
        "IdleTimeout": "15",
        "ListenerPort": "443",
        "LoadBalancerId": "lb-1a",
        "RequestTimeout": "60",
        "Scheduler": "wrr",
        "ServerCertificateId": "1011-cn-hangzhou",
        "StickySession": "off",
        "TLSCipherPolicy": "tls_cipher_policy_1_2_strict_with_1_3",
        "Tag.1.Key": "certdrop",
        "Tag.1.Value": "managed",
        "UnhealthyThreshold": "3",
        "XForwardedFor_SLBIP": "on",
    }
