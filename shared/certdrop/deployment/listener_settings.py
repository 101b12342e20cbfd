"""How to create a listener that is missing: what `listener:` in targets.yml says, in readable words.

Ranges are those of CreateListener (ALB) and CreateLoadBalancerHTTPSListener (CLB). Where the vendor's default is dated
(TLS 1.0), ours is not.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from certdrop.deployment.forwarded_headers import AlbHeaders, ClbHeaders
from certdrop.deployment.settings_parts import (
    ALB_DESCRIPTION,
    CLB_DESCRIPTION,
    AlbTags,
    ClbTags,
    Port,
    ResourceId,
    TargetsModel,
    WholeNumber,
    read_switch,
)

COOKIE_NAME = r"^[A-Za-z0-9]{1,200}$"
CHECK_PATH = r"^/[A-Za-z0-9./%?#&-]{0,79}$"
CHECK_DOMAIN = r"^(\$_ip|[A-Za-z0-9.-]{1,80})$"
CHECK_CODES = r"^http_[2-5]xx(,http_[2-5]xx){0,3}$"
SECURITY_POLICY = r"^(tls_cipher_policy_1_(0|1|2|2_strict|2_strict_with_1_3)|[A-Za-z0-9][A-Za-z0-9-]{1,62})$"
SERVER_GROUPS_AT_MOST = 20

TlsPolicy = Literal[
    "tls_cipher_policy_1_0",
    "tls_cipher_policy_1_1",
    "tls_cipher_policy_1_2",
    "tls_cipher_policy_1_2_strict",
    "tls_cipher_policy_1_2_strict_with_1_3",
]
MODERN: TlsPolicy = "tls_cipher_policy_1_2_strict_with_1_3"


class HealthCheck(TargetsModel):
    """How CLB finds out whether a backend lives."""

    path: Annotated[str, Field(pattern=CHECK_PATH)] = Field(default="/", description="The path to ask for.")
    method: Literal["head", "get"] = Field(default="head", description="How to ask.")
    domain: Annotated[str, Field(pattern=CHECK_DOMAIN)] | None = Field(
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


class AccessControlList(TargetsModel):
    """Whom CLB lets in, by address."""

    id: ResourceId = Field(description="The access control list's id.")
    type: Literal["white", "black"] = Field(description="Whether the list says who may come in, or who may not.")


class AlbListener(TargetsModel):
    """How to create a listener on ALB."""

    protocol: Literal["HTTPS", "QUIC"] = Field(default="HTTPS", description="What it speaks.")
    server_group: ResourceId | None = Field(default=None, description="The server group that it forwards to.")
    server_groups: tuple[ResourceId, ...] = Field(
        default=(),
        max_length=SERVER_GROUPS_AT_MOST,
        description="The server groups that it forwards to, when they are several.",
    )
    description: Annotated[str, Field(min_length=2, max_length=256, pattern=ALB_DESCRIPTION)] | None = Field(
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
    quic_upgrade: ResourceId | None = Field(
        default=None, description="The QUIC listener that clients are told to change to, HTTPS only."
    )
    headers: AlbHeaders | None = Field(default=None, description="Which headers it adds to the requests.")
    tags: AlbTags = Field(default={}, description="Tags, beside certdrop's own.")

    @field_validator("security_policy", "http2", "quic_upgrade")
    @classmethod
    def _check_protocol(cls, value: object, info: ValidationInfo) -> object:
        if info.data.get("protocol") == "QUIC":
            if value is not None:
                raise PydanticCustomError("https_only", "only a listener of protocol HTTPS has this setting")
            return None
        if info.field_name == "quic_upgrade" or value is not None:
            return value
        return MODERN if info.field_name == "security_policy" else True

    @field_validator("headers")
    @classmethod
    def _check_headers(cls, value: AlbHeaders | None, info: ValidationInfo) -> AlbHeaders | None:
        refused = value.https_only() if value and info.data.get("protocol") == "QUIC" else None
        if refused:
            text = "only a listener of protocol HTTPS has this setting"
            raise PydanticCustomError("https_only", text, {"below": (refused,)})
        return value

    @model_validator(mode="after")
    def _check_groups(self) -> "AlbListener":
        if self.server_group is None and not self.server_groups:
            raise PydanticCustomError("group_missing", "is missing", {"below": ("server_group",)})
        if self.server_group is not None and self.server_groups:
            raise PydanticCustomError("one_group", "expected exactly one of `server_group` and `server_groups`")
        if len(set(self.server_groups)) < len(self.server_groups):
            raise PydanticCustomError("group_twice", "a server group is named twice", {"below": ("server_groups",)})
        return self

    @property
    def groups(self) -> tuple[str, ...]:
        """The server groups, one or several."""
        return self.server_groups or ((self.server_group,) if self.server_group else ())


class ClbListener(TargetsModel):
    """How to create an HTTPS listener on CLB."""

    backend_port: Port | None = Field(default=None, description="The port of the default server group's backends.")
    vserver_group: ResourceId | None = Field(
        default=None, description="The VServer group that it forwards to, instead of the default one."
    )
    description: Annotated[str, Field(min_length=1, max_length=256, pattern=CLB_DESCRIPTION)] | None = Field(
        default=None, description="The name that the console shows."
    )
    bandwidth: Annotated[WholeNumber, Field(ge=-1, le=5120)] = Field(
        default=-1, description="Mbit/s; -1: no limit of its own."
    )
    scheduler: Literal["wrr", "rr"] = Field(default="wrr", description="Round robin, weighted or not.")
    tls_policy: TlsPolicy | None = Field(
        default=MODERN,
        description="TLS versions and ciphers; null for an instance of shared performance, which has none.",
    )
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
        BeforeValidator(read_switch, json_schema_input_type=HealthCheck | Literal["on", "off"] | bool | None),
    ] = Field(default=HealthCheck(), description="How to find out whether a backend lives, or `off`.")
    sticky_session: Annotated[
        StickySession | None,
        BeforeValidator(read_switch, json_schema_input_type=StickySession | Literal["off", False] | None),
    ] = Field(default=None, description="How to keep a client at one backend, or `off`.")
    acl: Annotated[
        AccessControlList | None,
        BeforeValidator(read_switch, json_schema_input_type=AccessControlList | Literal["off", False] | None),
    ] = Field(default=None, description="Whom it lets in, or `off`: everybody.")
    headers: ClbHeaders | None = Field(default=None, description="Which headers it adds to the requests.")
    tags: ClbTags = Field(default={}, description="Tags, beside certdrop's own.")

    @model_validator(mode="after")
    def _check_backend(self) -> "ClbListener":
        if self.backend_port is None and self.vserver_group is None:
            raise PydanticCustomError("backend_missing", "expected `backend_port` or `vserver_group`")
        if self.bandwidth == 0:
            raise PydanticCustomError("no_bandwidth", "expected -1 (no limit) or 1 to 5120", {"below": ("bandwidth",)})
        return self
