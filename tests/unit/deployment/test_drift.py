"""What differs at a listener from what was proved to be served there."""

from datetime import timedelta

import pytest

from certdrop.deployment.drift import find_differences, find_outgrown
from certdrop.deployment.observations import Extension, SeenAuthority, SeenListener, ShownCertificate
from certdrop.deployment.work import RequiredCa, SeenWork
from tests.unit.deployment.builders import NOW, facts, listener, seen, shown, work
from tests.unit.deployment.client_ca_builders import NEW_CA

OURS = facts(serial="a")
NEWER = facts(serial="b", age_days=0)
STRANGE = facts("other.example", serial="c")
BLOG = facts("blog.example", serial="d")
NEWER_BLOG = facts("blog.example", serial="e", age_days=0)


def expected(*args: object, **more: object) -> SeenWork:
    return work(*args, heals=True, **more)  # type: ignore[arg-type]


def events(works: list[SeenWork], view: SeenListener | None, *imported: object, **more: object) -> list[str]:
    return [one.event for one in find_differences(works, seen(view, *imported, **more), NOW)]  # type: ignore[arg-type]


def test_what_is_served_as_it_was_left_differs_in_nothing() -> None:
    works = [expected(OURS), expected(BLOG, slot="additional")]

    assert events(works, listener(OURS, BLOG), OURS, BLOG) == []


def test_of_a_listener_where_nothing_was_served_nothing_is_said() -> None:
    assert events([], None) == events([], listener(STRANGE, status="stopped")) == []


def test_a_listener_that_is_gone_is_one_difference_however_much_it_served() -> None:
    assert events([expected(OURS), expected(BLOG, slot="additional")], None) == ["drift-listener-missing"]


def test_a_port_that_speaks_no_https_any_more_has_lost_its_listener() -> None:
    assert events([expected(OURS)], SeenListener("lsn-1", "running", https=False)) == ["drift-listener-missing"]


def test_a_listener_that_is_stopped_is_told_beside_what_else_differs() -> None:
    found = events([expected(OURS)], listener(STRANGE, status="stopped"), OURS)

    assert found == ["drift-listener-stopped", "drift-certificate-replaced"]


def test_a_listener_that_is_being_configured_says_nothing() -> None:
    assert events([expected(OURS)], listener(STRANGE, status="busy"), OURS) == []


def test_a_certificate_that_nobody_knows_has_replaced_ours() -> None:
    hidden = SeenListener("lsn-1", "running", default=ShownCertificate("9-cn-hangzhou"))

    [found] = find_differences([expected(OURS)], seen(hidden, OURS), NOW)

    assert (found.event, found.message) == (
        "drift-certificate-replaced",
        "the certificate was replaced by 9-cn-hangzhou",
    )


def test_a_newer_certificate_of_the_line_put_there_by_hand_is_no_drift() -> None:
    assert events([expected(OURS)], listener(NEWER), OURS) == []
    assert events([expected(BLOG, slot="additional")], listener(OURS, NEWER_BLOG), BLOG) == []


def test_an_additional_certificate_that_was_taken_away_is_missed() -> None:
    assert events([expected(BLOG, slot="additional")], listener(OURS), BLOG) == ["drift-certificate-missing"]


def test_an_additional_certificate_that_is_the_default_now_is_served() -> None:
    assert events([expected(BLOG, slot="additional")], listener(BLOG), BLOG) == []


def test_what_expired_is_missed_by_nobody() -> None:
    over = BLOG.model_copy(update={"not_after": NOW - timedelta(days=1)})

    assert events([expected(over, slot="additional")], listener(OURS), over) == []


def test_a_certificate_removed_from_cas_as_well_is_missed_all_the_same() -> None:
    assert events([expected(OURS)], listener(STRANGE)) == ["drift-certificate-replaced"]


@pytest.mark.parametrize(
    ("served", "event"), [(None, "drift-certificate-missing"), (STRANGE, "drift-certificate-replaced")]
)
def test_an_extension_domain_that_is_gone_or_shows_another_certificate_differs(served: object, event: str) -> None:
    extensions = (Extension("de-1", "blog.example", shown(served)),) if served else ()  # type: ignore[arg-type]
    wanted = expected(BLOG, slot="additional", service="clb", domains=("blog.example",))

    [found] = find_differences([wanted], seen(listener(OURS, extensions=extensions), BLOG), NOW)

    assert found.event == event
    assert "blog.example" in found.message


def test_a_client_ca_that_was_taken_away_or_replaced_differs() -> None:
    partners = NEW_CA
    wanted = expected(partners, slot="client_ca", service="clb")
    other = listener(OURS, client_ca="ca-9", authority=SeenAuthority("theirs"))

    found = [find_differences([wanted], seen(view, OURS, partners), NOW)[0].message for view in (listener(OURS), other)]

    assert found == ["clients are not asked for a certificate any more", "clients are checked against theirs"]


def test_an_alb_listener_without_the_client_ca_that_its_target_names_differs() -> None:
    wanted = expected(OURS)
    wanted = SeenWork(wanted.work.model_copy(update={"client_ca": RequiredCa(certificate_id="1-ca")}), wanted.opened)

    assert events([wanted], listener(OURS), OURS) == ["drift-client-ca"]
    assert events([wanted], listener(OURS, client_ca="1-ca"), OURS) == []


def test_of_two_additional_certificates_of_one_line_only_the_newer_is_still_expected() -> None:
    older, newer = expected(BLOG, slot="additional"), expected(NEWER_BLOG, slot="additional")

    assert find_outgrown([older, newer, expected(OURS)]) == [older]
