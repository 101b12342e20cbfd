"""The message between functions: what is read, and what is refused without being shown."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certdrop.deployment.places import Listener
from certdrop.errors import EventError
from certdrop.reconcile.requests import ReconcileRequest, parse_request

UNHURRIED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LISTENER = Listener(service="clb", load_balancer="lb-1", port=443)
DROPS = st.text(
    st.characters(blacklist_characters="/\x7f", blacklist_categories=("Cs", "Cc")), min_size=1, max_size=200
)


@UNHURRIED
@given(DROPS, st.integers(0, 3))
def test_a_request_for_a_drop_survives_its_message(drop: str, hops: int) -> None:
    request = ReconcileRequest.for_drop(drop, hops=hops, correlation_id="0123456789ab")

    assert parse_request(request.model_dump_json()) == request
    assert (request.drop, request.listener) == (drop, None)


def test_a_request_for_a_listener_survives_its_message() -> None:
    request = ReconcileRequest.for_listener(LISTENER, hops=2)

    assert parse_request(request.model_dump_json()) == request
    assert (request.listener, request.drop) == (LISTENER, None)


def test_a_request_holds_no_more_than_version_what_hops_and_correlation_id() -> None:
    assert set(ReconcileRequest.model_fields) == {"version", "reconcile", "hops", "correlation_id"}


@pytest.mark.parametrize(
    "text",
    [
        "no json: secret",
        "[]",
        '{"reconcile": "drop/secret", "hops": 4}',
        '{"reconcile": "drop/secret", "hops": -1}',
        '{"reconcile": "drop/secret", "version": 2}',
        '{"reconcile": "drop/secret", "key": "secret"}',
        '{"reconcile": "drop/secret/more"}',
        '{"reconcile": "drop/"}',
        '{"reconcile": "listener/secret"}',
        '{"reconcile": "listener/alb.secret.x"}',
        '{"reconcile": "listener/nlb.secret.443"}',
        '{"reconcile": "listener/clb-certificates.secret"}',
        '{"reconcile": "secret"}',
        "{}",
    ],
)
def test_what_is_no_request_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(EventError, match="not a reconcile request") as caught:
        parse_request(text)

    assert "secret" not in str(caught.value)


def test_a_request_that_may_hold_a_secret_is_refused_before_anybody_repeats_it() -> None:
    with pytest.raises(EventError, match="it may hold a secret") as caught:
        parse_request('{"reconcile": "drop/-----BEGIN PRIVATE KEY-----"}')

    assert "PRIVATE" not in str(caught.value)
