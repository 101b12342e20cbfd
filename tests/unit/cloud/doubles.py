"""Doubles for the ports, and an account whose cloud is a function."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx

from certdrop.cloud.account import Account
from certdrop.cloud.carrying import HttpxCarrier
from certdrop.cloud.signing import canonical_query, sign_oss
from certdrop.ports import Credentials, Settings

CAPTURES = Path(__file__).parent / "captures"
CAPTURED_CREDENTIALS = Credentials("LTAI4TESTACCESSKEYID", "TestAccessKeySecret0123456789")
NOW = datetime(2026, 11, 22, 1, 9, 10, tzinfo=timezone.utc)

Handler = Callable[[httpx.Request], httpx.Response]


def load_captures(service: str) -> list[dict[str, Any]]:
    """Requests that the vendor's own clients sent, with their signatures: name, method, raw_path, headers, body."""
    captures: list[dict[str, Any]] = json.loads((CAPTURES / f"{service}.json").read_text())
    return captures


@dataclass
class FakeTime:
    """Clock and sleep in one: sleeping moves the clock."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return self.seconds

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


class CountingIds:
    def __init__(self) -> None:
        self.count = 0

    def new(self) -> str:
        self.count += 1
        return f"{self.count:032x}"


@dataclass
class HighestRandom:
    """Always the upper bound; remembers what it was asked."""

    asked: list[tuple[float, float]] = field(default_factory=list)

    def uniform(self, a: float, b: float) -> float:
        self.asked.append((a, b))
        return b


class Cloud:
    """Answers each request by *handler* and keeps what was sent."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.requests: list[httpx.Request] = []
        self.time = FakeTime()
        self.random = HighestRandom()
        self.time_left = 60.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.handler(request)

    def account(self, *, security_token: str | None = None, **settings: Any) -> Account:
        given: dict[str, Any] = {"bucket": "drops", "region": "cn-hangzhou", "account_id": "1234", **settings}
        return Account(
            Settings.model_validate(given),
            Credentials("id", "secret", security_token),
            HttpxCarrier(httpx.Client(transport=httpx.MockTransport(self))),
            clock=self.time,
            ids=CountingIds(),
            sleep=self.time,
            random=self.random,
            time_left=lambda: self.time_left,
        )

    @property
    def actions(self) -> list[str]:
        return [request.headers.get("x-acs-action", request.method) for request in self.requests]

    @property
    def forms(self) -> list[dict[str, str]]:
        return [dict(parse_qsl(request.content.decode(), keep_blank_values=True)) for request in self.requests]


@contextmanager
def account_at(address: str) -> Iterator[tuple[Account, FakeTime]]:
    """Make an account that calls a server on loopback, by a new connection for each call."""
    time = FakeTime()
    endpoints: dict[str, Any] = dict.fromkeys(("alb", "cas", "clb", "oss"), f"http://{address}")
    settings = Settings(bucket="drops", region="cn-hangzhou", account_id="1", endpoints=endpoints)
    with httpx.Client(trust_env=False, verify=False, limits=httpx.Limits(max_keepalive_connections=0)) as client:
        account = Account(
            settings,
            Credentials("id", "secret"),
            HttpxCarrier(client),
            clock=time,
            ids=CountingIds(),
            sleep=time,
            random=HighestRandom(),
            time_left=lambda: 50.0,
        )
        yield account, time


def answering(*answers: httpx.Response | Exception | dict[str, Any]) -> Cloud:
    """A cloud that gives these answers in order, the last one for ever; a dict is a good JSON answer."""
    left = list(answers)

    def handler(request: httpx.Request) -> httpx.Response:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, dict):
            return httpx.Response(200, json={"RequestId": "R-1", **answer})
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    return Cloud(handler)


def refusal(status: int, code: str, message: str = "", **headers: str) -> httpx.Response:
    """The gateway's error."""
    document = {"Code": code, "Message": message, "RequestId": "R-9", "HostId": "alb.cn-hangzhou.aliyuncs.com"}
    return httpx.Response(status, json=document, headers={n.replace("_", "-"): v for n, v in headers.items()})


def xml_refusal(status: int, code: str) -> httpx.Response:
    """OSS's and the queue service's error."""
    text = f"<Error><Code>{code}</Code><Message>no</Message><RequestId>R-9</RequestId></Error>"
    return httpx.Response(status, text=text)


def check_oss_signature(request: httpx.Request, key: str, token: str | None = None) -> None:
    """Hold a request of the bucket `drops` against its signature."""
    expected = sign_oss(
        method=request.method,
        bucket="drops",
        key=key,
        query=canonical_query(parse_qsl(request.url.query.decode(), keep_blank_values=True), bare_empty=True),
        headers=request.headers,
        region="cn-hangzhou",
        credentials=Credentials("id", "secret", token),
    )
    assert request.headers["authorization"] == expected
