"""The vendor's own SDKs against CLB on a real server: both signatures, with and without a role's token."""

import json
from dataclasses import replace
from typing import Any

import pytest
from alibabacloud_slb20140515 import models
from alibabacloud_slb20140515.client import Client
from alibabacloud_tea_openapi.utils_models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest, RpcRequest
from darabonba.exceptions import DaraException

from fakecloud.authority import Issued
from fakecloud.server import Server
from fakecloud.world import ACCESS_KEY_ID, Identity, World

pytestmark = pytest.mark.sdk
REGION = "cn-hangzhou"


@pytest.fixture
def world(server: Server) -> World:
    return server.app.world


@pytest.fixture(params=["account", "role"])
def identity(request: pytest.FixtureRequest, world: World) -> Identity:
    return world.identities[ACCESS_KEY_ID] if request.param == "account" else world.assume_role("certdrop-test")


@pytest.fixture(params=["v3", "v1"])
def more(request: pytest.FixtureRequest) -> dict[str, str]:
    return {} if request.param == "v3" else {"signature_algorithm": "v2"}  # so the SDK calls the older signature


def sdk(server: Server, identity: Identity, **more: Any) -> Client:
    config = Config(
        access_key_id=identity.access_key_id,
        access_key_secret=identity.secret,
        security_token=identity.token,
        endpoint=f"127.0.0.1:{server.port}",
        protocol="HTTP",
        region_id=REGION,
        **more,
    )
    return Client(config)


@pytest.fixture
def client(server: Server, identity: Identity, more: dict[str, str]) -> Client:
    return sdk(server, identity, **more)


def upload(client: Client, leaf: Issued, **more: Any) -> str:
    body = client.upload_server_certificate(
        models.UploadServerCertificateRequest(
            region_id=REGION,
            server_certificate=leaf.pem.decode(),
            private_key=leaf.traditional_key_pem.decode(),
            tag=[models.UploadServerCertificateRequestTag("env", "a b*~")],
            **more,
        )
    ).body
    return str(body.server_certificate_id)


def test_certificates(client: Client, world: World, leaf: Issued, root: Issued) -> None:
    identifier = upload(client, leaf, server_certificate_name="shop")
    kept = world.cas.upload_user_certificate("in-cas", leaf.pem.decode(), leaf.key_pem.decode())
    by_reference = client.upload_server_certificate(
        models.UploadServerCertificateRequest(
            region_id=REGION,
            ali_cloud_certificate_id=str(kept.certificate_id),
            ali_cloud_certificate_name=kept.name,
            ali_cloud_certificate_region_id="cn-hangzhou",
        )
    ).body
    assert by_reference.is_ali_cloud_certificate == 1
    listed = client.describe_server_certificates(models.DescribeServerCertificatesRequest(region_id=REGION)).body
    first, second = listed.server_certificates.server_certificate
    assert (first.server_certificate_id, second.server_certificate_id) == (
        identifier,
        by_reference.server_certificate_id,
    )
    assert first.tags.tag[0].tag_value == "a b*~"
    assert json.loads(first.subject_alternative_names.subject_alternative_name[0]) == ["shop.example", "*.shop.example"]
    ca_id = client.upload_cacertificate(
        models.UploadCACertificateRequest(region_id=REGION, cacertificate=root.pem.decode(), cacertificate_name="ca")
    ).body.cacertificate_id
    found = client.describe_cacertificates(models.DescribeCACertificatesRequest(region_id=REGION)).body
    assert [item.cacertificate_id for item in found.cacertificates.cacertificate] == [ca_id]
    client.set_cacertificate_name(
        models.SetCACertificateNameRequest(region_id=REGION, cacertificate_id=ca_id, cacertificate_name="ca2")
    )
    client.set_server_certificate_name(
        models.SetServerCertificateNameRequest(
            region_id=REGION, server_certificate_id=identifier, server_certificate_name="shop2"
        )
    )
    client.delete_cacertificate(models.DeleteCACertificateRequest(region_id=REGION, cacertificate_id=ca_id))
    client.delete_server_certificate(
        models.DeleteServerCertificateRequest(region_id=REGION, server_certificate_id=identifier)
    )
    assert not world.clb.certificates.ca
    assert list(world.clb.certificates.server) == [by_reference.server_certificate_id]


def wait_until_started(world: World) -> None:
    with world.lock:
        world.clock.advance(world.timing.clb_starting)
    world.run_due()


def test_a_listener_from_creation_to_deletion(client: Client, world: World, leaf: Issued) -> None:
    identifier = upload(client, leaf)
    other = upload(client, leaf)
    instance = world.clb.create_load_balancer()
    at = {"load_balancer_id": instance.load_balancer_id, "listener_port": 443}
    client.create_load_balancer_httpslistener(
        models.CreateLoadBalancerHTTPSListenerRequest(
            **at,
            region_id=REGION,
            bandwidth=-1,
            backend_server_port=80,
            health_check="off",
            server_certificate_id=identifier,
            tlscipher_policy="tls_cipher_policy_1_2",
            xforwarded_for_slbport="on",
            tag=[models.CreateLoadBalancerHTTPSListenerRequestTag("by", "certdrop")],
        )
    )
    client.start_load_balancer_listener(models.StartLoadBalancerListenerRequest(**at, listener_protocol="https"))
    wait_until_started(world)
    client.set_load_balancer_httpslistener_attribute(
        models.SetLoadBalancerHTTPSListenerAttributeRequest(**at, server_certificate_id=other, dry_run=False)
    )
    wait_until_started(world)
    told = client.describe_load_balancer_httpslistener_attribute(
        models.DescribeLoadBalancerHTTPSListenerAttributeRequest(**at)
    ).body
    assert (told.status, told.server_certificate_id, told.listener_port) == ("running", other, 443)
    assert (told.tlscipher_policy, told.xforwarded_for_slbport) == ("tls_cipher_policy_1_2", "on")
    assert told.tags.tag[0].tag_key == "by"
    client.stop_load_balancer_listener(models.StopLoadBalancerListenerRequest(**at))
    wait_until_started(world)
    client.delete_load_balancer_listener(models.DeleteLoadBalancerListenerRequest(**at))
    attribute = client.describe_load_balancer_attribute(
        models.DescribeLoadBalancerAttributeRequest(load_balancer_id=instance.load_balancer_id, region_id=REGION)
    ).body
    assert (attribute.address, attribute.listener_ports.listener_port) == (instance.address, [])


def test_extension_domains_and_instances(client: Client, world: World, leaf: Issued) -> None:
    identifier = upload(client, leaf)
    instance = world.clb.create_load_balancer("web")
    at = {"load_balancer_id": instance.load_balancer_id, "listener_port": 443}
    client.create_load_balancer_httpslistener(
        models.CreateLoadBalancerHTTPSListenerRequest(
            **at, bandwidth=-1, backend_server_port=80, health_check="off", server_certificate_id=identifier
        )
    )
    extension_id = client.create_domain_extension(
        models.CreateDomainExtensionRequest(
            **at, region_id=REGION, domain="a.shop.example", server_certificate_id=identifier
        )
    ).body.domain_extension_id
    one = {"region_id": REGION, "domain_extension_id": extension_id}
    client.set_domain_extension_attribute(
        models.SetDomainExtensionAttributeRequest(**one, server_certificate_id=identifier)
    )
    told = client.describe_domain_extension_attribute(models.DescribeDomainExtensionAttributeRequest(**one)).body
    assert (told.domain, told.listener_port) == ("a.shop.example", 443)
    listed = client.describe_domain_extensions(models.DescribeDomainExtensionsRequest(**at, region_id=REGION)).body
    assert [item.domain_extension_id for item in listed.domain_extensions.domain_extension] == [extension_id]
    client.delete_domain_extension(models.DeleteDomainExtensionRequest(**one))
    instances = client.describe_load_balancers(models.DescribeLoadBalancersRequest(region_id=REGION)).body
    assert [item.load_balancer_name for item in instances.load_balancers.load_balancer] == ["web"]
    regions = client.describe_regions(models.DescribeRegionsRequest()).body
    assert REGION in [region.region_id for region in regions.regions.region]


def test_a_wrong_secret(server: Server, identity: Identity, more: dict[str, str]) -> None:
    client = sdk(server, replace(identity, secret="wrong"), **more)
    with pytest.raises(DaraException) as refusal:
        client.describe_server_certificates(models.DescribeServerCertificatesRequest(region_id=REGION))
    assert refusal.value.code == "SignatureDoesNotMatch"


@pytest.fixture
def core(identity: Identity) -> AcsClient:
    return core_client(identity)


def core_client(identity: Identity) -> AcsClient:
    if identity.token:
        credential = StsTokenCredential(identity.access_key_id, identity.secret, identity.token)
        return AcsClient(region_id=REGION, credential=credential)
    return AcsClient(identity.access_key_id, identity.secret, REGION)


def common_request(server: Server, action: str) -> CommonRequest:
    request = CommonRequest()
    request.set_domain(f"127.0.0.1:{server.port}")
    request.set_protocol_type("http")
    request.set_version("2014-05-15")
    request.set_action_name(action)
    request.set_method("POST")
    request.add_query_param("RegionId", REGION)
    return request


def test_common_requests_with_query_and_form(core: AcsClient, server: Server, leaf: Issued) -> None:
    request = common_request(server, "UploadServerCertificate")
    request.add_body_params("ServerCertificate", leaf.pem.decode())
    request.add_body_params("PrivateKey", leaf.traditional_key_pem.decode())
    request.add_query_param("ServerCertificateName", "from-core")
    uploaded = json.loads(core.do_action_with_exception(request))
    listed = json.loads(core.do_action_with_exception(common_request(server, "DescribeServerCertificates")))
    (item,) = listed["ServerCertificates"]["ServerCertificate"]
    assert item["ServerCertificateId"] == uploaded["ServerCertificateId"]
    assert item["ServerCertificateName"] == "from-core"


def test_common_requests_with_a_wrong_secret(server: Server, identity: Identity) -> None:
    client = core_client(replace(identity, secret="wrong"))
    with pytest.raises(ServerException) as refusal:
        client.do_action_with_exception(common_request(server, "DescribeServerCertificates"))
    assert refusal.value.get_error_code() == "SignatureDoesNotMatch"


def test_rpc_requests_tell_a_wrong_secret_by_the_string_to_sign(server: Server, identity: Identity) -> None:
    request = RpcRequest("Slb", "2014-05-15", "DescribeServerCertificates")
    request.set_endpoint(f"127.0.0.1:{server.port}")
    request.set_protocol_type("http")
    with pytest.raises(ServerException) as refusal:
        core_client(replace(identity, secret="wrong")).do_action_with_exception(request)
    # The SDK compares the server's string to sign with its own: equal ones leave only the secret to be wrong.
    assert refusal.value.get_error_code() == "InvalidAccessKeySecret"
