"""The vendor's own SDK against CAS on a real server: both signatures, with and without a role's token."""

from dataclasses import replace
from typing import Any

import pytest
from alibabacloud_cas20200407 import models
from alibabacloud_cas20200407.client import Client
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.exceptions import DaraException

from fakecloud.authority import Issued
from fakecloud.server import Server
from fakecloud.world import ACCESS_KEY_ID, Identity

pytestmark = pytest.mark.sdk


def sdk(server: Server, identity: Identity, **more: Any) -> Client:
    config = Config(
        access_key_id=identity.access_key_id,
        access_key_secret=identity.secret,
        security_token=identity.token,
        endpoint=f"127.0.0.1:{server.port}",
        protocol="HTTP",
        region_id="cn-hangzhou",
        **more,
    )
    return Client(config)


@pytest.fixture(params=["account", "role"])
def identity(request: pytest.FixtureRequest, server: Server) -> Identity:
    world = server.app.world
    return world.identities[ACCESS_KEY_ID] if request.param == "account" else world.assume_role("certdrop-test")


@pytest.fixture(params=["v3", "v1"])
def more(request: pytest.FixtureRequest) -> dict[str, str]:
    return {} if request.param == "v3" else {"signature_algorithm": "v2"}  # so the SDK calls the older signature


def test_upload_list_and_detail(
    server: Server, identity: Identity, more: dict[str, str], leaf: Issued, chain_pem: str
) -> None:
    client = sdk(server, identity, **more)
    key_pem = leaf.traditional_key_pem.decode()
    uploaded = client.upload_user_certificate(
        models.UploadUserCertificateRequest(
            name="shop", cert=chain_pem, key=key_pem, tags=[models.UploadUserCertificateRequestTags("env", "")]
        )
    ).body
    listed = client.list_certificates(models.ListCertificatesRequest(keyword="shop")).body
    assert [item.certificate_name for item in listed.certificate_list] == ["shop"]
    assert listed.certificate_list[0].certificate_id == str(uploaded.cert_id)
    detail = client.get_certificate_detail(models.GetCertificateDetailRequest(certificate_id=uploaded.cert_id)).body
    assert detail.cert_identifier == f"{uploaded.cert_id}-cn-hangzhou"
    assert detail.tags[0].tag_key == "env"
    kept = client.get_user_certificate_detail(models.GetUserCertificateDetailRequest(cert_id=uploaded.cert_id)).body
    assert (kept.cert, kept.key) == (chain_pem, key_pem)
    orders = client.list_user_certificate_order(models.ListUserCertificateOrderRequest(order_type="CERT")).body
    assert orders.certificate_order_list[0].certificate_id == uploaded.cert_id
    client.delete_user_certificate(models.DeleteUserCertificateRequest(cert_id=uploaded.cert_id))
    assert client.list_certificates(models.ListCertificatesRequest()).body.total_count == 0


def test_a_wrong_secret(server: Server, identity: Identity, more: dict[str, str]) -> None:
    client = sdk(server, replace(identity, secret="wrong"), **more)
    with pytest.raises(DaraException) as refusal:
        client.list_certificates(models.ListCertificatesRequest())
    assert refusal.value.code == "SignatureDoesNotMatch"


def test_errors_reach_the_sdk_with_code_status_and_request_id(server: Server, identity: Identity) -> None:
    with pytest.raises(DaraException) as refusal:
        sdk(server, identity).get_certificate_detail(models.GetCertificateDetailRequest(certificate_id=1))
    assert (refusal.value.code, refusal.value.status_code) == ("NotFound", 404)
    assert refusal.value.request_id == server.app.world.calls.entries[-1].request_id
