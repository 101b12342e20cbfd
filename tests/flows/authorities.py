"""Client CAs for the flows: made once a session."""

from datetime import datetime, timezone
from functools import cache

from fakecloud.authority import Issued, KeyName, root_ca
from tests.flows.bundles import key_of


@cache
def authority(name: str = "Partners", *, key: KeyName = "rsa-2048", number: int = 200, month: int = 9) -> Issued:
    """Make a CA that vouches for clients, valid from the first of *month* 2026 for ten years."""
    return root_ca(
        common_name=name,
        key=key_of(key, number),
        not_before=datetime(2026, month, 1, tzinfo=timezone.utc),
        not_after=datetime(2036, month, 1, tzinfo=timezone.utc),
    )
