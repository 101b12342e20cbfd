"""CAS 2020-04-07: uploading and listing certificates. Keys go in, none comes out: no detail call is ever made."""

import re
from typing import ClassVar, Literal

from pydantic import Field, SecretStr

from certdrop.cloud.wire import Fingerprint, Moment, Names, Parameters, Repeat, RpcRequest, RpcResponse, Shown

PAGE_SIZE = 100
NAME_LENGTH = 63
EC_ALGORITHM = re.compile(r"EC|ECC|ECDSA")

KeyKind = Literal["rsa", "ec"]


class Tag(Parameters):
    """A tag of a request."""

    key: str
    value: str


class CasRequest(RpcRequest):
    """A request to CAS."""

    product: ClassVar[str] = "CAS 2020-04-07"


class UploadUserCertificateRequest(CasRequest):
    """Import a certificate; names are unique in the account, so a repeated upload is refused by name."""

    action: ClassVar[str] = "UploadUserCertificate"
    repeat: ClassVar[Repeat] = Repeat.UNIQUE_NAME

    name: str = Field(min_length=1, max_length=NAME_LENGTH)
    cert: str | None = Field(default=None, repr=False)
    key: SecretStr | None = None
    encrypt_cert: str | None = Field(default=None, repr=False)
    encrypt_private_key: SecretStr | None = None
    sign_cert: str | None = Field(default=None, repr=False)
    sign_private_key: SecretStr | None = None
    resource_group_id: str | None = None
    tags: tuple[Tag, ...] | None = None
    client_token: str | None = None


class DeleteUserCertificateRequest(CasRequest):
    """Delete a certificate that was uploaded; a second time it is not found."""

    action: ClassVar[str] = "DeleteUserCertificate"
    repeat: ClassVar[Repeat] = Repeat.SAME_EFFECT

    cert_id: int
    client_token: str | None = None


class ListCertificatesRequest(CasRequest):
    """List certificates; *keyword* matches domains, names and ids loosely."""

    action: ClassVar[str] = "ListCertificates"
    repeat: ClassVar[Repeat] = Repeat.READ

    keyword: str | None = None
    certificate_source: Literal["BUY", "TEST", "UPLOAD"] | None = None
    certificate_status: Literal["issued", "revoked", "willExpire", "expired"] | None = None
    instance_id: str | None = None
    resource_group_id: str | None = None
    current_page: int = Field(default=1, ge=1)
    show_size: int = Field(default=PAGE_SIZE, ge=1, le=100)


class UploadUserCertificateResponse(RpcResponse):
    """An imported certificate."""

    cert_id: int
    resource_id: str = ""


class CasCertificate(Shown):
    """A certificate in CAS; *cert_identifier* is what ALB calls its certificate id.

    *finger_print* is the SHA-1 in lower-case hex without colons; times are aware UTC. *using_product_list* names the
    products that use it, as far as the service knows.
    """

    certificate_id: int
    cert_identifier: str
    certificate_name: str = ""
    finger_print: Fingerprint = ""
    common_name: str = ""
    issuer: str = ""
    domain: str = ""
    subject_alternative_names: Names = ()
    algorithm: str = ""
    key_size: int | None = None
    certificate_source: str = ""
    certificate_status: str = ""
    exist_private_key: bool | None = None
    not_before: Moment = None
    not_after: Moment = None
    using_product_list: Names = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The DNS names: the SAN where the service answers it, else Domain (split at commas), else the CN."""
        given = self.subject_alternative_names or (self.domain or self.common_name).split(",")
        return tuple(sorted({name.strip().lower() for name in given if name.strip()}))

    @property
    def key_kind(self) -> KeyKind | None:
        """The kind of key: Algorithm is RSA, ECC or SM2, in some answers with the size (`RSA_2048`)."""
        word = re.split(r"[^A-Z0-9]", self.algorithm.upper())[0]
        if word.startswith("RSA"):
            return "rsa"
        return "ec" if EC_ALGORITHM.fullmatch(word) else None

    @property
    def is_self_issued(self) -> bool | None:
        """Whether it names itself as its issuer; None when the service does not answer an issuer."""
        return self.issuer == self.common_name if self.issuer else None


class ListCertificatesResponse(RpcResponse):
    """A page of certificates, numbered from 1."""

    certificate_list: tuple[CasCertificate, ...] = ()
    current_page: int = 1
    show_size: int = PAGE_SIZE
    total_count: int = 0
