"""The documents that ALB answers, element for element as documented."""

from typing import Any

from fakecloud.alb.jobs import Job
from fakecloud.alb.resources import Listener, LoadBalancer
from fakecloud.certificates import milliseconds

Document = dict[str, Any]


def listener_item(listener: Listener) -> Document:
    """Return an item of ListListeners."""
    settings = listener.settings
    groups = [{"ServerGroupId": group} for group in settings.server_groups]
    return {
        "DefaultActions": [{"ForwardGroupConfig": {"ServerGroupTuples": groups}, "Type": "ForwardGroup"}],
        "GzipEnabled": settings.gzip,
        "Http2Enabled": settings.http2,
        "IdleTimeout": settings.idle_timeout,
        "ListenerDescription": settings.description,
        "ListenerId": listener.id,
        "ListenerPort": listener.port,
        "ListenerProtocol": listener.protocol,
        "ListenerStatus": listener.status,
        "LoadBalancerId": listener.load_balancer.id,
        "LogConfig": {
            "AccessLogRecordCustomizedHeadersEnabled": False,
            "AccessLogTracingConfig": {"TracingEnabled": False, "TracingSample": 0, "TracingType": ""},
        },
        "QuicConfig": {"QuicListenerId": settings.quic_listener, "QuicUpgradeEnabled": settings.quic_upgrade},
        "RequestTimeout": settings.request_timeout,
        "SecurityPolicyId": settings.security_policy,
        "Tags": _tags(listener),
        "XForwardedForConfig": dict(settings.forwarded_for),
    }


def listener_attribute(listener: Listener) -> Document:
    """Return GetListenerAttribute.

    Its Certificates holds the default one only. IsDefault and Status there are of older models; the current one gives
    the status of certificates in ListListenerCertificates.
    """
    certificates = listener_certificates(listener)
    keys = ("CertificateId", "IsDefault", "Status")
    return {
        **listener_item(listener),
        "AclConfig": {"AclRelations": [], "AclType": ""},
        "CaCertificates": [
            {key: each[key] for key in keys} for each in certificates if each["CertificateType"] == "Ca"
        ],
        "CaEnabled": listener.settings.ca_enabled,
        "Certificates": [
            {key: each[key] for key in keys}
            for each in certificates
            if each["CertificateType"] == "Server" and each["IsDefault"]
        ],
    }


def listener_certificates(listener: Listener) -> list[Document]:
    """Return the items of ListListenerCertificates: the default one, the additional ones, the client CA."""
    settings = listener.settings
    status = "Associating" if listener.status == "Provisioning" else "Associated"
    items = []
    if settings.default is not None:
        items.append(_certificate(settings.default.id, "Server", status, is_default=True))
    for certificate_id, association in listener.additional.items():
        items.append(_certificate(certificate_id, "Server", association.status, is_default=False))
    if settings.client_ca is not None:
        items.append(_certificate(settings.client_ca.id, "Ca", status, is_default=True))
    return items


def _certificate(certificate_id: str, kind: str, status: str, *, is_default: bool) -> Document:
    return {"CertificateId": certificate_id, "CertificateType": kind, "IsDefault": is_default, "Status": status}


def job(job: Job) -> Document:
    """Return an item of ListAsynJobs; the error's elements are there only when it failed."""
    document: Document = {
        "ApiName": job.api_name,
        "CreateTime": milliseconds(job.create_time),
        "Id": job.id,
        "ModifyTime": milliseconds(job.modify_time),
        "OperateType": job.operate_type,
        "ResourceId": job.resource_id,
        "ResourceType": job.resource_type,
        "Status": job.status,
    }
    if job.status == "Failed":
        document.update(ErrorCode=job.error_code, ErrorMessage=job.error_message)
    return document


def load_balancer_item(load_balancer: LoadBalancer) -> Document:
    """Return an item of ListLoadBalancers."""
    return {
        "AccessLogConfig": {"LogProject": "", "LogStore": ""},
        "AddressAllocatedMode": "Dynamic",
        "AddressIpVersion": load_balancer.address_ip_version,
        "AddressType": load_balancer.address_type,
        "BandwidthPackageId": "",
        "CreateTime": load_balancer.create_time,
        "DNSName": load_balancer.dns_name,
        "DeletionProtectionConfig": {"Enabled": False, "EnabledTime": ""},
        "Ipv6AddressType": "Intranet",
        "LoadBalancerBillingConfig": {"PayType": "PostPay"},
        "LoadBalancerBussinessStatus": load_balancer.business_status,  # sic
        "LoadBalancerEdition": load_balancer.edition,
        "LoadBalancerId": load_balancer.id,
        "LoadBalancerName": load_balancer.name,
        "LoadBalancerOperationLocks": [
            {"LockReason": reason, "LockType": kind} for kind, reason in load_balancer.locks.items()
        ],
        "LoadBalancerStatus": load_balancer.status,
        "ModificationProtectionConfig": {"Reason": "", "Status": "NonProtection"},
        "ResourceGroupId": load_balancer.resource_group,
        "SecurityGroupIds": [],
        "Tags": _tags(load_balancer),
        "VpcId": load_balancer.vpc,
    }


def load_balancer_attribute(load_balancer: LoadBalancer) -> Document:
    """Return GetLoadBalancerAttribute."""
    return {
        **load_balancer_item(load_balancer),
        "RegionId": load_balancer.region,
        "ZoneMappings": [
            {
                "LoadBalancerAddresses": [_address(load_balancer, letter, address)],
                "Status": "Active",
                "VSwitchId": f"vsw-{load_balancer.vpc.removeprefix('vpc-')}{letter}",
                "ZoneId": f"{load_balancer.region}-{letter}",
            }
            for letter, address in zip("ab", load_balancer.addresses, strict=True)
        ],
    }


def _address(load_balancer: LoadBalancer, letter: str, address: str) -> Document:
    return {
        "Address": address,
        "AllocationId": f"eip-{load_balancer.id.removeprefix('alb-')}{letter}",
        "EipType": "Common",
        "IntranetAddress": f"192.168.{ord(letter)}.{address.rpartition('.')[2]}",
        "IntranetAddressHcStatus": "Healthy",
        "Ipv4LocalAddresses": [],
        "Ipv6Address": "",
        "Ipv6AddressHcStatus": "",
        "Ipv6LocalAddresses": [],
    }


def zones(load_balancer: LoadBalancer) -> set[str]:
    """Return the zones that an instance is in."""
    return {mapping["ZoneId"] for mapping in load_balancer_attribute(load_balancer)["ZoneMappings"]}


def _tags(tagged: Listener | LoadBalancer) -> list[Document]:
    return [{"Key": key, "Value": value} for key, value in tagged.tags.items()]
