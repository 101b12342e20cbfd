"""ClientToken: the same token with the same parameters is answered with the first result, and nothing is done twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fakecloud.clock import Clock
from fakecloud.rpc.operation import CLIENT_TOKEN, Operation, RpcCall, RpcError


@dataclass(frozen=True)
class First:
    """The first call with a token: what it said, what came of it, and when that was done."""

    parameters: Mapping[str, Any]
    result: Mapping[str, Any]
    done: datetime


class ClientTokens:
    """The first calls of one World, by product, region, action and token; *now* is its time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._first: dict[tuple[str, ...], First] = {}

    def find(self, service: str, operation: Operation, call: RpcCall) -> Mapping[str, Any] | None:
        """Return the first result of this call's token; raises IdempotentParameterMismatch, IdempotenceProcessing."""
        first = self._first.get(self._key(service, operation, call))
        if first is None:
            return None
        if first.parameters != call.parameters:
            text = "The request uses the same client token as a previous, but non-identical request."
            raise RpcError(409, "IdempotentParameterMismatch", text)
        if self._clock.now() < first.done:
            raise RpcError(409, "IdempotenceProcessing", "The previous request with this client token is processing.")
        return first.result

    def keep(
        self, service: str, operation: Operation, call: RpcCall, result: Mapping[str, Any], unfinished: int
    ) -> None:
        """Keep *result* as the first one of this call's token, done when it has been *unfinished* for these seconds."""
        if operation.mutating and call.parameters.get(CLIENT_TOKEN.name):
            done = self._clock.now() + timedelta(seconds=unfinished)
            self._first[self._key(service, operation, call)] = First(dict(call.parameters), dict(result), done)

    @staticmethod
    def _key(service: str, operation: Operation, call: RpcCall) -> tuple[str, ...]:
        token = call.parameters.get(CLIENT_TOKEN.name, "")
        return (service, call.region, operation.action, token)
