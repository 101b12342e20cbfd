"""When a call is tried again, how often, and for how long."""

import gzip
import json

import httpx
import pytest

from certdrop.cloud.alb_models import (
    AssociateAdditionalCertificatesWithListenerRequest as Associate,
)
from certdrop.cloud.alb_models import CertificateReference
from certdrop.cloud.clb_models import UploadServerCertificateRequest
from certdrop.errors import CloudError, LostAnswerError
from tests.unit.cloud.doubles import Cloud, answering, refusal

BUSY = [
    "IncorrectStatus.Listener",
    "ResourceInConfiguring.Listener",
    "ListenerProcessing",
    "OperationBusy",
    "ServiceIsConfiguring",
    "DomainExtensionProcessing",
    "IncorrectBusinessStatus.LoadBalancer",
]
REFUSED_FOR_NOW = [
    "Throttling",
    "Throttling.User",
    "Throttling.NewName",
    "Rejected.Throttling",
    "LocationServiceTimeout",
]


def read(cloud: Cloud) -> None:
    cloud.account().alb("cn-hangzhou").get_listener_attribute("lsn-1")


def upload(cloud: Cloud) -> None:
    request = UploadServerCertificateRequest(ali_cloud_certificate_id="1", server_certificate_name="c1")
    cloud.account().clb("cn-hangzhou").upload_server_certificate(request)


def associate(cloud: Cloud, client_token: str | None) -> None:
    certificates = (CertificateReference(certificate_id="1-cn-hangzhou"),)
    request = Associate(listener_id="lsn-1", certificates=certificates, client_token=client_token)
    cloud.account().alb("cn-hangzhou").associate_additional_certificates_with_listener(request)


LISTENER = {"ListenerId": "lsn-1", "ListenerPort": 443, "ListenerStatus": "Running"}


def test_a_read_is_tried_four_times_with_growing_full_jitter() -> None:
    cloud = answering(refusal(500, "InternalError"))
    with pytest.raises(CloudError, match="InternalError"):
        read(cloud)
    assert len(cloud.requests) == 4
    assert cloud.random.asked == [(0, 0.5), (0, 1.0), (0, 2.0), (0, 4.0)]
    assert cloud.time.slept == [0.5, 1.0, 2.0]


def test_a_read_succeeds_at_a_later_try() -> None:
    cloud = answering(httpx.ReadTimeout("late"), refusal(503, "ServiceUnavailable"), LISTENER)
    read(cloud)
    assert len(cloud.requests) == 3


def test_every_try_is_signed_anew() -> None:
    cloud = answering(refusal(500, "InternalError"), LISTENER)
    read(cloud)
    first, second = (request.headers for request in cloud.requests)
    assert first["x-acs-signature-nonce"] != second["x-acs-signature-nonce"]
    assert first["authorization"] != second["authorization"]


@pytest.mark.parametrize("code", BUSY)
def test_busy_is_left_to_the_next_look(code: str) -> None:
    cloud = answering(refusal(400, code))
    with pytest.raises(CloudError, match=code):
        read(cloud)
    assert len(cloud.requests) == 1
    assert cloud.time.slept == []


@pytest.mark.parametrize("code", REFUSED_FOR_NOW)
def test_what_was_refused_before_anything_was_done_is_tried_again_even_when_it_must_not_be_done_twice(
    code: str,
) -> None:
    cloud = answering(refusal(400, code), {"ServerCertificateId": "sc-1"})
    upload(cloud)
    assert len(cloud.requests) == 2


def test_system_busy_is_tried_again() -> None:
    cloud = answering(refusal(449, "SystemBusy"), {"ServerCertificateId": "sc-1"})
    upload(cloud)
    assert len(cloud.requests) == 2


def test_status_429_is_tried_again_whatever_its_code() -> None:
    cloud = answering(refusal(429, "TooFast"), LISTENER)
    read(cloud)
    assert len(cloud.requests) == 2


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ReadTimeout("x"),
        httpx.RemoteProtocolError("x"),
        httpx.WriteError("x"),
        ConnectionResetError("x"),
        refusal(500, "InternalError"),
    ],
    ids=["read timeout", "broken answer", "write error", "raw socket error", "500"],
)
def test_an_ambiguous_failure_of_a_call_that_must_not_be_done_twice_is_not_tried_again(
    trouble: httpx.Response | Exception,
) -> None:
    cloud = answering(trouble)
    with pytest.raises(CloudError):
        upload(cloud)
    assert len(cloud.requests) == 1


@pytest.mark.parametrize("trouble", [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")])
def test_a_call_that_never_left_is_tried_again_even_when_it_must_not_be_done_twice(trouble: Exception) -> None:
    cloud = answering(trouble, {"ServerCertificateId": "sc-1"})
    upload(cloud)
    assert len(cloud.requests) == 2


def test_a_change_with_a_client_token_is_repeated_with_the_same_token() -> None:
    cloud = answering(httpx.ReadTimeout("x"), {"JobId": "j"})
    associate(cloud, "token-1")
    assert [form["ClientToken"] for form in cloud.forms] == ["token-1", "token-1"]


def test_a_change_without_a_client_token_is_not_repeated() -> None:
    cloud = answering(httpx.ReadTimeout("x"), {"JobId": "j"})
    with pytest.raises(LostAnswerError):
        associate(cloud, None)
    assert len(cloud.requests) == 1


def test_no_more_than_60_percent_of_the_time_left_are_used() -> None:
    cloud = answering(refusal(500, "InternalError"))
    cloud.time_left = 2.5  # 1.5 s to use: 0.5 + 1.0 fit, 2.0 more do not
    with pytest.raises(CloudError):
        read(cloud)
    assert cloud.time.slept == [0.5, 1.0]


def test_slow_tries_use_up_the_time_too() -> None:
    def slow(request: httpx.Request) -> httpx.Response:
        cloud.time.seconds += 20
        raise httpx.ReadTimeout("x", request=request)

    cloud = Cloud(slow)  # 60 s left, 36 s to use
    with pytest.raises(LostAnswerError):
        read(cloud)
    assert len(cloud.requests) == 2


def test_the_gateways_retry_after_is_kept() -> None:
    cloud = answering(refusal(400, "Throttling", x_acs_retry_after="3000"), LISTENER)
    read(cloud)
    assert cloud.time.slept == [3.0]


def test_a_retry_after_beyond_the_budget_ends_the_call() -> None:
    cloud = answering(refusal(400, "Throttling", x_acs_retry_after="60000"), LISTENER)
    with pytest.raises(CloudError, match="Throttling"):
        read(cloud)
    assert cloud.time.slept == []


def test_a_retry_after_that_is_no_number_is_ignored() -> None:
    cloud = answering(refusal(400, "Throttling", x_acs_retry_after="soon"), LISTENER)
    read(cloud)
    assert cloud.time.slept == [0.5]


def test_timeouts_never_exceed_the_time_left() -> None:
    cloud = answering(LISTENER)
    cloud.time_left = 2.0
    read(cloud)
    assert cloud.requests[0].extensions["timeout"] == {"connect": 2.0, "read": 2.0, "write": 2.0, "pool": 2.0}


def test_a_redirect_is_an_error_and_never_followed() -> None:
    cloud = answering(httpx.Response(302, headers={"location": "https://elsewhere.example/"}))
    with pytest.raises(CloudError, match="Http302"):
        read(cloud)
    assert [str(request.url) for request in cloud.requests] == ["https://alb.cn-hangzhou.aliyuncs.com/"]


def test_a_compressed_answer_is_not_unpacked() -> None:
    packed = gzip.compress(json.dumps(LISTENER).encode())
    cloud = Cloud(lambda _: httpx.Response(200, headers={"content-encoding": "gzip"}, content=iter([packed])))
    with pytest.raises(LostAnswerError, match="UnreadableAnswer"):
        read(cloud)


def test_an_endpoint_without_scheme_is_told_as_such_and_not_tried_again() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.UnsupportedProtocol("no scheme", request=request)

    cloud = Cloud(refuse)
    with pytest.raises(CloudError, match="InvalidUrl"):
        read(cloud)
    assert len(cloud.requests) == 1
