"""A look that takes long sees the cloud at several moments; what it says must be right all the same."""

import pytest

from certdrop.bundle.facts import KeyKind
from certdrop.reconcile.house import Handshake
from certdrop.reconcile.owners import JOB_STATUS_POLLER
from tests.flows.bundles import Made, bundle
from tests.unit.reconcile.town import Town

RSA = bundle()
EC = bundle(key="p-256")


@pytest.mark.parametrize(
    ("service", "made", "moment"), [("alb", EC, "ListListeners"), ("clb", RSA, "DescribeLoadBalancerAttribute")]
)
def test_a_bundle_that_is_deployed_while_somebody_looks_is_not_taken_for_a_strangers(
    town: Town, service: str, made: Made, moment: str
) -> None:
    town.targets(town.target(service))
    wanted = town.open(made, service)

    def shows(host: str, port: int, name: str | None, kind: KeyKind | None) -> Handshake:
        return Handshake(made.fingerprint)

    def deploy() -> None:
        town.import_to_cas(made)
        for _ in range(4):
            town.look(wanted.place.listener)
            town.advance(10)

    town.dial = shows
    town.on_sight(moment, "before", deploy)
    stale = town.look(wanted.place.listener, JOB_STATUS_POLLER)
    town.look(wanted.place.listener, JOB_STATUS_POLLER)

    assert (stale.result, stale.fields["reason"]) == ("left", "an operation was begun meanwhile")
    assert [end["end"] for end in town.read_all("state/deployments/")] == ["served"]
    assert [key for key in town.keys("state/") if "stalled" in key] == []
