"""The control surface below /_fakecloud/: what tests, demo and tools ask of the fake itself; JSON, unsigned."""

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, get_args

from fakecloud.dataplane.choosing import Order
from fakecloud.faults import Fault, Kind
from fakecloud.http import Request, Response

if TYPE_CHECKING:
    from fakecloud.app import App

Json = dict[str, Any] | list[dict[str, Any]]
Answer = Callable[[Request], Json]


class ControlError(Exception):
    """The control surface was used in a wrong way."""


class Control:
    """Answers what tests, demo and tools ask of the fake itself.

    - ``POST reset``: a new World in the place of the present one.
    - ``GET clock``; ``POST clock {"advance": seconds}``: everything due on the way happens.
    - ``GET faults``; ``POST faults {"service", "action", "kind", "status", "code", "message", "times",
      "seconds"}``;
      ``DELETE faults``.
    - ``GET rates``; ``POST rates {"enabled": true or false}``: whether calls are limited to the vendor's quotas.
    - ``GET selection``; ``POST selection {"order": "newest", "oldest" or "random"}``: which of several matching
      certificates is shown.
    - ``GET calls[?since=<number>][&service=<name>]``: what was asked of the cloud, in order.
    - ``GET logs[?since=<number>][&function=<name>]``: the latest runs of functions, with what they logged.
    - ``GET listeners``: where listeners are served.
    """

    def __init__(self, app: "App") -> None:
        self._app = app
        self._answers: dict[tuple[str, str], Answer] = {
            ("POST", "reset"): self._reset,
            ("GET", "clock"): self._show_clock,
            ("POST", "clock"): self._advance_clock,
            ("GET", "faults"): self._list_faults,
            ("POST", "faults"): self._order_fault,
            ("DELETE", "faults"): self._clear_faults,
            ("GET", "rates"): self._show_rates,
            ("POST", "rates"): self._switch_rates,
            ("GET", "selection"): self._show_selection,
            ("POST", "selection"): self._order_selection,
            ("GET", "calls"): self._list_calls,
            ("GET", "logs"): self._list_logs,
            ("GET", "listeners"): lambda _: self._app.list_listeners(),
        }

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        name = request.path.removeprefix("/_fakecloud/").strip("/")
        answer = self._answers.get((request.method, name))
        if answer is None:
            known = any(name == one for _, one in self._answers)
            return Response.of_json({"error": f"no {request.method} {name}"}, 405 if known else 404)
        try:
            return Response.of_json(answer(request))
        except ControlError as error:
            return Response.of_json({"error": str(error)}, 400)

    def _reset(self, _: Request) -> Json:
        self._app.reset()
        return {"status": "reset", **self._app.describe()}

    def _show_clock(self, _: Request) -> Json:
        return {"now": self._app.world.clock.now().isoformat()}

    def _advance_clock(self, request: Request) -> Json:
        seconds = _read_object(request).get("advance")
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
            raise ControlError('the body should be {"advance": <seconds, 0 or more>}')
        with self._app.world.lock:
            self._app.world.advance(seconds)
        return self._show_clock(request)

    def _list_faults(self, _: Request) -> Json:
        with self._app.world.lock:
            return [asdict(fault) for fault in self._app.world.faults.orders]

    def _order_fault(self, request: Request) -> Json:
        fault = _read_fault(_read_object(request))
        with self._app.world.lock:
            self._app.world.faults.add(fault)
        return asdict(fault)

    def _clear_faults(self, _: Request) -> Json:
        with self._app.world.lock:
            self._app.world.faults.orders.clear()
        return []

    def _show_rates(self, _: Request) -> Json:
        return {"enabled": self._app.world.rates.enabled}

    def _switch_rates(self, request: Request) -> Json:
        enabled = _read_object(request).get("enabled")
        if not isinstance(enabled, bool):
            raise ControlError('the body should be {"enabled": true} or {"enabled": false}')
        self._app.world.rates.enabled = enabled
        return self._show_rates(request)

    def _show_selection(self, _: Request) -> Json:
        return {"order": self._app.world.selection.order}

    def _order_selection(self, request: Request) -> Json:
        order: Any = _read_object(request).get("order")
        if order not in get_args(Order):
            raise ControlError(f"order should be one of {', '.join(get_args(Order))}")
        self._app.world.selection.order = order
        return self._show_selection(request)

    def _list_calls(self, request: Request) -> Json:
        since, service = _read_since(request), dict(request.query).get("service")
        with self._app.world.lock:
            calls = self._app.world.calls.entries[since:]
        return [call.as_json() for call in calls if service in (None, call.service)]

    def _list_logs(self, request: Request) -> Json:
        since = _read_since(request)
        runs = self._app.world.fc.logs(dict(request.query).get("function"))
        return [run.as_json() for run in runs if run.number > since]


def _read_since(request: Request) -> int:
    since = dict(request.query).get("since", "0")
    if not since.isdigit():
        raise ControlError("since should be a number, of the last one that is known")
    return int(since)


def _read_object(request: Request) -> dict[str, Any]:
    try:
        document = json.loads(request.body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise ControlError("the body should be a JSON object")
    return document


def _read_fault(document: dict[str, Any]) -> Fault:
    known = {field.name: type(field.default) for field in fields(Fault)}
    for name, value in document.items():
        if name not in known:
            raise ControlError(f"a fault has no {name}; it has {', '.join(known)}")
        if type(value) is not known[name]:
            raise ControlError(f"{name} should be of type {known[name].__name__}")
    fault = Fault(**document)
    if fault.kind not in get_args(Kind) or fault.times < 1:
        raise ControlError(f"kind should be one of {', '.join(get_args(Kind))}, times 1 or more")
    return fault
