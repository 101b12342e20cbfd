"""A pipeline whose every sink is kept: what it logs, answers, sends, stores, raises and shows."""

import re
import secrets
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from certdrop.cloud.carrying import HttpxCarrier
from certdrop.errors import CertdropError
from fakecloud.mns.models import Queue
from fakecloud.world import Identity
from tests.flows.console import certdrop
from tests.flows.pipeline import BUCKET, ROOT, Pipeline
from tests.flows.receiver import Receiver
from tests.flows.wire import Sent
from tests.secrets.chains import chain_of

TOKEN_HEADERS = re.compile(r"(?m)^(x-acs-security-token|x-oss-security-token|security-token): .*$")
OURS = str(ROOT / "shared" / "certdrop")
EDGE = str(ROOT / "shared" / "certdrop" / "cloud" / "carrying.py")  # nothing of the HTTP client passes beyond


class Watched(Pipeline):
    """Signs with credentials that bear a mark, has a webhook, and keeps what goes away."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.carry = HttpxCarrier(self.client)  # what an HTTP client raises can show what it sent
        self.webhook = Receiver()
        self.raised: dict[str, None] = {}
        self.said: list[str] = []  # by commands
        self._mark = secrets.token_hex(24)
        self._sent: list[str] = []  # messages of all queues, dead letters among them
        self._watch_identities()
        self._watch_queues()

    @property
    def credentials(self) -> tuple[bytes, ...]:
        """What every access key's secret and every security token of this World hold."""
        return (self._mark.encode(),)

    def _watch_identities(self) -> None:
        real = self.world.assume_role

        def assume_role(role: str, seconds: float = 3600) -> Identity:
            made = real(role, seconds)
            marked = Identity(
                made.access_key_id, f"{made.secret}{self._mark}", f"{made.token}{self._mark}", role, made.expires
            )
            return self.world.add_identity(marked)

        self.world.assume_role = assume_role  # type: ignore[method-assign]

    def _watch_queues(self) -> None:
        for queue in self.world.mns.queues.values():
            _keep_messages(queue, self._sent)

    def plant(self, queue: str, body: str) -> None:
        """Send a message that is not the product's."""
        self.world.mns.queues[queue].send(body)
        self._sent.remove(body)

    def command(self, *arguments: object) -> None:
        """Let a person say `certdrop ...`, whatever comes of it."""
        said = certdrop(self, "", *arguments)
        self.said += [said.out, said.err]

    @contextmanager
    def watching_exceptions(self) -> Iterator[None]:
        """Note every exception that passes through the product's code, with its causes, as a debugger would see it."""

        def follow(frame: FrameType, event: str, _: object) -> Any:
            if not frame.f_code.co_filename.startswith(OURS) or frame.f_code.co_filename == EDGE:
                return None
            frame.f_trace_lines = False
            return note

        def note(_: FrameType, event: str, argument: Any) -> Any:
            if event == "exception" and not isinstance(argument[1], StopIteration):
                self.raised.update(dict.fromkeys(_texts_of(argument[1])))
            return note

        before = sys.gettrace()
        sys.settrace(follow)
        try:
            yield
        finally:
            sys.settrace(before)

    def sinks(self) -> Iterator[tuple[str, bytes]]:
        """Return all that a run leaves behind but the drops themselves and the bodies of uploads."""
        yield "logs", self.logs.getvalue().encode()
        yield "exceptions", "\n".join(self.raised).encode()
        yield "what commands say", "\n".join(self.said).encode()
        yield "answers of functions", b"\n".join(result.body for _, result in self.results)
        yield "logs of fakecloud's functions", "\n".join(run.log for run in self.world.fc.logs(None)).encode()
        yield "call log", repr(self.world.calls.entries).encode()
        yield "messages", "\n".join(self._sent).encode()
        yield "notices", repr(self.webhook.taken if self.webhook else "").encode()
        yield "request lines and headers", "\n".join(map(_head_of, self.wire.sent)).encode()
        yield "request bodies", b"\n".join(sent.body for sent in self.wire.sent if not _may_hold_a_key(sent))
        yield (
            "objects",
            b"\n".join(
                name.encode() + b"\n" + stored.body
                for name, stored in self.world.oss.buckets[BUCKET].objects.items()
                if not name.startswith(("certs/", "config/"))
            ),
        )


def _keep_messages(queue: Queue, kept: list[str]) -> None:
    enqueue = queue._enqueue

    def keep(body: str, *arguments: Any) -> Any:
        kept.append(body)
        return enqueue(body, *arguments)

    queue._enqueue = keep  # type: ignore[method-assign, assignment]


def _head_of(sent: Sent) -> str:
    return f"{sent.method} {sent.url}\n" + TOKEN_HEADERS.sub("", sent.headers)


def _may_hold_a_key(sent: Sent) -> bool:
    is_drop = sent.function == "certdrop" and sent.label.startswith(f"PUT /{BUCKET}/certs/")
    return is_drop or sent.label == "UploadUserCertificate"


def _texts_of(error: BaseException) -> Iterator[str]:
    """Yield what a log or a debugger shows of an error and of what it hangs on."""
    for found in chain_of(error):
        yield from (str(found), repr(found))
        yield "".join(traceback.format_exception_only(found))
        if isinstance(found, CertdropError):
            yield repr(vars(found))
