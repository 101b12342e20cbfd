"""What the tests of cleaning share: certificates of certdrop's at CAS and CLB, what listeners show, and its minute."""

from collections.abc import Mapping

from certdrop.reconcile.cleaning import clean
from certdrop.reconcile.owners import JOB_STATUS_POLLER
from certdrop.reconcile.scenes import TAG
from certdrop.state.config import read_config
from certdrop.state.drops import write_bundle
from fakecloud.alb.changes import Changes
from fakecloud.clb.certificates import Label
from fakecloud.clb.resources import CasReference
from tests.flows.bundles import Made, bundle
from tests.unit.reconcile.town import Town, facts_of

OLD, NEW = bundle(month=9), bundle(month=10)
MINUTE, DAY = 60.0, 86400.0
GRACE = 7 * DAY
NOTHING = {"certificates_retired": 0, "certificates_deleted": 0}


def keep(town: Town, made: Made) -> str:
    """Let certdrop have imported a bundle into CAS; returns ALB's id of it."""
    write_bundle(town.store(), facts_of(made))
    return town.import_to_cas(made)


def copy_to_clb(town: Town, made: Made, tags: tuple[tuple[str, str], ...] = (TAG,)) -> str:
    """Let CLB have taken a bundle from CAS; returns its id there."""
    [entry] = [one for one in town.world.cas.certificates.values() if one.chain.leaf.sha256 == made.fingerprint]
    reference = CasReference(entry.cert_identifier, entry.name, town.world.region)
    kept = town.world.clb.certificates.refer_to_cas(town.world.region, reference, Label(entry.name, tags=tags))
    return kept.certificate_id


def show(town: Town, certificate_id: str, port: int = 443) -> None:
    """Let an ALB listener show a certificate."""
    changes = Changes(default_certificate=certificate_id, server_groups=(town.group,))
    town.world.alb.create_listener(town.alb, "HTTPS", port, changes)
    town.advance(10)


def show_at_clb(town: Town, certificate_id: str, port: int = 443) -> None:
    """Let a CLB listener show a certificate."""
    sent = {"Bandwidth": -1, "BackendServerPort": 8080, "HealthCheck": "off", "ServerCertificateId": certificate_id}
    town.world.clb.listeners.create_load_balancer_https_listener(town.world.region, town.clb, port, sent)


def renew(town: Town) -> None:
    """Keep a bundle that nothing shows and its successor, which an ALB listener does; both may go from CAS."""
    town.targets(town.target(), cleanup="superseded")
    keep(town, OLD)
    show(town, keep(town, NEW))


def clean_now(town: Town) -> Mapping[str, int]:
    """Let the poller clean in this minute."""
    town.memory.cleaning.due = town.world.clock.now()
    return clean_if_due(town)


def clean_if_due(town: Town) -> Mapping[str, int]:
    """Let the poller's minute come."""
    house = town.house(JOB_STATUS_POLLER)
    config = read_config(house.store)
    assert config
    return clean(house, config)


def retire(town: Town) -> None:
    """Let what is superseded be found, and be retired after its grace."""
    clean_now(town)
    town.advance(GRACE)
    assert clean_now(town)["certificates_retired"] > 0


def in_cas(town: Town) -> set[str]:
    """Return the fingerprints that CAS keeps."""
    return {one.chain.leaf.sha256 for one in town.world.cas.certificates.values()}


def in_clb(town: Town) -> list[str]:
    """Return the ids that CLB keeps."""
    return sorted(town.world.clb.certificates.server)


def marks(town: Town) -> tuple[int, int]:
    """Count the marks of unused and of retired certificates."""
    return len(town.keys("state/unused/")), len(town.keys("state/retired/"))
