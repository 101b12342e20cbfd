"""The attributes of a queue, their limits and defaults (vendor's page on limits)."""

from dataclasses import dataclass, fields, replace
from typing import Any

from fakecloud.mns.errors import InvalidArgumentError

_LIMITS = {
    "visibility_timeout": (1, 43200),
    "maximum_message_size": (1024, 65536),
    "message_retention_period": (60, 604800),
    "delay_seconds": (0, 604800),
    "polling_wait_seconds": (0, 30),
}


@dataclass(frozen=True)
class QueueAttributes:
    """What a queue is set to; seconds and bytes.

    *dead_letter_queue* and *max_receive_count* are the policy of the control API: a message that was received that
    many times and becomes visible again moves there. The data plane does not set them.
    """

    visibility_timeout: int = 30
    maximum_message_size: int = 65536
    message_retention_period: int = 345600
    delay_seconds: int = 0
    polling_wait_seconds: int = 0
    logging_enabled: bool = False
    dead_letter_queue: str = ""
    max_receive_count: int = 0

    def __post_init__(self) -> None:
        for name, (minimum, maximum) in _LIMITS.items():
            if not minimum <= getattr(self, name) <= maximum:
                raise InvalidArgumentError(f"{to_wire(name)} should be between {minimum} and {maximum}.")

    def changed(self, attributes: dict[str, Any]) -> "QueueAttributes":
        """Return these attributes with *attributes* set."""
        return replace(self, **attributes)


def to_wire(name: str) -> str:
    """Return the vendor's spelling of an attribute's name."""
    return "".join(word.capitalize() for word in name.split("_"))


WIRE_NAMES = {
    to_wire(one.name): one.name for one in fields(QueueAttributes) if one.name in (*_LIMITS, "logging_enabled")
}
