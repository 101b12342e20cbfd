from types import SimpleNamespace

import pytest

from certdrop.errors import SettingsError
from certdrop.ports import Credentials
from certdrop.runtime.context import DEFAULT_TIMEOUT, count_down, credentials_of, timeout_of
from tests.unit.runtime.doubles import HandClock, context_310, context_312

ENVIRON = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "STS.environment",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "environment-secret",
    "ALIBABA_CLOUD_SECURITY_TOKEN": "environment-token",
}


def given(key_id: str | None, secret: str | None, token: str | None) -> SimpleNamespace:
    return SimpleNamespace(access_key_id=key_id, access_key_secret=secret, security_token=token)


def test_python_310_gives_the_credentials_of_the_context() -> None:
    context = context_310(given("STS.context", "context-secret", "context-token"))

    assert credentials_of(context, ENVIRON) == Credentials("STS.context", "context-secret", "context-token")


def test_python_312_gives_the_credentials_of_the_environment_as_it_is_now() -> None:
    environ = dict(ENVIRON)
    context = context_312()
    first = credentials_of(context, environ)
    environ["ALIBABA_CLOUD_SECURITY_TOKEN"] = "renewed"

    assert first == Credentials("STS.environment", "environment-secret", "environment-token")
    assert credentials_of(context, environ).security_token == "renewed"


@pytest.mark.parametrize("empty", [None, given("", "", ""), given(None, None, None), given("STS.half", "", "")])
def test_empty_credentials_of_the_context_do_not_hide_those_of_the_environment(empty: SimpleNamespace | None) -> None:
    assert credentials_of(context_310(empty), ENVIRON).access_key_id == "STS.environment"


def test_the_credentials_of_context_and_environment_are_never_mixed() -> None:
    context = context_310(given("LTAI.account", "account-secret", ""))

    assert credentials_of(context, ENVIRON) == Credentials("LTAI.account", "account-secret", None)


def test_a_function_without_a_role_is_told_so() -> None:
    with pytest.raises(SettingsError, match="has the function a role"):
        credentials_of(context_312(), {"ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "x"})


def test_credentials_show_no_secret() -> None:
    shown = repr(credentials_of(context_312(), ENVIRON))

    assert "environment-secret" not in shown
    assert "environment-token" not in shown


@pytest.mark.parametrize(("timeout", "seconds"), [(60, 60), ("50", 50), ("", DEFAULT_TIMEOUT), (None, DEFAULT_TIMEOUT)])
def test_a_timeout_may_be_a_number_or_the_text_of_a_header(timeout: object, seconds: int) -> None:
    assert timeout_of(context_312(timeout=timeout)) == seconds


def test_a_function_that_does_not_tell_its_timeout_is_taken_for_the_shortest() -> None:
    context = context_312()
    del context.function.timeout  # type: ignore[attr-defined]

    assert timeout_of(context) == DEFAULT_TIMEOUT


def test_the_time_left_counts_down_to_nothing() -> None:
    clock = HandClock(1000.0)
    time_left = count_down(context_312(timeout="60"), clock)
    left = [time_left()]
    for seconds in (59.0, 1.0, 5.0):
        clock.advance(seconds)
        left.append(time_left())

    assert left == [60.0, 1.0, 0.0, 0.0]
