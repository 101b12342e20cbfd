"""What people are told: each end and each first stall, once, as a line that a log alarm can watch."""

from typing import Protocol

from certdrop.deployment.operations import StallOf
from certdrop.deployment.work import End


class Notifier(Protocol):
    """Tells somebody."""

    def info(self, event: str, **fields: object) -> object:
        """Tell what happened."""
        ...

    def warning(self, event: str, **fields: object) -> object:
        """Tell what somebody should act on."""
        ...


def tell_end(notifier: Notifier, end: End) -> None:
    """Tell that a deployment ended."""
    tell = notifier.info if end.end in ("served", "superseded") else notifier.warning
    tell(
        f"deployment-{end.end}",
        drop=end.drop,
        target=end.target,
        listener=str(end.place.listener),
        slot=end.place.slot,
        code=end.code,
        message=end.message,
        remedy=end.remedy,
        request_id_of_call=end.request_id,
        correlation_id=end.correlation_id,
    )


def tell_stall(notifier: Notifier, stall: StallOf, times: int) -> None:
    """Tell that a deployment stalls; only the first time."""
    if times > 1:
        return
    work = stall.work.work
    notifier.warning(
        "deployment-stalled",
        drop=work.drop,
        target=work.target,
        listener=str(work.place.listener),
        slot=work.place.slot,
        code=stall.code,
        message=stall.message,
        remedy=stall.remedy,
        request_id_of_call=stall.request_id,
        correlation_id=work.correlation_id,
    )
