"""The documents that CLB answers, element for element as documented, with the vendor's spellings."""

import json
from datetime import datetime
from typing import Any

from fakecloud.certificates import Chain, milliseconds
from fakecloud.clb.resources import (
    CaCertificate,
    DomainExtension,
    Listener,
    LoadBalancer,
    ServerCertificate,
    Tags,
)

Document = dict[str, Any]
LISTENER_ELEMENTS = (
    "AclId",
    "AclStatus",
    "AclType",
    "BackendServerPort",
    "Bandwidth",
    "CACertificateId",
    "Cookie",
    "CookieTimeout",
    "Description",
    "EnableHttp2",
    "Gzip",
    "HealthCheck",
    "HealthCheckConnectPort",
    "HealthCheckDomain",
    "HealthCheckHttpCode",
    "HealthCheckInterval",
    "HealthCheckMethod",
    "HealthCheckTimeout",
    "HealthCheckURI",
    "HealthyThreshold",
    "IdleTimeout",
    "RequestTimeout",
    "Scheduler",
    "ServerCertificateId",
    "StickySession",
    "StickySessionType",
    "TLSCipherPolicy",
    "UnhealthyThreshold",
    "VServerGroupId",
    "XForwardedFor",
    "XForwardedFor_ClientSrcPort",
    "XForwardedFor_SLBID",
    "XForwardedFor_SLBIP",
    "XForwardedFor_SLBPORT",
    "XForwardedFor_proto",
)
CLIENT_CERTIFICATE_HEADERS = ("ClientVerify", "Fingerprint", "IssuerDN", "SubjectDN")
NUMBERS = ("BackendServerPort", "CookieTimeout", "HealthCheckConnectPort")


def server_certificate(certificate: ServerCertificate) -> Document:
    """Return an item of DescribeServerCertificates without its tags: what an upload answers."""
    reference = certificate.reference
    return {
        **_validity(certificate.chain, certificate.created),
        "AliCloudCertificateId": reference.certificate_id if reference else "",
        "AliCloudCertificateName": reference.name if reference else "",
        "Fingerprint": _with_colons(certificate.chain.leaf.sha1),
        "IsAliCloudCertificate": int(reference is not None),
        "RegionId": certificate.region,
        "ResourceGroupId": certificate.resource_group_id,
        "ServerCertificateId": certificate.certificate_id,
        "ServerCertificateName": certificate.name,
        # One string that is itself JSON: so the page's example has it.
        "SubjectAlternativeNames": {
            "SubjectAlternativeName": [json.dumps(certificate.chain.leaf.names, separators=(",", ":"))]
        },
    }


def ca_certificate(certificate: CaCertificate) -> Document:
    """Return what an upload of a CA certificate answers; its fingerprint is in upper case, unlike a server's."""
    return {
        **_validity(certificate.chain, certificate.created),
        "CACertificateId": certificate.certificate_id,
        "CACertificateName": certificate.name,
        "Fingerprint": _with_colons(certificate.chain.leaf.sha1).upper(),
        "ResourceGroupId": certificate.resource_group_id,
    }


def tags(pairs: Tags) -> Document:
    """Return the element Tags."""
    return {"Tag": [{"TagKey": key, "TagValue": value} for key, value in pairs]}


def domain_extension(extension: DomainExtension) -> Document:
    """Return an item of DescribeDomainExtensions."""
    return {
        "Domain": extension.domain,
        "DomainExtensionId": extension.domain_extension_id,
        "ServerCertificateId": extension.server_certificate_id,
    }


def https_listener(listener: Listener) -> Document:
    """Return DescribeLoadBalancerHTTPSListenerAttribute."""
    settings = listener.settings
    return {
        **{name: settings.get(name, 0 if name in NUMBERS else "") for name in LISTENER_ELEMENTS},
        "AclIds": {"AclId": [acl_id for acl_id in settings.get("AclId", "").split(",") if acl_id]},
        "DomainExtensions": {"DomainExtension": [domain_extension(each) for each in listener.extensions.values()]},
        "ListenerPort": listener.port,
        "LoadBalancerId": listener.load_balancer_id,
        "Rules": {"Rule": []},
        "SecurityStatus": "on",
        "Status": listener.status,
        "Tags": tags(listener.tags),
        **{f"XForwardedFor_ClientCert{name}": "off" for name in CLIENT_CERTIFICATE_HEADERS},
    }


def load_balancer(load_balancer: LoadBalancer) -> Document:
    """Return an item of DescribeLoadBalancers."""
    zone = load_balancer.region
    return {
        "Address": load_balancer.address,
        "AddressIPVersion": load_balancer.ip_version,
        "AddressType": load_balancer.address_type,
        "Bandwidth": load_balancer.bandwidth,
        "CreateTime": _iso(load_balancer.created),
        "CreateTimeStamp": milliseconds(load_balancer.created),
        "DeleteProtection": "off",
        "InstanceChargeType": "PayBySpec",
        "InternetChargeType": load_balancer.internet_charge_type,
        "LoadBalancerId": load_balancer.load_balancer_id,
        "LoadBalancerName": load_balancer.name,
        "LoadBalancerSpec": load_balancer.spec,
        "LoadBalancerStatus": load_balancer.status,
        "MasterZoneId": f"{zone}-b",
        "ModificationProtectionReason": "",
        "ModificationProtectionStatus": "NonProtection",
        "NetworkType": "vpc" if load_balancer.vpc_id else "classic",
        "PayType": "PayOnDemand",
        "RegionId": load_balancer.region,
        "RegionIdAlias": load_balancer.region,
        "ResourceGroupId": load_balancer.resource_group_id,
        "SlaveZoneId": f"{zone}-d",
        "Tags": tags(load_balancer.tags),
        "VSwitchId": load_balancer.vswitch_id,
        "VpcId": load_balancer.vpc_id,
    }


def load_balancer_attribute(instance: LoadBalancer, listeners: list[Listener]) -> Document:
    """Return DescribeLoadBalancerAttribute, which tells the listeners thrice, once of them misspelt."""
    return {
        **load_balancer(instance),
        "AutoReleaseTime": 0,
        "BackendServers": {"BackendServer": []},
        "EndTime": "2999-09-08T16:00:00Z",
        "EndTimeStamp": 32493801600000,
        "ListenerPorts": {"ListenerPort": [listener.port for listener in listeners]},
        "ListenerPortsAndProtocal": {
            "ListenerPortAndProtocal": [
                {"ListenerPort": listener.port, "ListenerProtocal": listener.protocol} for listener in listeners
            ]
        },
        "ListenerPortsAndProtocol": {
            "ListenerPortAndProtocol": [
                {
                    "Description": listener.settings.get("Description", ""),
                    "ForwardPort": 0,
                    "ListenerForward": "off",
                    "ListenerPort": listener.port,
                    "ListenerProtocol": listener.protocol,
                }
                for listener in listeners
            ]
        },
        "RenewalCycUnit": "Month",
        "RenewalDuration": 1,
        "RenewalStatus": "NotRenewal",
    }


def _validity(chain: Chain, created: datetime) -> Document:
    return {
        "CommonName": chain.leaf.common_name,
        "CreateTime": _iso(created),
        "CreateTimeStamp": milliseconds(created),
        "ExpireTime": _iso(chain.leaf.not_after),
        "ExpireTimeStamp": milliseconds(chain.leaf.not_after),
    }


def _iso(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def _with_colons(digits: str) -> str:
    return bytes.fromhex(digits).hex(":")
