"""What Function Compute hands a function beside the event: who it is, its credentials, its time."""

from collections.abc import Callable, Mapping
from typing import Protocol

from certdrop.errors import SettingsError
from certdrop.ports import Clock, Credentials

DEFAULT_TIMEOUT = 50  # seconds; the shortest that template.yml gives a function


class FcFunction(Protocol):
    """The part of the context about the function."""

    @property
    def name(self) -> str:
        """The deployed function's name."""
        ...


class FcContext(Protocol):
    """The context of both runtimes: Python 3.10 has `credentials` and `service`, Python 3.12 has neither."""

    @property
    def request_id(self) -> str:
        """The invocation's id."""
        ...

    @property
    def function(self) -> FcFunction:
        """The function: name, handler, memory, timeout (a str in some versions of the runtime)."""
        ...


def credentials_of(context: FcContext, environ: Mapping[str, str]) -> Credentials:
    """Return the role's temporary credentials of this invocation; SettingsError when there are none.

    Python 3.10 puts them on the context, freshly for every invocation (empty without a role); Python 3.12 has them
    in `ALIBABA_CLOUD_*`.
    """
    own = getattr(context, "credentials", None)
    access_key_id = getattr(own, "access_key_id", None)
    access_key_secret = getattr(own, "access_key_secret", None)
    token = getattr(own, "security_token", None)
    if not (access_key_id and access_key_secret):
        access_key_id = environ.get("ALIBABA_CLOUD_ACCESS_KEY_ID")
        access_key_secret = environ.get("ALIBABA_CLOUD_ACCESS_KEY_SECRET")
        token = environ.get("ALIBABA_CLOUD_SECURITY_TOKEN")
    if not (access_key_id and access_key_secret):
        raise SettingsError(["no credentials in the context or in ALIBABA_CLOUD_*: has the function a role?"])
    return Credentials(access_key_id, access_key_secret, token or None)


def timeout_of(context: FcContext) -> int:
    """Return the function's time limit in seconds."""
    try:
        return int(getattr(context.function, "timeout", DEFAULT_TIMEOUT))
    except (TypeError, ValueError):
        return DEFAULT_TIMEOUT


def count_down(context: FcContext, clock: Clock) -> Callable[[], float]:
    """Return a function that tells the seconds left of an invocation that starts now; never below 0."""
    end = clock.monotonic() + timeout_of(context)
    return lambda: max(0.0, end - clock.monotonic())
