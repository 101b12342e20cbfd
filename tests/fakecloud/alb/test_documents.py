"""ALB's answers: every element, every filter, pages and jobs."""

from typing import Any

from fakecloud.alb.changes import Changes
from tests.fakecloud.alb.scene import Scene


def test_a_listener_is_answered_with_all_its_elements(scene: Scene) -> None:
    certificate = scene.certificate()
    answer = scene.call(
        "CreateListener",
        **scene.listener_parameters(
            Certificates__1__CertificateId=certificate,
            ListenerDescription="商店_443",
            IdleTimeout=30,
            RequestTimeout=90,
            GzipEnabled="False",
            Http2Enabled="false",
            SecurityPolicyId="tls_cipher_policy_1_2",
            CaEnabled="true",
            CaCertificates__1__CertificateId=(authority := scene.authority()).id,
            XForwardedForConfig__XForwardedForProtoEnabled="true",
            XForwardedForConfig__XForwardedForClientCertSubjectDNAlias="dn",
            XForwardedForConfig__XForwardedForClientCertSubjectDNEnabled=True,
            Tag__1__Key="env",
            Tag__1__Value="",
        ),
    )
    assert set(answer) == {"JobId", "ListenerId"}
    associating = {"CertificateId": certificate, "IsDefault": True, "Status": "Associating"}
    assert scene.call("GetListenerAttribute", ListenerId=answer["ListenerId"])["Certificates"] == [associating]
    scene.settle()

    document = dict(scene.call("GetListenerAttribute", ListenerId=answer["ListenerId"]))
    forwarded_for = document.pop("XForwardedForConfig")
    assert document == {
        "AclConfig": {"AclRelations": [], "AclType": ""},
        "CaCertificates": [{"CertificateId": authority.id, "IsDefault": True, "Status": "Associated"}],
        "CaEnabled": True,
        "Certificates": [{"CertificateId": certificate, "IsDefault": True, "Status": "Associated"}],
        "DefaultActions": [
            {
                "ForwardGroupConfig": {"ServerGroupTuples": [{"ServerGroupId": scene.server_group_id}]},
                "Type": "ForwardGroup",
            }
        ],
        "GzipEnabled": False,
        "Http2Enabled": False,
        "IdleTimeout": 30,
        "ListenerDescription": "商店_443",
        "ListenerId": answer["ListenerId"],
        "ListenerPort": 443,
        "ListenerProtocol": "HTTPS",
        "ListenerStatus": "Running",
        "LoadBalancerId": scene.load_balancer_id,
        "LogConfig": {
            "AccessLogRecordCustomizedHeadersEnabled": False,
            "AccessLogTracingConfig": {"TracingEnabled": False, "TracingSample": 0, "TracingType": ""},
        },
        "QuicConfig": {"QuicListenerId": "", "QuicUpgradeEnabled": False},
        "RequestTimeout": 90,
        "SecurityPolicyId": "tls_cipher_policy_1_2",
        "Tags": [{"Key": "env", "Value": ""}],
    }
    assert len(forwarded_for) == 17
    assert forwarded_for["XForwardedForProtoEnabled"] is True
    assert forwarded_for["XForwardedForEnabled"] is True
    assert forwarded_for["XForwardedForProcessingMode"] == "append"
    assert forwarded_for["XForwardedForClientCertSubjectDNAlias"] == "dn"


def test_a_listener_has_the_documented_defaults(scene: Scene) -> None:
    scene.call("CreateListener", **scene.listener_parameters())

    [item] = scene.call("ListListeners")["Listeners"]
    chosen = ("GzipEnabled", "Http2Enabled", "IdleTimeout", "RequestTimeout", "SecurityPolicyId", "ListenerStatus")
    assert [item[name] for name in chosen] == [True, True, 15, 60, "tls_cipher_policy_1_0", "Provisioning"]


def test_an_update_changes_only_what_it_names(scene: Scene) -> None:
    listener = scene.run(description="before", idle_timeout=20)
    before = scene.call("GetListenerAttribute", ListenerId=listener.id)
    answer = scene.call(
        "UpdateListenerAttribute",
        ListenerId=listener.id,
        ListenerDescription="semi;colon,and@",
        XForwardedForConfig__XForwardedForHostEnabled="true",
    )
    assert set(answer) == {"JobId"}
    scene.settle()

    after = scene.call("GetListenerAttribute", ListenerId=listener.id)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"ListenerDescription", "XForwardedForConfig"}


def test_listeners_are_found_by_every_filter(scene: Scene) -> None:
    https = scene.run(443)
    https.tags = {"env": "test"}
    http = scene.run(80, "HTTP")
    elsewhere = Scene.of(scene.world).run(443)
    foreign = Scene.of(scene.world).run(443)
    foreign.load_balancer.owner = "9999999999999999"

    def find(**filters: Any) -> list[str]:
        return [item["ListenerId"] for item in scene.call("ListListeners", **filters)["Listeners"]]

    assert find() == [https.id, http.id, elsewhere.id]
    assert find(LoadBalancerIds__1=scene.load_balancer_id) == [https.id, http.id]
    assert find(ListenerIds__1=http.id, ListenerIds__2=elsewhere.id) == [http.id, elsewhere.id]
    assert find(ListenerProtocol="HTTP") == [http.id]
    assert find(Tag__1__Key="env") == [https.id]
    assert find(Tag__1__Key="env", Tag__1__Value="test") == [https.id]
    assert find(Tag__1__Key="env", Tag__1__Value="live") == []


def test_pages_follow_each_other_by_their_tokens(scene: Scene) -> None:
    ids = [scene.run(port).id for port in range(1, 6)]
    first = scene.call("ListListeners", MaxResults=2)
    second = scene.call("ListListeners", MaxResults=2, NextToken=first["NextToken"])
    third = scene.call("ListListeners", MaxResults=2, NextToken=second["NextToken"])

    pages = [first, second, third]
    assert [item["ListenerId"] for page in pages for item in page["Listeners"]] == ids
    assert [(page["TotalCount"], page["MaxResults"]) for page in pages] == [(5, 2)] * 3
    assert "NextToken" not in third


def test_twenty_listeners_are_a_page_unless_told(scene: Scene) -> None:
    for port in range(1, 22):
        scene.create(port, "HTTP")

    assert len(scene.call("ListListeners")["Listeners"]) == 20
    assert len(scene.call("ListListeners", MaxResults=100)["Listeners"]) == 21


def test_certificates_of_a_listener_are_listed_with_their_status(scene: Scene) -> None:
    default, extra = scene.certificate(), scene.certificate("extra.example")
    authority = scene.authority()
    listener = scene.run(default_certificate=default, ca_enabled=True, client_ca=authority.id)
    scene.call(
        "AssociateAdditionalCertificatesWithListener", ListenerId=listener.id, Certificates__1__CertificateId=extra
    )

    def row(certificate_id: str, kind: str, status: str, *, is_default: bool) -> dict[str, Any]:
        return {"CertificateId": certificate_id, "CertificateType": kind, "IsDefault": is_default, "Status": status}

    document = scene.call("ListListenerCertificates", ListenerId=listener.id)
    assert document == {
        "Certificates": [
            row(default, "Server", "Associated", is_default=True),
            row(extra, "Server", "Associating", is_default=False),
            row(authority.id, "Ca", "Associated", is_default=True),
        ],
        "MaxResults": 20,
        "TotalCount": 3,
    }
    scene.settle()
    servers = scene.call("ListListenerCertificates", ListenerId=listener.id, CertificateType="Server", MaxResults=1)
    assert servers["Certificates"] == [row(default, "Server", "Associated", is_default=True)]
    assert servers["TotalCount"] == 2
    one = scene.call("ListListenerCertificates", ListenerId=listener.id, CertificateIds__1=extra)
    assert one["Certificates"] == [row(extra, "Server", "Associated", is_default=False)]


def test_jobs_go_from_processing_to_succeeded_or_failed(scene: Scene) -> None:
    created = scene.call("CreateListener", **scene.listener_parameters())
    started = int(scene.world.clock.now().timestamp() * 1000)
    [job] = scene.call("ListAsynJobs", JobIds__1=created["JobId"])["Jobs"]
    assert job == {
        "ApiName": "CreateListener",
        "CreateTime": started,
        "Id": created["JobId"],
        "ModifyTime": started,
        "OperateType": "Create",
        "ResourceId": created["ListenerId"],
        "ResourceType": "listener",
        "Status": "Processing",
    }
    scene.settle()
    [done] = scene.call("ListAsynJobs", JobIds__1=created["JobId"])["Jobs"]
    assert done == {**job, "Status": "Succeeded", "ModifyTime": started + 8000}

    scene.alb.fail_next_job("StopListener", "SystemBusy", "Try again.")
    stopped = scene.call("StopListener", ListenerId=created["ListenerId"])
    deleted_before = scene.call("ListAsynJobs", ApiName="DeleteListener")
    assert (deleted_before["Jobs"], deleted_before["TotalCount"]) == ([], 0)
    scene.settle()

    [failed] = scene.call("ListAsynJobs", JobIds__1=stopped["JobId"])["Jobs"]
    outcome = (failed["Status"], failed["ErrorCode"], failed["ErrorMessage"], failed["OperateType"])
    assert outcome == ("Failed", "SystemBusy", "Try again.", "Update")


def test_jobs_are_found_by_every_filter_the_latest_first(scene: Scene) -> None:
    created = scene.call("CreateListener", **scene.listener_parameters())
    scene.settle()
    later = int(scene.world.clock.now().timestamp() * 1000)
    stopped = scene.call("StopListener", ListenerId=created["ListenerId"])

    def find(**filters: Any) -> list[str]:
        return [job["Id"] for job in scene.call("ListAsynJobs", **filters)["Jobs"]]

    assert find() == [stopped["JobId"], created["JobId"]]
    assert find(ApiName="StopListener") == [stopped["JobId"]]
    assert find(ResourceIds__1=created["ListenerId"]) == [stopped["JobId"], created["JobId"]]
    assert find(ResourceIds__1="lsn-other") == []
    assert find(ResourceType="loadbalancer") == []
    assert find(BeginTime=later) == [stopped["JobId"]]
    assert find(EndTime=later - 1) == [created["JobId"]]


def test_an_ordered_failure_meets_only_the_next_job_of_that_action(scene: Scene) -> None:
    scene.alb.fail_next_job("UpdateListenerAttribute")
    listener = scene.run()
    for description in ("first", "second"):
        scene.alb.update_listener_attribute(listener.id, Changes(description=description))
        scene.settle()

    assert listener.settings.description == "second"
    assert [job.status for job in scene.alb.jobs.entries.values()] == ["Succeeded", "Failed", "Succeeded"]


def test_a_load_balancer_is_answered_with_all_its_elements(scene: Scene) -> None:
    load_balancer = scene.alb.load_balancers[scene.load_balancer_id]

    document = scene.call("GetLoadBalancerAttribute", LoadBalancerId=load_balancer.id)
    assert document["LoadBalancerBussinessStatus"] == "Normal"
    assert document["LoadBalancerEdition"] == "Standard"
    assert document["DNSName"] == load_balancer.dns_name
    assert document["CreateTime"] == "2026-11-01T12:00:00Z"
    assert document["RegionId"] == "cn-hangzhou"
    assert [zone["ZoneId"] for zone in document["ZoneMappings"]] == ["cn-hangzhou-a", "cn-hangzhou-b"]


def test_load_balancers_are_found_by_every_filter(scene: Scene) -> None:
    first = scene.alb.load_balancers[scene.load_balancer_id]
    second = scene.alb.create_load_balancer(vpc="vpc-2", name="second", tags={"env": "test"})
    second.status = "Inactive"
    scene.alb.create_load_balancer(owner="9999999999999999")

    def find(**filters: Any) -> list[str]:
        return [item["LoadBalancerId"] for item in scene.call("ListLoadBalancers", **filters)["LoadBalancers"]]

    assert find() == [first.id, second.id]
    assert find(LoadBalancerIds__1=second.id) == [second.id]
    assert find(LoadBalancerNames__1="second") == [second.id]
    assert find(VpcIds__1="vpc-2") == [second.id]
    assert find(LoadBalancerStatus="Active") == [first.id]
    assert find(DNSName=first.dns_name) == [first.id]
    assert find(Tag__1__Key="env") == [second.id]
    assert find(ZoneId="cn-hangzhou-b") == [first.id, second.id]
    assert find(ZoneId="cn-hangzhou-z") == []
    assert find(AddressType="Intranet") == []
