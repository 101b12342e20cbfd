"""Sending: the limits of a call, and the only place where calls are tried again.

Full jitter, at most four tries and 60 % of the invocation's time left, never a sleep beyond.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from certdrop.cloud.carrying import Answer, Carrier, Patience, Request, Trouble
from certdrop.cloud.catalogue import find_entry
from certdrop.errors import CloudError, LostAnswerError
from certdrop.ports import Clock, Random, Sleep

TRIES = 4
BUDGET = 0.6  # of the invocation's time left when the call begins
BACKOFF_BASE = 0.5  # seconds
BACKOFF_CAP = 20.0  # seconds
CONNECT_TIMEOUT = 5.0  # seconds
READ_TIMEOUT = 15.0  # seconds between two pieces of an answer
SHORTEST_TIMEOUT = 0.5  # seconds
ANSWER_LIMIT = 16 * 1024 * 1024  # bytes
LONGEST_PAUSE = 9  # digits
MULTIPLE_CHOICES = 300
TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500


class Call(NamedTuple):
    """A call that can be made more than once: *build* signs anew for every try.

    *repeatable*: may be sent again when nobody knows whether it was done. *read_error* makes the error of an answer
    that is not 2xx. *limit*: the most bytes of an answer, above which it is the error EntityTooLarge.
    """

    service: str
    action: str
    repeatable: bool
    build: Callable[[], Request]
    read_error: Callable[["Call", Answer], CloudError]
    limit: int = ANSWER_LIMIT

    def error(self, code: str, message: str = "", *, request_id: str = "", status: int = 0) -> CloudError:
        """Make an error of this call."""
        return CloudError(
            service=self.service, action=self.action, code=code, message=message, request_id=request_id, status=status
        )

    def lost(self, code: str, message: str = "", status: int = 0) -> LostAnswerError:
        """Make the error of an answer that never came, or cannot be read."""
        return LostAnswerError(service=self.service, action=self.action, code=code, message=message, status=status)


@dataclass(frozen=True)
class Failure:
    """A try that failed: whether to try again, and not before how many seconds."""

    error: CloudError
    again: bool
    pause: float = 0.0


class Sender:
    """Makes calls through one carrier, within the invocation's time."""

    def __init__(
        self, carry: Carrier, *, clock: Clock, sleep: Sleep, random: Random, time_left: Callable[[], float]
    ) -> None:
        self._carry = carry
        self._clock = clock
        self._sleep = sleep
        self._random = random
        self._time_left = time_left

    def send(self, call: Call) -> Answer:
        """Return the answer if it is 2xx; raise CloudError, or LostAnswerError when nobody knows what was done."""
        left = self._time_left()
        budget = BUDGET * left
        started = self._clock.monotonic()
        attempt = 1
        while True:
            outcome = self._try(call, max(left, SHORTEST_TIMEOUT))
            if isinstance(outcome, Answer):
                return outcome
            pause = max(outcome.pause, self._random.uniform(0, min(BACKOFF_CAP, BACKOFF_BASE * 2 ** (attempt - 1))))
            elapsed = self._clock.monotonic() - started
            if not outcome.again or attempt == TRIES or elapsed + pause > budget:
                raise outcome.error
            self._sleep(pause)
            attempt += 1
            left = self._time_left()

    def _try(self, call: Call, left: float) -> Answer | Failure:
        patience = Patience(min(CONNECT_TIMEOUT, left), min(READ_TIMEOUT, left), call.limit)
        answer = self._carry(call.build(), patience)
        if isinstance(answer, Trouble):
            return _judge_trouble(call, answer)
        if answer.status < MULTIPLE_CHOICES:
            return answer
        error = call.read_error(call, answer)
        return Failure(error, again=_may_try_again(error, repeatable=call.repeatable), pause=_retry_after(answer))


def _judge_trouble(call: Call, trouble: Trouble) -> Failure:
    if trouble.kind == "never sent":
        return Failure(call.lost("NotConnected", trouble.cause), again=True)
    if trouble.kind == "not an address":
        return Failure(call.error("InvalidUrl", "the endpoint is malformed, or the URL too long"), again=False)
    if trouble.kind == "too large":
        return Failure(call.error("EntityTooLarge", f"more than {call.limit} bytes"), again=False)
    return Failure(call.lost("LostAnswer", trouble.cause), again=call.repeatable)


def _may_try_again(error: CloudError, *, repeatable: bool) -> bool:
    """Refused before anything was done: yes. Ambiguous, as every 5xx is: only what may be repeated. Busy: no."""
    if find_entry(error.code).retry or error.status == TOO_MANY_REQUESTS:
        return True
    return repeatable and (error.status >= SERVER_ERROR or isinstance(error, LostAnswerError))


def _retry_after(answer: Answer) -> float:
    """Read how long the gateway asks to stay away (`x-acs-retry-after`, milliseconds), in seconds."""
    text = answer.headers.get("x-acs-retry-after", "")
    return int(text) / 1000 if text.isascii() and text.isdigit() and len(text) <= LONGEST_PAUSE else 0.0
