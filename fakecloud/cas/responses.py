"""CAS on the wire: the operations with their parameters, and the documents they answer."""

from collections.abc import Callable
from typing import Any

from fakecloud.cas import documents
from fakecloud.cas.models import Cas, CasCertificate
from fakecloud.rpc.operation import CLIENT_TOKEN, Operation, Parameter, Problem, RpcCall, RpcService, explain, index
from fakecloud.world import World

VERSION = "2020-04-07"
Document = dict[str, Any]

PAGE = Parameter("CurrentPage", "integer", minimum=1)
RESOURCE_GROUP = Parameter("ResourceGroupId")
TAGS = Parameter(
    "Tags",
    "list",
    longest=20,
    members=(Parameter("Key", required=True, longest=64), Parameter("Value", longest=128)),
)
CERTIFICATE_STATUSES = ("issued", "revoked", "willExpire", "expired")
ORDER_STATUSES = {
    "": ("issued", "willExpire"),
    "ISSUED": ("issued",),
    "WILLEXPIRED": ("willExpire",),
    "EXPIRED": ("expired",),
}


def service(world: World) -> RpcService:
    """Return CAS for the gateway."""
    wire = CasWire(world)
    return RpcService("cas", VERSION, index(*wire.uploads(), *wire.queries()))


class CasWire:
    """Turns calls into CAS's actions, and what they return into documents."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _cas(self) -> Cas:
        return self._world.cas

    def uploads(self) -> list[Operation]:
        """Return the operations that change something."""
        upload = (
            Parameter("Name", required=True, longest=63),
            *(Parameter(name) for name in ("Cert", "Key")),
            *(Parameter(name) for name in ("EncryptCert", "EncryptPrivateKey", "SignCert", "SignPrivateKey")),
            RESOURCE_GROUP,
            TAGS,
            CLIENT_TOKEN,
        )
        delete = (Parameter("CertId", "integer", required=True), CLIENT_TOKEN)
        return [
            Operation("UploadUserCertificate", upload, self.upload_user_certificate, mutating=True, resource="Name"),
            Operation("DeleteUserCertificate", delete, self.delete_user_certificate, mutating=True, resource="CertId"),
        ]

    def queries(self) -> list[Operation]:
        """Return the operations that change nothing."""
        certificates = (
            PAGE,
            Parameter("ShowSize", "integer", minimum=1, maximum=100),
            Parameter("Keyword"),
            Parameter("InstanceId"),
            Parameter("CertificateSource", choices=("BUY", "TEST", "UPLOAD")),
            Parameter("CertificateStatus", choices=CERTIFICATE_STATUSES),
            RESOURCE_GROUP,
        )
        orders = (
            PAGE,
            Parameter("ShowSize", "integer", minimum=1),
            Parameter("Keyword"),
            Parameter("OrderType", choices=("CPACK", "BUY", "UPLOAD", "CERT")),
            Parameter("Status"),
            RESOURCE_GROUP,
        )
        detail = (Parameter("CertificateId", "integer", required=True),)
        user_detail = (Parameter("CertId", "integer", required=True), Parameter("CertFilter", "boolean"))
        return [
            Operation("ListCertificates", certificates, self.list_certificates),
            Operation("GetCertificateDetail", detail, self.get_certificate_detail, resource="CertificateId"),
            Operation("ListUserCertificateOrder", orders, self.list_user_certificate_order),
            Operation("GetUserCertificateDetail", user_detail, self.get_user_certificate_detail, resource="CertId"),
        ]

    def upload_user_certificate(self, call: RpcCall) -> Document:
        """Upload; SM2 certificates are declared but not modelled, so Cert and Key must be there."""
        for name in ("Cert", "Key"):
            if not call.parameters.get(name):
                raise explain(Problem("missing", name))
        certificate = self._cas.upload_user_certificate(
            call.parameters["Name"],
            call.parameters["Cert"],
            call.parameters["Key"],
            resource_group_id=call.parameters.get("ResourceGroupId", ""),
            tags=[(tag["Key"], tag.get("Value", "")) for tag in call.parameters.get("Tags", ())],
        )
        return {"CertId": certificate.certificate_id, "ResourceId": certificate.instance_id}

    def delete_user_certificate(self, call: RpcCall) -> Document:
        """Delete."""
        self._cas.delete_user_certificate(call.parameters["CertId"])
        return {}

    def list_certificates(self, call: RpcCall) -> Document:
        """List a page of certificates."""
        sent = call.parameters
        status = sent.get("CertificateStatus")
        found = self._cas.find_certificates(
            keyword=sent.get("Keyword", ""),
            resource_group_id=sent.get("ResourceGroupId", ""),
            statuses=(status,) if status else (),
        )
        if sent.get("CertificateSource", "UPLOAD") != "UPLOAD":
            found = []
        if "InstanceId" in sent:
            found = [certificate for certificate in found if certificate.instance_id == sent["InstanceId"]]
        return _page(call, "CertificateList", found, 10, self._document)

    def get_certificate_detail(self, call: RpcCall) -> Document:
        """Tell all of one certificate but its content."""
        certificate = self._cas.get_certificate(call.parameters["CertificateId"])
        return {
            **self._document(certificate),
            **documents.detail(certificate, self._world.clock.now()),
        }

    def list_user_certificate_order(self, call: RpcCall) -> Document:
        """List a page of orders; only those of the types UPLOAD and CERT are certificates."""
        sent = call.parameters
        statuses = ORDER_STATUSES.get(sent.get("Status", ""), ("revoked",))
        found: list[CasCertificate] = []
        if sent.get("OrderType", "CPACK") in ("UPLOAD", "CERT"):
            found = self._cas.find_certificates(
                keyword=sent.get("Keyword", ""),
                resource_group_id=sent.get("ResourceGroupId", ""),
                statuses=statuses,
            )
        now = self._world.clock.now()
        return _page(call, "CertificateOrderList", found, 50, lambda each: documents.order(each, now))

    def get_user_certificate_detail(self, call: RpcCall) -> Document:
        """Tell all of one certificate; its content and its key too unless CertFilter is true."""
        certificate = self._cas.get_certificate(call.parameters["CertId"])
        document = documents.user_detail(certificate, self._world.clock.now())
        if not call.parameters.get("CertFilter", False):
            document.update(Cert=certificate.chain_pem, Key=certificate.key_pem)
        return document

    def _document(self, certificate: CasCertificate) -> Document:
        names = certificate.names if self._cas.returns_alternative_names else ()
        return {
            **documents.certificate(certificate, self._world.clock.now()),
            "SubjectAlternativeNames": list(names),
        }


def _page(
    call: RpcCall,
    name: str,
    found: list[CasCertificate],
    default_size: int,
    render: Callable[[CasCertificate], Document],
) -> Document:
    page = call.parameters.get("CurrentPage", 1)
    size = call.parameters.get("ShowSize", default_size)
    start = (page - 1) * size
    return {
        name: [render(certificate) for certificate in found[start : start + size]],
        "CurrentPage": page,
        "ShowSize": size,
        "TotalCount": len(found),
    }
