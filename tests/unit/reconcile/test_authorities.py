"""Which CA a drop has brought, and whose the one is that a listener uses."""

from datetime import datetime, timedelta, timezone

import pytest

from certdrop.bundle.facts import BundleFacts
from certdrop.cloud.clb_answers import CaCertificate
from certdrop.deployment.observations import SeenAuthority
from certdrop.deployment.places import Listener, deployment_id
from certdrop.deployment.work import End
from certdrop.reconcile.authorities import describe_authority, find_authority, place_of_client_ca
from certdrop.state.drops import Verdict, VerdictKind, write_bundle, write_verdict
from certdrop.state.listeners import record_end
from tests.unit.reconcile.town import Town

SINCE = datetime(2026, 9, 1, tzinfo=timezone.utc)
LISTENER = Listener(service="clb", load_balancer="lb-1a", port=443)


def ca(serial: str, days: int = 0, kind: str = "ca") -> BundleFacts:
    return BundleFacts(
        kind=kind,
        fingerprint=serial * 64,
        sha1=serial * 40,
        names=(),
        key_kind="rsa",
        not_before=SINCE + timedelta(days=days),
        not_after=SINCE + timedelta(days=days + 1000),
        ca_pem="PEM",
    )


OLD, NEW = ca("1"), ca("2", days=30)


def judged(town: Town, facts: BundleFacts, *, verdict: VerdictKind = "accepted", config: int = 1) -> None:
    """Write what on-cert-uploaded writes of a snapshot that is named after its bundle."""
    write_bundle(town.store(), facts)
    write_verdict(
        town.store(),
        Verdict(
            drop="partners",
            snapshot=facts.fingerprint[::-1],
            config=config,
            verdict=verdict,
            kind=facts.kind,
            fingerprint=facts.fingerprint,
        ),
    )


def test_a_drop_that_was_never_judged_brings_no_ca(town: Town) -> None:
    assert find_authority(town.store(), "partners") is None


@pytest.mark.parametrize("order", [(OLD, NEW), (NEW, OLD)])
def test_the_newest_ca_of_a_drop_counts_and_not_the_last(town: Town, order: tuple[BundleFacts, ...]) -> None:
    for facts in order:
        judged(town, facts)
        town.world.advance(5)

    assert find_authority(town.store(), "partners") == NEW
    assert find_authority(town.store(), "others") is None


def test_only_accepted_cas_count(town: Town) -> None:
    judged(town, OLD)
    judged(town, NEW, verdict="refused")
    judged(town, ca("3", days=40, kind="server"))

    assert find_authority(town.store(), "partners") == OLD


def test_of_one_snapshot_the_verdict_under_the_newest_targets_counts(town: Town) -> None:
    judged(town, NEW, config=1)
    judged(town, NEW, verdict="refused", config=2)

    assert find_authority(town.store(), "partners") is None


def kept(facts: BundleFacts, name: str) -> CaCertificate:
    colons = ":".join(facts.sha1[n : n + 2] for n in range(0, 40, 2)).upper()
    document = {"CACertificateId": "id-1", "CACertificateName": name, "Fingerprint": colons}
    return CaCertificate.model_validate(document)


def described(town: Town, one: CaCertificate | None, *wanted: BundleFacts) -> SeenAuthority:
    return describe_authority(town.house(), LISTENER, "id-1", [one] if one else [], wanted)


def test_a_ca_that_certdrop_brought_here_is_known_with_its_drop(town: Town) -> None:
    place = place_of_client_ca(LISTENER)
    judged(town, OLD)
    end = End(
        deployment=deployment_id(place, OLD),
        cause="0123456789ab-1",
        drop="partners",
        target="shop",
        place=place,
        fingerprint=OLD.fingerprint,
        end="served",
    )
    record_end(town.store(), end)

    assert described(town, kept(OLD, OLD.cas_name)) == SeenAuthority(OLD.cas_name, OLD, "partners")
    assert described(town, kept(OLD, "renamed")) == SeenAuthority("renamed")
    assert described(town, kept(OLD, "renamed"), OLD) == SeenAuthority("renamed", OLD, "partners")


def test_a_ca_that_no_drop_brought_here_has_none(town: Town) -> None:
    judged(town, OLD)

    assert described(town, kept(OLD, OLD.cas_name)) == SeenAuthority(OLD.cas_name, OLD)
    assert described(town, kept(NEW, OLD.cas_name)) == SeenAuthority(OLD.cas_name)
    assert described(town, kept(NEW, "")) == described(town, None) == SeenAuthority("id-1")
