"""The vendor's own SDKs against ALB on a real loopback server, with every kind of signature and credentials."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from alibabacloud_alb20200616 import models
from alibabacloud_alb20200616.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

from fakecloud.server import Server
from fakecloud.world import ACCESS_KEY_ID, ACCESS_KEY_SECRET, Identity, World
from tests.fakecloud.alb.scene import Scene

pytestmark = pytest.mark.sdk

SIGNATURES = {"V3": {}, "V1": {"signature_algorithm": "v2"}}


@pytest.fixture
def server(start_server: Callable[..., Server], world: World) -> Server:
    """A server over the virtual World: its time moves when the test says so."""
    return start_server(world)


@pytest.fixture(params=["account", "role"])
def identity(request: pytest.FixtureRequest, world: World) -> Identity:
    if request.param == "account":
        return Identity(ACCESS_KEY_ID, ACCESS_KEY_SECRET)
    return world.assume_role("certdrop-create-https-listener")


@pytest.fixture(params=list(SIGNATURES))
def client(request: pytest.FixtureRequest, server: Server, identity: Identity) -> Client:
    return make_client(server, identity, **SIGNATURES[request.param])


def make_client(server: Server, identity: Identity, **options: Any) -> Client:
    return Client(
        Config(
            access_key_id=identity.access_key_id,
            access_key_secret=identity.secret,
            security_token=identity.token,
            endpoint=f"127.0.0.1:{server.port}",
            protocol="HTTP",
            region_id="cn-hangzhou",
            **options,
        )
    )


def settle(world: World) -> None:
    with world.lock:
        world.advance(60)


def create_request(scene: Scene, certificate: str, **more: Any) -> models.CreateListenerRequest:
    group = models.CreateListenerRequestDefaultActionsForwardGroupConfigServerGroupTuples(
        server_group_id=scene.server_group_id
    )
    forward = models.CreateListenerRequestDefaultActionsForwardGroupConfig(server_group_tuples=[group])
    return models.CreateListenerRequest(
        load_balancer_id=scene.load_balancer_id,
        listener_protocol="HTTPS",
        listener_port=443,
        certificates=[models.CreateListenerRequestCertificates(certificate_id=certificate)],
        default_actions=[models.CreateListenerRequestDefaultActions(forward_group_config=forward, type="ForwardGroup")],
        **more,
    )


def test_the_sdk_creates_changes_and_reads_a_listener(client: Client, scene: Scene) -> None:
    default, new = scene.certificate(), scene.certificate("new.example")
    created = client.create_listener(
        create_request(
            scene,
            default,
            listener_description="HTTPS_443",
            gzip_enabled=False,
            xforwarded_for_config=models.CreateListenerRequestXForwardedForConfig(xforwarded_for_slbid_enabled=True),
            tag=[models.CreateListenerRequestTag(key="certdrop", value="")],
            client_token="token-1",
        )
    ).body
    assert client.list_asyn_jobs(models.ListAsynJobsRequest(job_ids=[created.job_id])).body.jobs[0].status == (
        "Processing"
    )
    settle(scene.world)

    listener_id = created.listener_id
    before = client.get_listener_attribute(models.GetListenerAttributeRequest(listener_id=listener_id)).body
    assert (before.listener_status, before.gzip_enabled, before.idle_timeout) == ("Running", False, 15)
    assert before.certificates[0].certificate_id == default
    assert before.xforwarded_for_config.xforwarded_for_slbid_enabled is True
    assert (before.tags[0].key, before.tags[0].value) == ("certdrop", "")

    updated = client.update_listener_attribute(
        models.UpdateListenerAttributeRequest(
            listener_id=listener_id,
            certificates=[models.UpdateListenerAttributeRequestCertificates(certificate_id=new)],
        )
    ).body
    settle(scene.world)
    [job] = client.list_asyn_jobs(models.ListAsynJobsRequest(job_ids=[updated.job_id])).body.jobs
    assert (job.api_name, job.status, job.resource_id) == ("UpdateListenerAttribute", "Succeeded", listener_id)
    after = client.get_listener_attribute(models.GetListenerAttributeRequest(listener_id=listener_id)).body
    assert after.certificates[0].certificate_id == new


def test_the_sdk_associates_lists_and_dissociates_certificates(client: Client, scene: Scene) -> None:
    listener = scene.run()
    one, two = scene.certificate("one.example"), scene.certificate("two.example")
    associate = models.AssociateAdditionalCertificatesWithListenerRequest
    associated = client.associate_additional_certificates_with_listener(
        associate(
            listener_id=listener.id,
            certificates=[
                models.AssociateAdditionalCertificatesWithListenerRequestCertificates(certificate_id=certificate)
                for certificate in (one, two)
            ],
            dry_run=False,
        )
    ).body
    settle(scene.world)
    rows = client.list_listener_certificates(
        models.ListListenerCertificatesRequest(listener_id=listener.id, certificate_type="Server")
    ).body.certificates
    assert [(row.certificate_id, row.is_default, row.status) for row in rows][1:] == [
        (one, False, "Associated"),
        (two, False, "Associated"),
    ]

    dissociated = client.dissociate_additional_certificates_from_listener(
        models.DissociateAdditionalCertificatesFromListenerRequest(
            listener_id=listener.id,
            certificates=[
                models.DissociateAdditionalCertificatesFromListenerRequestCertificates(certificate_id=one),
            ],
        )
    ).body
    settle(scene.world)

    jobs = client.list_asyn_jobs(models.ListAsynJobsRequest(job_ids=[associated.job_id, dissociated.job_id])).body.jobs
    assert [job.status for job in jobs] == ["Succeeded", "Succeeded"]
    assert list(listener.additional) == [two]


def test_the_sdk_stops_starts_lists_and_deletes_listeners(client: Client, scene: Scene) -> None:
    listener = scene.run()

    def listed() -> list[tuple[str, str]]:
        page = client.list_listeners(models.ListListenersRequest(load_balancer_ids=[scene.load_balancer_id])).body
        return [(item.listener_id, item.listener_status) for item in page.listeners]

    client.stop_listener(models.StopListenerRequest(listener_id=listener.id))
    settle(scene.world)
    assert listed() == [(listener.id, "Stopped")]
    client.start_listener(models.StartListenerRequest(listener_id=listener.id))
    settle(scene.world)
    assert listed() == [(listener.id, "Running")]
    client.delete_listener(models.DeleteListenerRequest(listener_id=listener.id))
    settle(scene.world)
    assert listed() == []


def test_the_sdk_reads_load_balancers(client: Client, scene: Scene) -> None:
    [item] = client.list_load_balancers(
        models.ListLoadBalancersRequest(load_balancer_ids=[scene.load_balancer_id])
    ).body.load_balancers
    one = client.get_load_balancer_attribute(
        models.GetLoadBalancerAttributeRequest(load_balancer_id=scene.load_balancer_id)
    ).body

    assert item.dnsname == one.dnsname == f"{scene.load_balancer_id}.cn-hangzhou.alb.aliyuncsslb.com"
    assert (one.load_balancer_status, one.load_balancer_bussiness_status) == ("Active", "Normal")
    assert len(one.zone_mappings) == 2


def test_the_same_client_token_creates_one_listener(client: Client, scene: Scene) -> None:
    request = create_request(scene, scene.certificate(), client_token="once")

    first, second = (client.create_listener(request).body.listener_id for _ in range(2))
    assert first == second
    assert list(scene.alb.listeners) == [first]


def test_the_sdk_sees_codes_messages_and_statuses(client: Client, scene: Scene) -> None:
    with pytest.raises(ClientException) as missing:
        client.get_listener_attribute(models.GetListenerAttributeRequest(listener_id="lsn-nowhere"))
    assert (missing.value.code, missing.value.status_code) == ("ResourceNotFound.Listener", 404)
    assert "The specified resource lsn-nowhere is not found." in missing.value.message

    with pytest.raises(ClientException) as tried:
        client.create_listener(create_request(scene, scene.certificate(), dry_run=True))
    assert (tried.value.code, tried.value.status_code) == ("DryRunOperation", 400)
    assert scene.alb.listeners == {}


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_wrong_secret_is_found_out(server: Server, scene: Scene, signature: str) -> None:
    client = make_client(server, Identity(ACCESS_KEY_ID, "wrong"), **SIGNATURES[signature])

    with pytest.raises(ClientException) as caught:
        client.create_listener(create_request(scene, scene.certificate()))
    assert caught.value.code == "SignatureDoesNotMatch"
    assert scene.alb.listeners == {}


@pytest.fixture
def core(server: Server, identity: Identity) -> Iterator[Callable[..., dict[str, Any]]]:
    """The older SDK, which knows no models: action and parameters go into a CommonRequest."""
    credential = identity.token and StsTokenCredential(identity.access_key_id, identity.secret, identity.token)
    client = AcsClient(
        None if credential else identity.access_key_id,
        None if credential else identity.secret,
        "cn-hangzhou",
        credential=credential or None,
    )

    def call(action: str, **parameters: Any) -> dict[str, Any]:
        request = CommonRequest()
        request.set_domain(f"127.0.0.1:{server.port}")
        request.set_protocol_type("http")
        request.set_version("2020-06-16")
        request.set_action_name(action)
        request.set_method("POST")
        for name, value in parameters.items():
            request.add_query_param(name.replace("__", "."), value)
        answer: dict[str, Any] = json.loads(client.do_action_with_exception(request))
        return answer

    yield call
    client.session.close()


def test_the_core_sdk_creates_and_reads_a_listener(core: Callable[..., dict[str, Any]], scene: Scene) -> None:
    created = core("CreateListener", **scene.listener_parameters())
    settle(scene.world)
    associated = core(
        "AssociateAdditionalCertificatesWithListener",
        ListenerId=created["ListenerId"],
        Certificates__1__CertificateId=scene.certificate("one.example"),
    )
    settle(scene.world)

    assert core("GetListenerAttribute", ListenerId=created["ListenerId"])["ListenerStatus"] == "Running"
    assert core("ListAsynJobs", JobIds__1=associated["JobId"])["Jobs"][0]["Status"] == "Succeeded"
    with pytest.raises(ServerException) as caught:
        core("CreateListener", **scene.listener_parameters())
    assert caught.value.get_error_code() == "ResourceAlreadyExist.Listener"
