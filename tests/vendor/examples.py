"""One whole request for each action of certdrop: every parameter that its model has, as the documents of the wire."""

from typing import Any

from certdrop.cloud import alb_models, cas_models, clb_models
from certdrop.cloud.wire import RpcRequest

CERTIFICATES = [{"CertificateId": "1011-cn-hangzhou"}]
ONCE = {"ClientToken": "token-1", "DryRun": False}
GROUPS = [{"ServerGroupId": "sgp-1"}, {"ServerGroupId": "sgp-2"}]
ACTIONS = [{"Type": "ForwardGroup", "ForwardGroupConfig": {"ServerGroupTuples": GROUPS}}]
TAGS = [{"Key": "env", "Value": "a b*~+%"}, {"Key": "商店", "Value": "1"}]
HEADERS = ("ClientVerify", "Fingerprint", "IssuerDN", "SubjectDN")
FORWARDED: dict[str, Any] = {
    **{f"XForwardedForClientCert{header}Alias": f"x-{header.lower()}" for header in HEADERS},
    **{f"XForwardedForClientCert{header}Enabled": True for header in HEADERS},
    "XForwardedForClientSourceIpsEnabled": True,
    "XForwardedForClientSourceIpsTrusted": "10.1.1.0/24",
    "XForwardedForClientSrcPortEnabled": False,
    "XForwardedForEnabled": True,
    "XForwardedForHostEnabled": True,
    "XForwardedForProcessingMode": "append",
    "XForwardedForProtoEnabled": False,
    "XForwardedForSLBIdEnabled": True,
    "XForwardedForSLBPortEnabled": True,
}
SETTINGS: dict[str, Any] = {
    **ONCE,
    "ListenerDescription": "HTTPS_443",
    "RequestTimeout": 60,
    "IdleTimeout": 15,
    "GzipEnabled": True,
    "Http2Enabled": False,
    "SecurityPolicyId": "tls_cipher_policy_1_2",
    "CaEnabled": True,
    "Certificates": CERTIFICATES,
    "CaCertificates": [{"CertificateId": "1012-cn-hangzhou"}],
    "QuicConfig": {"QuicListenerId": "lsn-2", "QuicUpgradeEnabled": True},
    "XForwardedForConfig": FORWARDED,
    "DefaultActions": ACTIONS,
}
PAGE = {"MaxResults": 100, "NextToken": "AAAA=="}
REGION = {"RegionId": "cn-hangzhou"}
AT = {**REGION, "LoadBalancerId": "lb-1", "ListenerPort": 443}
CHANGED = {
    **AT,
    "ServerCertificateId": "1_2_3_4",
    "CACertificateId": "5_6_7_8",
    "TLSCipherPolicy": "tls_cipher_policy_1_2",
    "EnableHttp2": "on",
    "Description": "https_443",
    "IdleTimeout": 15,
    "RequestTimeout": 60,
    "Bandwidth": -1,
    "VServerGroupId": "rsp-1",
    "Scheduler": "wrr",
    "StickySession": "on",
    "StickySessionType": "insert",
    "CookieTimeout": 500,
    "Cookie": "B490B5EBF6F3CD402E515D22BCDA1598",
    "HealthCheck": "on",
    "HealthCheckMethod": "head",
    "HealthCheckDomain": "$_ip",
    "HealthCheckURI": "/test/index.html?a&b#%20",
    "HealthyThreshold": 4,
    "UnhealthyThreshold": 4,
    "HealthCheckTimeout": 3,
    "HealthCheckConnectPort": 8080,
    "HealthCheckInterval": 5,
    "HealthCheckHttpCode": "http_2xx,http_3xx",
    "Gzip": "on",
    "AclId": "acl-1,acl-2",
    "AclType": "white",
    "AclStatus": "on",
    "XForwardedFor": "on",
    "XForwardedFor_SLBIP": "on",
    "XForwardedFor_SLBID": "off",
    "XForwardedFor_proto": "on",
    "XForwardedFor_SLBPORT": "off",
    "XForwardedFor_ClientSrcPort": "on",
}
PEM = "-----BEGIN CERTIFICATE-----\nMIIB+/=\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIE+/=\n-----END RSA PRIVATE KEY-----\n"

EXAMPLES: dict[type[RpcRequest], dict[str, Any]] = {
    alb_models.CreateListenerRequest: {
        **SETTINGS,
        "LoadBalancerId": "alb-1",
        "ListenerProtocol": "HTTPS",
        "ListenerPort": 443,
        "Tag": TAGS,
    },
    alb_models.UpdateListenerAttributeRequest: {**SETTINGS, "ListenerId": "lsn-1"},
    alb_models.StartListenerRequest: {**ONCE, "ListenerId": "lsn-1"},
    alb_models.AssociateAdditionalCertificatesWithListenerRequest: {
        **ONCE,
        "ListenerId": "lsn-1",
        "Certificates": [{"CertificateId": f"{number}-cn-hangzhou"} for number in range(1, 16)],
    },
    alb_models.DissociateAdditionalCertificatesFromListenerRequest: {
        **ONCE,
        "ListenerId": "lsn-1",
        "Certificates": CERTIFICATES,
    },
    alb_models.GetListenerAttributeRequest: {"ListenerId": "lsn-1"},
    alb_models.GetLoadBalancerAttributeRequest: {"LoadBalancerId": "alb-1"},
    alb_models.ListListenersRequest: {
        **PAGE,
        "ListenerIds": ["lsn-1", "lsn-2"],
        "LoadBalancerIds": ["alb-1"],
        "ListenerProtocol": "HTTPS",
        "Tag": TAGS,
    },
    alb_models.ListListenerCertificatesRequest: {
        **PAGE,
        "ListenerId": "lsn-1",
        "CertificateIds": ["1011-cn-hangzhou"],
        "CertificateType": "Server",
    },
    alb_models.ListAsynJobsRequest: {
        **PAGE,
        "JobIds": ["job-1", "job-2"],
        "ApiName": "CreateListener",
        "ResourceIds": ["lsn-1"],
        "ResourceType": "listener",
        "BeginTime": 1795000000000,
        "EndTime": 1795000060000,
    },
    cas_models.UploadUserCertificateRequest: {
        "Name": "certdrop-shop.example-0123456789abcdef",
        "Cert": PEM,
        "Key": KEY,
        "EncryptCert": PEM,
        "EncryptPrivateKey": KEY,
        "SignCert": PEM,
        "SignPrivateKey": KEY,
        "ResourceGroupId": "rg-1",
        "Tags": TAGS,
        "ClientToken": "token-1",
    },
    cas_models.DeleteUserCertificateRequest: {"CertId": 1011, "ClientToken": "token-1"},
    cas_models.ListCertificatesRequest: {
        "Keyword": "*.shop.example",
        "CertificateSource": "UPLOAD",
        "CertificateStatus": "issued",
        "InstanceId": "cas-1",
        "ResourceGroupId": "rg-1",
        "CurrentPage": 2,
        "ShowSize": 50,
    },
    clb_models.CreateLoadBalancerHTTPSListenerRequest: {
        **CHANGED,
        "BackendServerPort": 80,
        "Tag": TAGS,
    },
    clb_models.SetLoadBalancerHTTPSListenerAttributeRequest: {**CHANGED, "VServerGroup": "on"},
    clb_models.StartLoadBalancerListenerRequest: {**AT, "ListenerProtocol": "https"},
    clb_models.DescribeLoadBalancerHTTPSListenerAttributeRequest: AT,
    clb_models.DescribeLoadBalancerAttributeRequest: {**REGION, "LoadBalancerId": "lb-1"},
    clb_models.DescribeLoadBalancersRequest: {**REGION, "PageNumber": 2, "PageSize": 50},
    clb_models.DeleteCACertificateRequest: {**REGION, "CACertificateId": "1_2_3_4"},
    clb_models.DeleteServerCertificateRequest: {**REGION, "ServerCertificateId": "1_2_3_4"},
    clb_models.DescribeServerCertificatesRequest: {
        **REGION,
        "ServerCertificateId": "1_2_3_4",
        "ResourceGroupId": "rg-1",
        "Tag": TAGS,
    },
    clb_models.UploadServerCertificateRequest: {
        **REGION,
        "AliCloudCertificateId": "1011-cn-hangzhou",
        "AliCloudCertificateName": "shop",
        "AliCloudCertificateRegionId": "cn-hangzhou",
        "ServerCertificate": PEM,
        "PrivateKey": KEY,
        "ServerCertificateName": "shop",
        "ResourceGroupId": "rg-1",
        "Tag": TAGS,
    },
    clb_models.DescribeCACertificatesRequest: {
        **REGION,
        "CACertificateId": "5_6_7_8",
        "ResourceGroupId": "rg-1",
        "Tag": TAGS,
    },
    clb_models.UploadCACertificateRequest: {
        **REGION,
        "CACertificate": PEM,
        "CACertificateName": "partners",
        "ResourceGroupId": "rg-1",
        "Tag": TAGS,
    },
    clb_models.CreateDomainExtensionRequest: {**AT, "Domain": "*.shop.example", "ServerCertificateId": "1_2_3_4"},
    clb_models.SetDomainExtensionAttributeRequest: {
        **REGION,
        "DomainExtensionId": "de-1",
        "ServerCertificateId": "1_2_3_4",
    },
}
