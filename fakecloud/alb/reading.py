"""From the typed parameters of a call to what ALB's actions take."""

from collections.abc import Mapping, Sequence
from typing import Any

from fakecloud.alb.changes import Changes
from fakecloud.alb.errors import refusal

Sent = Mapping[str, Any]


def read_changes(sent: Sent) -> Changes:
    """Return the settings that a call names."""
    quic = sent.get("QuicConfig", {})
    return Changes(
        default_certificate=_only_certificate(sent, "Certificates"),
        ca_enabled=sent.get("CaEnabled"),
        client_ca=_only_certificate(sent, "CaCertificates"),
        server_groups=_server_groups(sent),
        description=sent.get("ListenerDescription"),
        gzip=sent.get("GzipEnabled"),
        http2=sent.get("Http2Enabled"),
        idle_timeout=sent.get("IdleTimeout"),
        request_timeout=sent.get("RequestTimeout"),
        security_policy=sent.get("SecurityPolicyId"),
        quic_listener=quic.get("QuicListenerId"),
        quic_upgrade=quic.get("QuicUpgradeEnabled"),
        forwarded_for=sent.get("XForwardedForConfig"),
    )


def read_certificate_ids(sent: Sent) -> list[str]:
    """Return the ids of the certificates of an association or dissociation."""
    return [certificate["CertificateId"] for certificate in sent["Certificates"]]


def read_tags(sent: Sent) -> dict[str, str]:
    """Return the tags; the same key twice is refused."""
    tags = {tag["Key"]: tag.get("Value", "") for tag in sent.get("Tag", ())}
    if len(tags) < len(sent.get("Tag", ())):
        raise refusal("InvalidParameter", "Tag")
    return tags


def has_tags(tags: Mapping[str, str], wanted: Sequence[Sent]) -> bool:
    """Return whether *tags* satisfy a filter, in which a key without a value stands for any value."""
    return all(
        (each.get("Key") is None or each["Key"] in tags)
        and (not each.get("Value") or each["Value"] == tags.get(each.get("Key", ""), ""))
        for each in wanted
    )


def _only_certificate(sent: Sent, name: str) -> str | None:
    certificates = sent.get(name)
    return certificates[0]["CertificateId"] if certificates else None


def _server_groups(sent: Sent) -> tuple[str, ...] | None:
    actions = sent.get("DefaultActions")
    if not actions:
        return None
    return tuple(group["ServerGroupId"] for group in actions[0]["ForwardGroupConfig"]["ServerGroupTuples"])
