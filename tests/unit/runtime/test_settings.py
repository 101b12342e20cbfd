import pytest
from hypothesis import given
from hypothesis import strategies as st

from certdrop.errors import SettingsError
from certdrop.ports import Limits, Settings
from certdrop.runtime.settings import Environment, parse_settings
from tests.unit.runtime.settings_page import PAGE, render_page

LEAST = {"CERTDROP_BUCKET": "certdrop-drops", "FC_REGION": "cn-hangzhou", "FC_ACCOUNT_ID": "1234567890123456"}


def problems(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        parse_settings(environ)
    return caught.value.problems


def test_a_bucket_is_all_that_must_be_set_on_function_compute() -> None:
    expected = Settings(bucket="certdrop-drops", region="cn-hangzhou", account_id="1234567890123456")

    assert parse_settings({"PATH": "/bin", **LEAST}) == expected


def test_certdrop_variables_win_over_those_of_function_compute() -> None:
    settings = parse_settings({**LEAST, "CERTDROP_REGION": "ap-southeast-1", "CERTDROP_ACCOUNT_ID": "99"})

    assert (settings.region, settings.account_id) == ("ap-southeast-1", "99")


def test_everything_can_be_set() -> None:
    settings = parse_settings(
        {
            **LEAST,
            "CERTDROP_SITE": "international",
            "CERTDROP_QUEUE_PREFIX": "team-a",
            "CERTDROP_DIAL": "alb.example:443=127.0.0.1:8443, [fd00::1]:443=127.0.0.1:8444",
            "CERTDROP_RPC_PARAMETERS": "query",
            "CERTDROP_EXPIRY_WARNING_DAYS": "30",
            "CERTDROP_CAS_REGION": "eu-central-1",
            "CERTDROP_NETWORK": "vpc",
            "CERTDROP_CLB_DOMAIN_EXTENSIONS": "10",
            "CERTDROP_ALB_ADDITIONAL_CERTIFICATES": "150",
            "CERTDROP_ALB_ASSOCIATE_AT_ONCE": "9",
            "CERTDROP_ALB_DISSOCIATE_AT_ONCE": "20",
        }
    )

    assert settings.site == "international"
    assert settings.queue_prefix == "team-a"
    assert settings.dial == {"alb.example:443": "127.0.0.1:8443", "[fd00::1]:443": "127.0.0.1:8444"}
    assert settings.rpc_parameters == "query"
    assert settings.expiry_warning_days == 30
    assert (settings.cas_region, settings.network) == ("eu-central-1", "vpc")
    assert settings.limits == Limits(
        domain_extensions=10, additional_certificates=150, associate_at_once=9, dissociate_at_once=20
    )


def test_an_empty_variable_counts_as_not_set() -> None:
    empty = {str(known.alias): "" for known in Environment.model_fields.values() if known.alias != "CERTDROP_BUCKET"}

    assert parse_settings({**LEAST, **empty}) == parse_settings(LEAST)


@pytest.mark.parametrize(("name", "text"), [("ASSOCIATE", "0"), ("ASSOCIATE", "21"), ("DISSOCIATE", "21")])
def test_a_call_takes_one_to_twenty_certificates(name: str, text: str) -> None:
    (problem,) = problems({**LEAST, f"CERTDROP_ALB_{name}_AT_ONCE": text})

    assert problem.startswith(f"CERTDROP_ALB_{name}_AT_ONCE: Input should be ")


def test_the_documentation_tells_every_setting() -> None:
    assert PAGE.read_text("utf-8") == render_page()


def test_one_endpoint_serves_all_and_a_services_own_one_wins() -> None:
    settings = parse_settings(
        {**LEAST, "CERTDROP_ENDPOINT": "http://127.0.0.1:8080", "CERTDROP_CAS_ENDPOINT": "https://cas.example"}
    )
    everywhere = dict.fromkeys(("oss", "mns", "alb", "clb"), "http://127.0.0.1:8080")

    assert settings.endpoints == {**everywhere, "cas": "https://cas.example"}


def test_without_a_common_endpoint_only_the_named_service_is_moved() -> None:
    settings = parse_settings({**LEAST, "CERTDROP_OSS_ENDPOINT": "https://oss-cn-hangzhou-internal.aliyuncs.com"})

    assert settings.endpoints == {"oss": "https://oss-cn-hangzhou-internal.aliyuncs.com"}


def test_one_error_lists_all_that_is_missing() -> None:
    assert problems({}) == (
        "CERTDROP_BUCKET is not set",
        "CERTDROP_REGION (or FC_REGION) is not set",
        "CERTDROP_ACCOUNT_ID (or FC_ACCOUNT_ID) is not set",
    )


def test_one_error_lists_what_is_missing_and_what_is_malformed() -> None:
    found = problems(
        {
            **LEAST,
            "CERTDROP_BUCKET": "",
            "CERTDROP_SITE": "mars",
            "CERTDROP_ENDPOINT": "127.0.0.1:8080",
            "CERTDROP_DIAL": "nonsense",
            "CERTDROP_EXPIRY_WARNING_DAYS": "soon",
        }
    )

    assert [problem.split(":")[0] for problem in found] == [
        "CERTDROP_BUCKET is not set",
        "CERTDROP_SITE",
        "CERTDROP_ENDPOINT",
        "CERTDROP_DIAL",
        "CERTDROP_EXPIRY_WARNING_DAYS",
    ]
    assert "'china' or 'international'" in found[1]
    assert "expected http(s)://host[:port]" in found[2]
    assert "expected host:port=host:port, separated by commas" in found[3]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://host/path",
        "https://user:pw@host",
        "ftp://host",
        "https://",
        "https://host:port",
        "https://ho st",
        "//host",
    ],
)
def test_an_endpoint_is_a_scheme_a_host_and_a_port_and_nothing_else(endpoint: str) -> None:
    assert problems({**LEAST, "CERTDROP_OSS_ENDPOINT": endpoint}) == (
        "CERTDROP_OSS_ENDPOINT: expected http(s)://host[:port]",
    )


@given(st.sampled_from(["BUCKET", "REGION", "ACCOUNT_ID", "ENDPOINT", "DIAL", "SITE", "QUEUE_PREFIX"]), st.text())
def test_a_malformed_value_is_a_settings_error_that_does_not_repeat_it(name: str, text: str) -> None:
    value = f"s3cr!t {text} s3cr!t"

    (problem,) = problems({**LEAST, f"CERTDROP_{name}": value})

    assert problem.startswith(f"CERTDROP_{name}")
    assert "s3cr!t" not in problem
