"""The documents that CAS answers, element for element as documented."""

from datetime import datetime
from typing import Any

from fakecloud.cas.models import CasCertificate
from fakecloud.certificates import milliseconds

Document = dict[str, Any]


def certificate(certificate: CasCertificate, now: datetime) -> Document:
    """Return an item of ListCertificates; its CertificateId is a string, unlike in GetCertificateDetail."""
    leaf = certificate.chain.leaf
    return {
        "Algorithm": leaf.algorithm,
        "CertIdentifier": certificate.cert_identifier,
        "CertificateId": str(certificate.certificate_id),
        "CertificateName": certificate.name,
        "CertificateSource": "UPLOAD",
        "CertificateStatus": leaf.status(now),
        "CommonName": leaf.common_name,
        "DeploymentDesc": '{"Scope":"all"}',
        "Domain": leaf.domain,
        "ExistPrivateKey": True,
        "FingerPrint": leaf.sha1.upper(),
        "InstanceId": certificate.instance_id,
        "Issuer": leaf.issuer,
        "KeySize": leaf.key_size,
        "NotAfter": milliseconds(leaf.not_after),
        "NotBefore": milliseconds(leaf.not_before),
        "Serial": leaf.serial,
        "UsingProductList": [],
    }


def detail(certificate: CasCertificate, now: datetime) -> Document:
    """Return what GetCertificateDetail adds."""
    return {
        "CertificateId": certificate.certificate_id,
        "CertificateChainList": [
            {
                "Issuer": link.issuer,
                "NotAfter": milliseconds(link.not_after),
                "NotBefore": milliseconds(link.not_before),
                "RemainDay": (link.not_after - now).days,
                "Subject": link.common_name,
            }
            for link in certificate.chain.certificates
        ],
        "CompanyId": 0,
        "ContactId": 0,
        "Csr": "",
        "Tags": _tags(certificate),
    }


def user_detail(certificate: CasCertificate, now: datetime) -> Document:
    """Return GetUserCertificateDetail without content and key."""
    leaf = certificate.chain.leaf
    return {
        **_subject(certificate, now),
        "Algorithm": leaf.algorithm,
        "BuyInAliyun": False,
        "CertChain": [
            {
                "CommonName": link.common_name,
                "IssuerCommonName": link.issuer,
                "NotAfter": milliseconds(link.not_after),
                "NotBefore": milliseconds(link.not_before),
                "RemainDay": (link.not_after - now).days,
            }
            for link in certificate.chain.certificates
        ],
        "CertIdentifier": certificate.cert_identifier,
        "CertSha2": leaf.sha256.upper(),
        "Common": leaf.common_name,
        "Id": certificate.certificate_id,
        "NotAfter": milliseconds(leaf.not_after),
        "NotBefore": milliseconds(leaf.not_before),
        "OrderId": 0,
        "Tags": _tags(certificate),
    }


def order(certificate: CasCertificate, now: datetime) -> Document:
    """Return an item of ListUserCertificateOrder, of the types CERT and UPLOAD."""
    return {
        **_subject(certificate, now),
        "CertificateId": certificate.certificate_id,
        "CommonName": certificate.chain.leaf.common_name,
        "Status": {"issued": "ISSUED", "willExpire": "WILLEXPIRED", "expired": "EXPIRED"}[
            certificate.chain.leaf.status(now)
        ],
        "Upload": True,
    }


def _subject(certificate: CasCertificate, now: datetime) -> Document:
    leaf = certificate.chain.leaf
    return {
        "City": leaf.city,
        "Country": leaf.country,
        "EndDate": leaf.not_after.date().isoformat(),
        "Expired": leaf.not_after <= now,
        "Fingerprint": leaf.sha1.upper(),
        "InstanceId": certificate.instance_id,
        "Issuer": leaf.issuer,
        "Name": certificate.name,
        "OrgName": leaf.organization,
        "Province": leaf.province,
        "ResourceGroupId": certificate.resource_group_id,
        "Sans": leaf.domain,
        "SerialNo": leaf.serial,
        "Sha2": leaf.sha256.upper(),
        "StartDate": leaf.not_before.date().isoformat(),
    }


def _tags(certificate: CasCertificate) -> list[Document]:
    return [{"TagKey": key, "TagValue": value} for key, value in certificate.tags]
