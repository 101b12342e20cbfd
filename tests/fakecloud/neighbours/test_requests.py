"""What the official SDK's models can send, fakecloud takes: the same parameters, in the same kinds, no other."""

from collections.abc import Iterable, Iterator

import pytest

from fakecloud.rpc.gateway import services_of
from fakecloud.rpc.operation import Operation, Parameter
from fakecloud.world import World
from tests.fakecloud.neighbours.sdk_models import IGNORED, Member, parameters_of

pytestmark = pytest.mark.sdk
OPERATIONS = [
    pytest.param(service.name, operation, id=operation.action)
    for service in services_of(World())
    for operation in service.operations.values()
]
# Required only beside another parameter, which the listeners' own tests try; ListenerProtocol, where two listeners
# share a port, as no two do here.
CONDITIONAL = {
    "AclId",
    "Cookie",
    "CookieTimeout",
    "ListenerProtocol",
    "QuicConfig.QuicListenerId",
    "StickySessionType",
}
REQUIRED_IN_A_TAG = {"Tag.Key", "Tags.Key"}  # so the pages; the models call nothing required there


def declared(parameters: Iterable[Parameter], prefix: str = "") -> Iterator[Member]:
    for one in parameters:
        yield prefix + one.name, one.kind, one.required
        yield from declared(one.members, f"{prefix}{one.name}.")


@pytest.mark.parametrize(("product", "operation"), OPERATIONS)
def test_fakecloud_takes_the_parameters_of_the_sdk(product: str, operation: Operation) -> None:
    taken = {member for member in declared(operation.parameters) if member[0] not in IGNORED}
    sent = parameters_of(product, operation.action)
    assert {(path, kind) for path, kind, _ in taken} == {(path, kind) for path, kind, _ in sent}
    needed, said = ({path for path, _, required in each if required} for each in (taken, sent))
    assert needed - REQUIRED_IN_A_TAG - said == set()
    assert said - CONDITIONAL - needed == set()
