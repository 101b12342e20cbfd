"""Who signed a request: looks the access key up, and judges token, expiry and the date of the signature."""

import enum
from datetime import datetime, timedelta

from fakecloud.clock import machine_now
from fakecloud.world import Identity, World

ALLOWED_SKEW = timedelta(minutes=15)


class Reason(enum.Enum):
    """Why a caller is not let in; every service has its own code for each."""

    NOT_SIGNED = "not signed"
    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown access key"
    WRONG_TOKEN = "wrong security token"  # noqa: S105 a reason, not a token
    EXPIRED_TOKEN = "expired security token"  # noqa: S105 a reason, not a token
    SKEWED = "signature date too far from the machine's time"
    EXPIRED = "presigned request expired"
    WRONG_SIGNATURE = "signature does not match"


class IdentificationError(Exception):
    """The caller is not who it says; *detail* is what the service adds to its message."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value} {detail}".strip())
        self.reason = reason
        self.detail = detail


def find_identity(world: World, access_key_id: str, token: str | None) -> Identity:
    """Return the identity behind *access_key_id*; a role's key counts only together with its living token."""
    identity = world.identities.get(access_key_id)
    if identity is None or (identity.token and not token):
        raise IdentificationError(Reason.UNKNOWN_KEY, access_key_id)
    if (token or None) != identity.token:
        raise IdentificationError(Reason.WRONG_TOKEN)
    if identity.expires is not None and identity.expires <= world.clock.now():
        raise IdentificationError(Reason.EXPIRED_TOKEN)
    return identity


def verify_date(signed_at: datetime) -> None:
    """Raise when a signature is dated more than 15 minutes away from the machine's time."""
    if abs(machine_now() - signed_at) > ALLOWED_SKEW:
        raise IdentificationError(Reason.SKEWED)
