"""How to create a listener that is missing: what `listener:` in targets.yml says, in readable words.

Ranges are those of CreateListener (ALB) and CreateLoadBalancerHTTPSListener (CLB). Where the vendor's default is dated
(TLS 1.0), ours is not.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

RESOURCE_ID = r"^[A-Za-z0-9][A-Za-z0-9-]{1,62}$"
COOKIE_NAME = r"^[A-Za-z0-9]{1,200}$"
CHECK_PATH = r"^/[A-Za-z0-9./%?#&=_-]{0,79}$"
SECURITY_POLICY = r"^(tls_cipher_policy_1_(0|1|2|2_strict|2_strict_with_1_3)|[A-Za-z0-9][A-Za-z0-9-]{1,62})$"
CHECK_CODES = r"^http_[1-5]xx(,http_[1-5]xx){0,4}$"

ResourceId = Annotated[str, Field(pattern=RESOURCE_ID)]
WholeNumber = Annotated[int, Field(strict=True)]  # YAML's yes and on are no numbers
Port = Annotated[WholeNumber, Field(ge=1, le=65535)]
TlsPolicy = Literal[
    "tls_cipher_policy_1_0",
    "tls_cipher_policy_1_1",
    "tls_cipher_policy_1_2",
    "tls_cipher_policy_1_2_strict",
    "tls_cipher_policy_1_2_strict_with_1_3",
]
MODERN: TlsPolicy = "tls_cipher_policy_1_2_strict_with_1_3"


class TargetsModel(BaseModel):
    """A part of targets.yml: frozen, and no key that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _read_switch(value: object) -> object:
    """Take `off` for nothing and `on` for the defaults; YAML 1.1 reads both as booleans."""
    if value is False or value == "off":
        return None
    return {} if value is True or value == "on" else value


class HealthCheck(TargetsModel):
    """How CLB finds out whether a backend lives."""

    path: Annotated[str, Field(pattern=CHECK_PATH)] = Field(default="/", description="The path to ask for.")
    method: Literal["head", "get"] = Field(default="head", description="How to ask.")
    domain: Annotated[str, Field(min_length=1, max_length=80)] | None = Field(
        default=None, description="The Host header; left out: the backend's address."
    )
    port: Port | None = Field(default=None, description="The port to ask; left out: the backend's.")
    codes: Annotated[str, Field(pattern=CHECK_CODES)] = Field(
        default="http_2xx,http_3xx", description="The answers of a backend that lives."
    )
    interval: Annotated[WholeNumber, Field(ge=1, le=50)] = Field(default=2, description="Seconds between two checks.")
    timeout: Annotated[WholeNumber, Field(ge=1, le=300)] = Field(
        default=5, description="Seconds to wait for an answer."
    )
    healthy_threshold: Annotated[WholeNumber, Field(ge=2, le=10)] = Field(
        default=3, description="Answers until a backend counts as alive."
    )
    unhealthy_threshold: Annotated[WholeNumber, Field(ge=2, le=10)] = Field(
        default=3, description="Failures until it counts as dead."
    )


class StickySession(TargetsModel):
    """How CLB keeps a client at one backend: by a cookie of its own (cookie_timeout), or by the backend's (cookie)."""

    cookie_timeout: Annotated[WholeNumber, Field(ge=1, le=86400)] | None = Field(
        default=None, description="Seconds that CLB's own cookie lives."
    )
    cookie: Annotated[str, Field(pattern=COOKIE_NAME)] | None = Field(
        default=None, description="The name of the backend's cookie."
    )

    @model_validator(mode="after")
    def _check_kind(self) -> "StickySession":
        if (self.cookie_timeout is None) == (self.cookie is None):
            raise PydanticCustomError("one_cookie", "expected exactly one of `cookie_timeout` and `cookie`")
        return self


class AlbListener(TargetsModel):
    """How to create a listener on ALB."""

    server_group: ResourceId = Field(description="The server group that it forwards to.")
    protocol: Literal["HTTPS", "QUIC"] = Field(default="HTTPS", description="What it speaks.")
    description: Annotated[str, Field(min_length=2, max_length=256)] | None = Field(
        default=None, description="The name that the console shows."
    )
    idle_timeout: Annotated[WholeNumber, Field(ge=1, le=3600)] = Field(
        default=15, description="Seconds that an idle connection is kept; above 600 only with a raised quota."
    )
    request_timeout: Annotated[WholeNumber, Field(ge=1, le=3600)] = Field(
        default=60, description="Seconds that a backend may take to answer; above 600 only with a raised quota."
    )
    security_policy: Annotated[str, Field(pattern=SECURITY_POLICY)] | None = Field(
        default=None,
        validate_default=True,
        description="TLS versions and ciphers, HTTPS only: a system policy or your own's id; left out: 1.2 and 1.3.",
    )
    http2: bool | None = Field(
        default=None, validate_default=True, description="Whether it speaks HTTP/2, HTTPS only; left out: it does."
    )
    gzip: bool = Field(default=True, description="Whether it compresses.")

    @field_validator("security_policy", "http2")
    @classmethod
    def _check_protocol(cls, value: object, info: ValidationInfo) -> object:
        if info.data.get("protocol") == "QUIC":
            if value is not None:
                raise PydanticCustomError("https_only", "only a listener of protocol HTTPS has this setting")
            return None
        default = MODERN if info.field_name == "security_policy" else True
        return default if value is None else value


class ClbListener(TargetsModel):
    """How to create an HTTPS listener on CLB."""

    backend_port: Port | None = Field(default=None, description="The port of the default server group's backends.")
    vserver_group: ResourceId | None = Field(
        default=None, description="The VServer group that it forwards to, instead of the default one."
    )
    description: Annotated[str, Field(min_length=1, max_length=256)] | None = Field(
        default=None, description="The name that the console shows."
    )
    bandwidth: Annotated[WholeNumber, Field(ge=-1, le=5120)] = Field(
        default=-1, description="Mbit/s; -1: no limit of its own."
    )
    scheduler: Literal["wrr", "rr"] = Field(default="wrr", description="Round robin, weighted or not.")
    tls_policy: TlsPolicy = Field(default=MODERN, description="TLS versions and ciphers.")
    http2: bool = Field(default=True, description="Whether it speaks HTTP/2.")
    gzip: bool = Field(default=True, description="Whether it compresses.")
    idle_timeout: Annotated[WholeNumber, Field(ge=1, le=60)] = Field(
        default=15, description="Seconds that an idle connection is kept."
    )
    request_timeout: Annotated[WholeNumber, Field(ge=1, le=180)] = Field(
        default=60, description="Seconds that a backend may take to answer."
    )
    health_check: Annotated[
        HealthCheck | None,
        BeforeValidator(_read_switch, json_schema_input_type=HealthCheck | Literal["on", "off"] | bool | None),
    ] = Field(default=HealthCheck(), description="How to find out whether a backend lives, or `off`.")
    sticky_session: Annotated[
        StickySession | None,
        BeforeValidator(_read_switch, json_schema_input_type=StickySession | Literal["off", False] | None),
    ] = Field(default=None, description="How to keep a client at one backend, or `off`.")

    @model_validator(mode="after")
    def _check_backend(self) -> "ClbListener":
        if self.backend_port is None and self.vserver_group is None:
            raise PydanticCustomError("backend_missing", "expected `backend_port` or `vserver_group`")
        if self.bandwidth == 0:
            raise PydanticCustomError("no_bandwidth", "bandwidth: expected -1 (no limit) or 1 to 5120")
        return self
