"""Which headers a listener adds to the requests that it forwards, in the words of the headers."""

import ipaddress
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from certdrop.deployment.settings_parts import TargetsModel

HEADER_NAME = re.compile(r"[a-z0-9_-]{1,40}")


def _check_header(value: object) -> object:
    """Take true, false, or a header's name."""
    if isinstance(value, bool) or (isinstance(value, str) and HEADER_NAME.fullmatch(value)):
        return value
    expected = "expected true, false, or the header's name: 1 to 40 of a-z, 0-9, - and _"
    raise PydanticCustomError("bad_header", expected)


def _check_network(text: str) -> str:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise PydanticCustomError("bad_network", "expected an address or a network such as 10.1.1.0/24") from None
    return text


def _read_off(value: object) -> object:
    return "off" if value is False else value  # YAML 1.1 reads off as a boolean


HeaderSwitch = Annotated[bool | str, BeforeValidator(_check_header)]
Network = Annotated[str, AfterValidator(_check_network)]


class ClientCertificateHeaders(TargetsModel):
    """What ALB tells the backends of a client's certificate: true for the usual header, or the header's name."""

    verified: HeaderSwitch = Field(default=False, description="Whether the certificate was found good.")
    fingerprint: HeaderSwitch = Field(default=False, description="The certificate's fingerprint.")
    issuer: HeaderSwitch = Field(default=False, description="Who issued it.")
    subject: HeaderSwitch = Field(default=False, description="Whose it is.")


class AlbHeaders(TargetsModel):
    """Which headers ALB adds; what is left out stays as ALB does it."""

    x_forwarded_for: Annotated[Literal["append", "remove", "off"], BeforeValidator(_read_off)] | None = Field(
        default=None,
        description="What to do with X-Forwarded-For: append the client's address, remove the header, or off.",
    )
    x_forwarded_proto: bool | None = Field(default=None, description="Tell the protocol.")
    x_forwarded_host: bool | None = Field(default=None, description="Tell the host that was asked for.")
    x_forwarded_port: bool | None = Field(default=None, description="Tell the listener's port.")
    slb_id: bool | None = Field(default=None, description="Tell the load balancer's id.")
    client_port: bool | None = Field(default=None, description="Tell the client's port.")
    find_client_address: bool | None = Field(
        default=None, description="Look for the client's address in the X-Forwarded-For that a proxy sent."
    )
    trusted_proxies: tuple[Network, ...] = Field(
        default=(),
        description="The proxies that are passed over in that search: addresses, or networks such as 10.1.1.0/24.",
    )
    client_certificate: ClientCertificateHeaders | None = Field(
        default=None, description="What to tell of the client's certificate."
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _check_search(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if value and not info.data.get("find_client_address"):
            raise PydanticCustomError("no_search", "only together with `find_client_address: true`")
        return value

    def https_only(self) -> str | None:
        """Return the first setting that a QUIC listener does not have."""
        names = ("x_forwarded_for", "client_port", "find_client_address", "client_certificate")
        return next((name for name in names if getattr(self, name) is not None), None)


class ClbHeaders(TargetsModel):
    """Which headers CLB adds; what is left out stays as CLB does it."""

    x_forwarded_for: bool | None = Field(default=None, description="Tell the client's address.")
    x_forwarded_proto: bool | None = Field(default=None, description="Tell the protocol.")
    x_forwarded_port: bool | None = Field(default=None, description="Tell the listener's port.")
    client_port: bool | None = Field(default=None, description="Tell the client's port.")
    slb_ip: bool | None = Field(default=None, description="Tell the load balancer's address.")
    slb_id: bool | None = Field(default=None, description="Tell the load balancer's id.")
