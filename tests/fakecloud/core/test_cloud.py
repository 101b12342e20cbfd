"""A whole cloud within this process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakecloud.cloud import FAST, Cloud, Options, write_dial
from fakecloud.ram import Wish
from tests.fakecloud import plain
from tests.fakecloud.signing import OssAuth

TEMPLATE = """
edition: 3.0.0
name: t
access: default
resources:
  reader:
    component: fc3
    props:
      region: cn-hangzhou
      functionName: drop-reader
      runtime: python3.12
      handler: handler.handler
      code: ./build/drop-reader
      role: acs:ram::1234567890123456:role/certdrop-drop-reader
      environmentVariables:
        CERTDROP_BUCKET: ${env('CERTDROP_BUCKET', 'none')}
        CERTDROP_ENDPOINT: ${env('CERTDROP_ENDPOINT', 'none')}
        CERTDROP_REGION: ${env('CERTDROP_REGION', 'none')}
        CERTDROP_SITE: ${env('CERTDROP_SITE', 'none')}
"""
POLICY = '{"Statement": [{"Effect": "Allow", "Action": "oss:GetObject", "Resource": "acs:oss:*:*:${bucket}/certs/*"}]}'


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    (tmp_path / "template.yml").write_text(TEMPLATE)
    folder = tmp_path / "functions" / "drop_reader"
    folder.mkdir(parents=True)
    (folder / "policy.json").write_text(POLICY)
    cloud = Cloud(Options(template=tmp_path / "template.yml", fast=True, site="international"))
    cloud.start()
    yield cloud
    cloud.stop()


def test_functions_are_told_where_the_cloud_is(cloud: Cloud) -> None:
    environment = cloud.app.world.fc.find_function("drop-reader").environment
    assert environment == {
        "CERTDROP_BUCKET": "certdrop-1234567890123456",
        "CERTDROP_ENDPOINT": cloud.server.url,
        "CERTDROP_REGION": "cn-hangzhou",
        "CERTDROP_SITE": "international",
    }
    assert cloud.app.world.fc.live_environment() == {"CERTDROP_DIAL": ""}


def test_a_role_has_the_policy_of_its_function(cloud: Cloud) -> None:
    [(role, policy)] = cloud.app.world.policies.items()
    assert role == "certdrop-drop-reader"
    assert policy.allows(Wish("oss:GetObject", "acs:oss:oss-cn-hangzhou:1:certdrop-1234567890123456/certs/a"))
    with plain.Client(base_url=cloud.server.url) as client:
        identity = cloud.app.world.assume_role(role)
        assert client.get("/certdrop-1234567890123456/certs/a", auth=OssAuth(identity)).status_code == 404
        assert client.get("/certdrop-1234567890123456/state/a", auth=OssAuth(identity)).status_code == 403


def test_a_reset_deploys_again_and_keeps_what_was_asked_for(cloud: Cloud) -> None:
    old = cloud.app.world
    answer = plain.post(f"{cloud.server.url}/_fakecloud/reset")
    world = cloud.app.world
    assert answer.json() == {"status": "reset", "bucket": cloud.describe()["bucket"], **cloud.app.describe()}
    assert world is not old
    assert (world.timing, world.site) == (FAST, "international")
    assert list(world.policies) == ["certdrop-drop-reader"]
    assert list(world.fc.functions) == ["drop-reader"]


def test_the_first_load_balancers_are_of_the_right_kind(cloud: Cloud) -> None:
    resources, world = cloud.describe()["resources"], cloud.app.world
    assert world.alb.load_balancers[resources["alb"]].edition == "Standard"
    assert world.clb.load_balancers[resources["clb"]].is_guaranteed
    assert resources["server_group"] in world.alb.server_groups
    assert resources["vserver_group"] in world.clb.load_balancers[resources["clb"]].vserver_groups


def test_other_addresses_to_dial_stand_in_one_line() -> None:
    dial = {"b.example:443": "127.0.0.1:2", "a.example:443": "127.0.0.1:1"}
    assert write_dial(dial) == "a.example:443=127.0.0.1:1,b.example:443=127.0.0.1:2"
