"""One JSON line a record, to stdout, with the invocation's ids bound and secrets taken out.

Function Compute's own handlers stay as they are; its log service reads stdout line by line.
"""

import json
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, cast

import structlog
from structlog.typing import Processor

from certdrop.ports import Clock
from certdrop.reconcile.house import Log
from certdrop.runtime.redaction import Redactor


class StdoutLogger:
    """Writes each line in one go to what is stdout at that moment."""

    def msg(self, line: str) -> None:
        """Write *line*."""
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    info = warning = msg


def make_log(clock: Clock, secrets: Iterable[str] = ()) -> Log:
    """Return a logger that masks *secrets*, and all that looks like one, wherever they turn up."""
    redactor = Redactor(secrets)

    def stamp(_logger: object, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {"time": clock.now().isoformat(timespec="milliseconds"), **fields}

    def redact(_logger: object, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return cast(dict[str, Any], redactor.redact(dict(fields)))

    def render(_logger: object, _name: str, fields: MutableMapping[str, Any]) -> str:
        return json.dumps(fields)

    processors: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,  # the plain traceback: no locals
        stamp,
        redact,
        render,
    ]
    log = structlog.wrap_logger(
        StdoutLogger(), processors=processors, wrapper_class=structlog.BoundLogger, cache_logger_on_first_use=True
    )
    return cast(Log, log)
