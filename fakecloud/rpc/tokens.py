"""ClientToken: the same token with the same parameters is answered with the first result, and nothing is done twice."""

from collections.abc import Mapping
from typing import Any

from fakecloud.rpc.operation import CLIENT_TOKEN, Operation, RpcCall, RpcError


class ClientTokens:
    """The first results of one World, by product, region, action and token."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, ...], tuple[Mapping[str, Any], Mapping[str, Any]]] = {}

    def find(self, service: str, operation: Operation, call: RpcCall) -> Mapping[str, Any] | None:
        """Return the first result of this call's token; raises IdempotentParameterMismatch."""
        first = self._first.get(self._key(service, operation, call))
        if first is None:
            return None
        parameters, result = first
        if parameters != call.parameters:
            text = "The request uses the same client token as a previous, but non-identical request."
            raise RpcError(409, "IdempotentParameterMismatch", text)
        return result

    def keep(self, service: str, operation: Operation, call: RpcCall, result: Mapping[str, Any]) -> None:
        """Keep *result* as the first one of this call's token."""
        if operation.mutating and call.parameters.get(CLIENT_TOKEN.name):
            self._first[self._key(service, operation, call)] = (dict(call.parameters), dict(result))

    @staticmethod
    def _key(service: str, operation: Operation, call: RpcCall) -> tuple[str, ...]:
        token = call.parameters.get(CLIENT_TOKEN.name, "")
        return (service, call.region, operation.action, token)
