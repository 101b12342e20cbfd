"""The environment, read once an invocation into the frozen Settings."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from certdrop.errors import SettingsError
from certdrop.ports import Limits, Settings

SERVICES = ("oss", "mns", "alb", "clb", "cas")
LIMITS = Limits()
OF_ONE = "An endpoint of this service, instead of the vendor's host."
REGION = r"^[a-z]+(-[a-z0-9]+)+$"
FALLBACKS = {"CERTDROP_REGION": "FC_REGION", "CERTDROP_ACCOUNT_ID": "FC_ACCOUNT_ID"}
HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
ENDPOINT = re.compile(rf"https?://{HOST}(?::\d{{1,5}})?")
WEBHOOK = re.compile(rf"(?:https://{HOST}|http://(?:localhost|127\.0\.0\.1|\[::1\]))(?::\d{{1,5}})?(?:[/?][!-~]*)?")
ADDRESS = re.compile(rf"{HOST}:\d{{1,5}}")


def _check_endpoint(text: str) -> str:
    if not ENDPOINT.fullmatch(text):
        raise ValueError("expected http(s)://host[:port]")
    return text


def _check_webhook(text: str) -> str:
    if not WEBHOOK.fullmatch(text):
        raise ValueError("expected https://host[:port][/path], without user or password (http only on loopback)")
    return text


def _parse_dial(text: str) -> dict[str, str]:
    pairs = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    if not all(ADDRESS.fullmatch(asked) and ADDRESS.fullmatch(real) for asked, _, real in pairs):
        raise ValueError("expected host:port=host:port, separated by commas")
    return {asked: real for asked, _, real in pairs}


Webhook = Annotated[str, AfterValidator(_check_webhook)]
Endpoint = Annotated[str, AfterValidator(_check_endpoint)]


class Environment(BaseModel):
    """The variables that certdrop knows, by their names; what is not set takes the default of Settings."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    bucket: str = Field(
        alias="CERTDROP_BUCKET",
        pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$",
        description="The bucket that certificates are dropped in; without versioning.",
    )
    region: str = Field(alias="CERTDROP_REGION", pattern=REGION, description="The region of functions and bucket.")
    account_id: str = Field(alias="CERTDROP_ACCOUNT_ID", pattern=r"^[0-9]{1,20}$", description="The account's number.")
    site: Literal["china", "international"] = Field(
        default="china", alias="CERTDROP_SITE", description="The site that the account was opened at."
    )
    cas_region: str = Field(
        default="",
        alias="CERTDROP_CAS_REGION",
        pattern=REGION,
        description="The region in which the certificate service keeps the certificates, where it is not that of the "
        "site (cn-hangzhou, ap-southeast-1): load balancers abroad of an account of the Chinese site need "
        "ap-southeast-1.",
    )
    network: Literal["public", "vpc"] = Field(
        default="public",
        alias="CERTDROP_NETWORK",
        description="Whether the hosts of the VPC are called in the functions' own region.",
    )
    queue_prefix: str = Field(
        default="certdrop",
        alias="CERTDROP_QUEUE_PREFIX",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,99}$",
        description="What the queues' names begin with; policies and triggers name them too.",
    )
    endpoint: Endpoint | None = Field(
        default=None, alias="CERTDROP_ENDPOINT", description="One endpoint for all services, for another cloud."
    )
    oss_endpoint: Endpoint | None = Field(default=None, alias="CERTDROP_OSS_ENDPOINT", description=OF_ONE)
    mns_endpoint: Endpoint | None = Field(default=None, alias="CERTDROP_MNS_ENDPOINT", description=OF_ONE)
    alb_endpoint: Endpoint | None = Field(default=None, alias="CERTDROP_ALB_ENDPOINT", description=OF_ONE)
    clb_endpoint: Endpoint | None = Field(default=None, alias="CERTDROP_CLB_ENDPOINT", description=OF_ONE)
    cas_endpoint: Endpoint | None = Field(default=None, alias="CERTDROP_CAS_ENDPOINT", description=OF_ONE)
    dial: Annotated[dict[str, str], BeforeValidator(_parse_dial)] = Field(
        default={},
        alias="CERTDROP_DIAL",
        description="Where handshakes go instead, `host:port=host:port`, separated by commas.",
    )
    rpc_parameters: Literal["body", "query"] = Field(
        default="body",
        alias="CERTDROP_RPC_PARAMETERS",
        description="Where parameters of ALB, CLB and the certificate service travel. `query` puts private keys into "
        "the URL, as the vendor's SDKs do; certdrop never does so by itself.",
    )
    expiry_warning_days: int = Field(
        default=14,
        alias="CERTDROP_EXPIRY_WARNING_DAYS",
        ge=0,
        le=3650,
        description="How many days before its end a certificate is warned of.",
    )
    cleanup_grace_days: int = Field(
        default=7,
        alias="CERTDROP_CLEANUP_GRACE_DAYS",
        ge=0,
        le=3650,
        description="How many days a superseded certificate that no listener shows is kept before it is deleted.",
    )
    domain_extensions: int = Field(
        default=LIMITS.domain_extensions,
        alias="CERTDROP_CLB_DOMAIN_EXTENSIONS",
        ge=0,
        le=1000,
        description="How many extension domains a CLB listener may have (quota slb_quota_domain_extensions_num).",
    )
    additional_certificates: int | None = Field(
        default=LIMITS.additional_certificates,
        alias="CERTDROP_ALB_ADDITIONAL_CERTIFICATES",
        ge=0,
        le=10000,
        description="How many additional certificates an ALB instance may have (quota "
        "alb_quota_loadbalancer_certificates_num_standard_edition, or its sister of the basic edition); empty: 10 for "
        "the basic edition, 25 for the others.",
    )
    associate_at_once: int = Field(
        default=LIMITS.associate_at_once,
        alias="CERTDROP_ALB_ASSOCIATE_AT_ONCE",
        ge=1,
        le=20,
        description="How many certificates ALB takes in one association call.",
    )
    dissociate_at_once: int = Field(
        default=LIMITS.dissociate_at_once,
        alias="CERTDROP_ALB_DISSOCIATE_AT_ONCE",
        ge=1,
        le=20,
        description="How many certificates ALB takes in one dissociation call: 20 are documented, users met a limit "
        "of 10.",
    )
    webhook: Webhook = Field(
        default="", alias="CERTDROP_WEBHOOK", description="Where notices go, as JSON; empty: nowhere but to the log."
    )

    @property
    def limits(self) -> Limits:
        """How much the cloud takes."""
        return Limits(**{name: getattr(self, name) for name in Limits.model_fields})

    @property
    def endpoints(self) -> dict[str, str]:
        """The endpoints that override the rule: one for all services, or one for some."""
        own = {service: getattr(self, f"{service}_endpoint") or self.endpoint for service in SERVICES}
        return {service: endpoint for service, endpoint in own.items() if endpoint}


KNOWN = (*(field.alias or name for name, field in Environment.model_fields.items()), *FALLBACKS.values())


def parse_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings out of *environ*; SettingsError lists all that is missing or malformed, without values.

    An empty string counts as not set: Serverless Devs renders an unset variable so.
    """
    return _parse(tuple((name, environ[name].strip()) for name in KNOWN if name in environ))


@lru_cache(maxsize=8)
def _parse(environ: tuple[tuple[str, str], ...]) -> Settings:
    """Read what is the same at every invocation of an instance once."""
    variables = {name: text for name, text in environ if text}
    for name, fallback in FALLBACKS.items():
        if name not in variables and fallback in variables:
            variables[name] = variables[fallback]
    try:
        environment = Environment.model_validate(variables)
    except ValidationError as error:
        raise SettingsError(
            [_describe(problem["loc"], problem["type"], problem["msg"]) for problem in error.errors()]
        ) from None
    return Settings(**{name: getattr(environment, name) for name in Settings.model_fields})


def _describe(location: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(location[0])
    other = f" (or {FALLBACKS[name]})" if name in FALLBACKS else ""
    return f"{name}{other} is not set" if kind == "missing" else f"{name}: {message.removeprefix('Value error, ')}"
