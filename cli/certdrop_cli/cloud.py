"""The command's way to the cloud: settings and credentials from the environment, and what can go wrong in one line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from certdrop.cloud.catalogue import fate_of, find_entry
from certdrop.errors import CloudError, Fate, SettingsError, StateError, UnreadableError
from certdrop.ports import Settings
from certdrop.reconcile.house import House
from certdrop.runtime.redaction import Redactor
from certdrop.runtime.wiring import Wiring, default_wiring
from certdrop_cli.failure import UNREACHABLE, WRONG_USAGE, CommandError

LONGEST = 3600  # seconds that a command may take
NAME = "certdrop"
KEY_ID, KEY_SECRET = "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"
PERMISSIONS = "the access key may not do this: docs/permissions.md says what a person needs"
CAUSES = {  # by what a code begins with
    "SignatureDoesNotMatch": f"{KEY_SECRET} does not belong to {KEY_ID}",
    "InvalidAccessKeyId": f"{KEY_ID} is not known, or not active",
    "IncompleteSignature": f"{KEY_ID} or {KEY_SECRET} is malformed",
    "InvalidSecurityToken": "ALIBABA_CLOUD_SECURITY_TOKEN is wrong or has expired",
    "SecurityTokenExpired": "ALIBABA_CLOUD_SECURITY_TOKEN has expired",
    "AccessDenied": PERMISSIONS,
    "NoPermission": PERMISSIONS,
    "Forbidden": PERMISSIONS,
}


@dataclass(frozen=True)
class _Function:
    name: str = NAME
    timeout: int = LONGEST


@dataclass(frozen=True)
class _Context:
    """A command takes the place of an invocation."""

    request_id: str = NAME
    function: _Function = field(default_factory=_Function)


class CommandLog:
    """Shows what somebody should read on stderr; what merely happened is the command's own to tell."""

    def info(self, event: str, **fields: object) -> None:
        """Say nothing."""

    def warning(self, event: str, **fields: object) -> None:
        """Say it in one line."""
        said = " ".join(f"{name}={value}" for name, value in fields.items() if value not in (None, ""))
        print(f"certdrop: {event} {Redactor().redact_text(said)}".rstrip(), file=sys.stderr)


@contextmanager
def cloud_of(wiring: Wiring | None) -> Iterator["Cloud"]:
    """Give the way to the cloud; whatever it refuses becomes a CommandError of one line."""
    cloud = Cloud(wiring or default_wiring())
    try:
        yield cloud
    except SettingsError as error:
        raise CommandError("; ".join(error.problems)) from None
    except StateError as error:
        raise (_explain(error.error, cloud.settings) if error.error else CommandError(str(error))) from None
    except UnreadableError as error:
        raise CommandError(f"{error}; the poller's next sweep mends what can be mended") from None
    except CloudError as error:
        raise _explain(error, cloud.settings) from None


class Cloud:
    """The cloud, as the environment names it."""

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self.settings: Settings | None = None

    def house(self) -> House:
        """Return a House as of now: its store's time is that of its first answer."""
        house = self._make_house()
        self.settings = house.settings
        return house

    def _make_house(self) -> House:
        missing = [name for name in (KEY_ID, KEY_SECRET) if not self.wiring.environ.get(name, "").strip()]
        try:
            house = self.wiring.house(_Context(), NAME)
        except SettingsError as error:
            known = [problem for problem in error.problems if not problem.startswith("no credentials")]
            raise SettingsError([*known, *(f"{name} is not set" for name in missing)]) from None
        return replace(house, log=CommandLog(), webhook=None)


def _explain(error: CloudError, settings: Settings | None) -> CommandError:
    where = f"{error.service} {error.action}: {error.code}"
    request = f" [RequestId {error.request_id}]" if error.request_id else ""
    known = next((cause for start, cause in CAUSES.items() if error.code.startswith(start)), None)
    if known is None and fate_of(error) is Fate.WAIT:
        cause = find_entry(error.code).meaning.rstrip(".")
        return CommandError(f"{where}: {cause}; is the network up, and are region and endpoint right?", UNREACHABLE)
    if error.code == "NoSuchBucket" and settings:
        known = f"there is no bucket {settings.bucket} in {settings.region} (CERTDROP_BUCKET, CERTDROP_REGION)"
    said = ". ".join(part.rstrip(".") for part in (known or find_entry(error.code).meaning, error.message) if part)
    return CommandError(f"{where}: {said}{request}", WRONG_USAGE)
