"""The environment, read once an invocation into the frozen Settings."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from certdrop.errors import SettingsError
from certdrop.ports import DOMAIN_EXTENSIONS, Settings

SERVICES = ("oss", "mns", "alb", "clb", "cas")
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

    bucket: str = Field(alias="CERTDROP_BUCKET", pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")
    region: str = Field(alias="CERTDROP_REGION", pattern=r"^[a-z]+(-[a-z0-9]+)+$")
    account_id: str = Field(alias="CERTDROP_ACCOUNT_ID", pattern=r"^[0-9]{1,20}$")
    site: Literal["china", "international"] = Field(default="china", alias="CERTDROP_SITE")
    queue_prefix: str = Field(
        default="certdrop", alias="CERTDROP_QUEUE_PREFIX", pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,99}$"
    )
    endpoint: Endpoint | None = Field(default=None, alias="CERTDROP_ENDPOINT")
    oss_endpoint: Endpoint | None = Field(default=None, alias="CERTDROP_OSS_ENDPOINT")
    mns_endpoint: Endpoint | None = Field(default=None, alias="CERTDROP_MNS_ENDPOINT")
    alb_endpoint: Endpoint | None = Field(default=None, alias="CERTDROP_ALB_ENDPOINT")
    clb_endpoint: Endpoint | None = Field(default=None, alias="CERTDROP_CLB_ENDPOINT")
    cas_endpoint: Endpoint | None = Field(default=None, alias="CERTDROP_CAS_ENDPOINT")
    dial: Annotated[dict[str, str], BeforeValidator(_parse_dial)] = Field(default={}, alias="CERTDROP_DIAL")
    rpc_parameters: Literal["body", "query"] = Field(default="body", alias="CERTDROP_RPC_PARAMETERS")
    expiry_warning_days: int = Field(default=14, alias="CERTDROP_EXPIRY_WARNING_DAYS", ge=0, le=3650)
    webhook: Webhook = Field(default="", alias="CERTDROP_WEBHOOK")
    clb_domain_extensions: int = Field(default=DOMAIN_EXTENSIONS, alias="CERTDROP_CLB_DOMAIN_EXTENSIONS", ge=0, le=1000)

    @property
    def endpoints(self) -> dict[str, str]:
        """The endpoints that override the rule: one for all services, or one for some."""
        own = {service: getattr(self, f"{service}_endpoint") or self.endpoint for service in SERVICES}
        return {service: endpoint for service, endpoint in own.items() if endpoint}


def parse_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings out of *environ*; SettingsError lists all that is missing or malformed, without values.

    An empty string counts as not set: Serverless Devs renders an unset variable so.
    """
    variables = {name: text.strip() for name, text in environ.items() if text.strip()}
    for name, fallback in FALLBACKS.items():
        if name not in variables and fallback in variables:
            variables[name] = variables[fallback]
    try:
        environment = Environment.model_validate(variables)
    except ValidationError as error:
        raise SettingsError(
            [_describe(problem["loc"], problem["type"], problem["msg"]) for problem in error.errors()]
        ) from None
    fields = environment.model_dump(include=set(Settings.model_fields))
    return Settings(endpoints=environment.endpoints, **fields)


def _describe(location: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(location[0])
    other = f" (or {FALLBACKS[name]})" if name in FALLBACKS else ""
    return f"{name}{other} is not set" if kind == "missing" else f"{name}: {message.removeprefix('Value error, ')}"
