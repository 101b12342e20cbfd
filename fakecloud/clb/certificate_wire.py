"""CLB's certificate operations on the wire."""

from typing import Any

from fakecloud.clb import documents, parameters
from fakecloud.clb.certificates import Certificates, Label
from fakecloud.clb.errors import invalid, missing
from fakecloud.clb.models import Clb
from fakecloud.clb.resources import CasReference, Tags
from fakecloud.rpc.operation import Operation, RpcCall
from fakecloud.world import World

Document = dict[str, Any]
BY_REFERENCE = ("AliCloudCertificateId", "AliCloudCertificateName", "AliCloudCertificateRegionId")
BY_CONTENT = ("ServerCertificate", "PrivateKey")


def read_tags(call: RpcCall) -> Tags:
    """Return the call's tags."""
    return tuple((tag["Key"], tag.get("Value", "")) for tag in call.parameters.get("Tag", ()))


class CertificateWire:
    """Turns calls into actions on certificates."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _certificates(self) -> Certificates:
        clb: Clb = self._world.clb
        return clb.certificates

    def operations(self) -> list[Operation]:
        """Return the operations."""
        return [
            Operation(
                "UploadServerCertificate",
                parameters.UPLOAD_SERVER_CERTIFICATE,
                self.upload_server_certificate,
                mutating=True,
                resource="ServerCertificateName",
            ),
            Operation(
                "UploadCACertificate",
                parameters.UPLOAD_CA_CERTIFICATE,
                self.upload_ca_certificate,
                mutating=True,
                resource="CACertificateName",
            ),
            Operation(
                "DescribeServerCertificates",
                parameters.DESCRIBE_SERVER_CERTIFICATES,
                self.describe_server_certificates,
                resource="ServerCertificateId",
            ),
            Operation(
                "DescribeCACertificates",
                parameters.DESCRIBE_CA_CERTIFICATES,
                self.describe_ca_certificates,
                resource="CACertificateId",
            ),
            *self._changes(),
        ]

    def _changes(self) -> list[Operation]:
        delete_server = (parameters.OPTIONAL_REGION, parameters.SERVER_CERTIFICATE)
        delete_ca = (parameters.REGION, parameters.CA_CERTIFICATE)
        server, ca = "ServerCertificateId", "CACertificateId"
        return [
            Operation(
                "DeleteServerCertificate", delete_server, self.delete_server_certificate, mutating=True, resource=server
            ),
            Operation("DeleteCACertificate", delete_ca, self.delete_ca_certificate, mutating=True, resource=ca),
            Operation(
                "SetServerCertificateName",
                parameters.RENAME_SERVER_CERTIFICATE,
                self.set_server_certificate_name,
                mutating=True,
                resource=server,
            ),
            Operation(
                "SetCACertificateName",
                parameters.RENAME_CA_CERTIFICATE,
                self.set_ca_certificate_name,
                mutating=True,
                resource=ca,
            ),
        ]

    def upload_server_certificate(self, call: RpcCall) -> Document:
        """Upload by content, or by reference to CAS: one of the two, whole."""
        sent = call.parameters
        wanted = BY_REFERENCE if any(sent.get(name) for name in BY_REFERENCE) else BY_CONTENT
        for name in wanted:
            if not sent.get(name):
                raise missing(name)
        if wanted is BY_CONTENT:
            certificate = self._certificates.upload_server_certificate(
                call.region, sent["ServerCertificate"], sent["PrivateKey"], self._label(call, "ServerCertificateName")
            )
        else:
            if any(sent.get(name) for name in BY_CONTENT):
                raise invalid("AliCloudCertificateId", "content and reference exclude each other")
            reference = CasReference(*(sent[name] for name in BY_REFERENCE))
            label = self._label(call, "ServerCertificateName")
            certificate = self._certificates.refer_to_cas(call.region, reference, label)
        return documents.server_certificate(certificate)

    def upload_ca_certificate(self, call: RpcCall) -> Document:
        """Upload one CA certificate."""
        label = self._label(call, "CACertificateName")
        certificate = self._certificates.upload_ca_certificate(call.region, call.parameters["CACertificate"], label)
        return documents.ca_certificate(certificate)

    def describe_server_certificates(self, call: RpcCall) -> Document:
        """Tell the region's server certificates, never their content."""
        found = self._certificates.describe_server_certificates(
            call.region,
            certificate_id=call.parameters.get("ServerCertificateId", ""),
            resource_group_id=call.parameters.get("ResourceGroupId", ""),
            tags=read_tags(call),
        )
        items = [{**documents.server_certificate(each), "Tags": documents.tags(each.tags)} for each in found]
        return {"ServerCertificates": {"ServerCertificate": items}}

    def describe_ca_certificates(self, call: RpcCall) -> Document:
        """Tell the region's CA certificates."""
        found = self._certificates.describe_ca_certificates(
            call.region,
            certificate_id=call.parameters.get("CACertificateId", ""),
            resource_group_id=call.parameters.get("ResourceGroupId", ""),
            tags=read_tags(call),
        )
        items = [
            {**documents.ca_certificate(each), "RegionId": each.region, "Tags": documents.tags(each.tags)}
            for each in found
        ]
        return {"CACertificates": {"CACertificate": items}}

    def delete_server_certificate(self, call: RpcCall) -> Document:
        """Delete."""
        self._certificates.delete_server_certificate(call.region, call.parameters["ServerCertificateId"])
        return {}

    def delete_ca_certificate(self, call: RpcCall) -> Document:
        """Delete."""
        self._certificates.delete_ca_certificate(call.region, call.parameters["CACertificateId"])
        return {}

    def set_server_certificate_name(self, call: RpcCall) -> Document:
        """Rename."""
        certificate = self._certificates.get_server(call.region, call.parameters["ServerCertificateId"])
        certificate.name = call.parameters["ServerCertificateName"]
        return {}

    def set_ca_certificate_name(self, call: RpcCall) -> Document:
        """Rename."""
        certificate = self._certificates.get_ca(call.region, call.parameters["CACertificateId"])
        certificate.name = call.parameters["CACertificateName"]
        return {}

    @staticmethod
    def _label(call: RpcCall, name: str) -> Label:
        sent = call.parameters
        return Label(sent.get(name, ""), sent.get("ResourceGroupId", ""), read_tags(call))
