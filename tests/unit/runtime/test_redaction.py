import json
from collections.abc import Callable
from datetime import datetime, timezone
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from certdrop.masking import MASK
from certdrop.runtime.redaction import MAXIMUM_TEXT, Redactor
from fakecloud.authority import leaf

LEAF = leaf(key="rsa-2048")
KEYS = {
    "PKCS#8": LEAF.key_pem.decode(),
    "PKCS#1": LEAF.traditional_key_pem.decode(),
    "SEC1": leaf(key="p-256").traditional_key_pem.decode(),
    "encrypted": "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIFHDBOBgkqhkiG\n-----END ENCRYPTED PRIVATE KEY-----\n",
    "OpenSSH": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n",
}
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "repr": repr,
    "JSON": json.dumps,
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "form": quote_plus,
    "percent": lambda text: quote(text, safe=""),
    "percent with dashes": lambda text: quote(text, safe="").replace("-", "%2D"),
    "string to sign": lambda text: quote(quote(text, safe=""), safe=""),
    "query": lambda text: "/?" + urlencode({"Action": "UploadServerCertificate", "PrivateKey": text}),
    "cut off": lambda text: text[: len(text) // 2],
}


def body_lines(pem: str) -> list[str]:
    return [line for line in pem.splitlines() if line and not line.startswith("-")]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("pem", KEYS.values(), ids=KEYS)
def test_a_private_key_is_masked_in_every_form(pem: str, form: Callable[[str], str]) -> None:
    shown = Redactor().redact_text(f"before {form(pem)} after")

    assert shown.startswith("before ")
    assert MASK in shown
    for line in body_lines(pem):
        assert line not in shown
        assert quote(line, safe="") not in shown
        assert quote(quote(line, safe=""), safe="") not in shown


def test_what_stands_around_a_key_stays() -> None:
    text = f"POST /?{urlencode({'Key': KEYS['PKCS#8'], 'Name': 'shop'})} HTTP/1.1"

    assert Redactor().redact_text(text) == f"POST /?Key={MASK}%0A&Name=shop HTTP/1.1"


def test_a_certificate_goes_too_for_its_lines_look_like_those_of_a_key() -> None:
    assert Redactor().redact_text(LEAF.pem.decode() + KEYS["PKCS#1"]) == f"{MASK}\n{MASK}\n"


@pytest.mark.parametrize(
    "text",
    [
        "SecurityToken=CAISxx&Action=ListCertificates",
        "x-acs-security-token: CAISxx",
        "{'x-oss-security-token': 'CAISxx'}",
        '{"security_token": "CAISxx"}',
        "Signature=CAISxx",
        "Authorization: OSS CAISxx",
        "authorization: ACS3-HMAC-SHA256 CAISxx",
        "access_key_secret='CAISxx'",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET=CAISxx",
    ],
)
def test_an_assigned_token_is_masked(text: str) -> None:
    shown = Redactor().redact_text(text)

    assert "CAISxx" not in shown
    assert MASK in shown


def test_an_authorization_header_is_masked_with_its_signature() -> None:
    header = "ACS3-HMAC-SHA256 Credential=STS.abc,SignedHeaders=host;x-acs-date,Signature=deadbeef"
    shown = Redactor().redact({"text": f"Authorization: {header}", "headers": {"Authorization": header}})

    assert "deadbeef" not in json.dumps(shown)


@pytest.mark.parametrize(
    "name",
    ["private_key", "PrivateKey", "key_pem", "access_key_secret", "security_token", "SecurityToken", "Authorization"],
)
def test_a_field_named_for_a_secret_is_masked(name: str) -> None:
    assert Redactor().redact({"outer": [{name: "anything", "kept": 1}]}) == {"outer": [{name: MASK, "kept": 1}]}


@pytest.mark.parametrize("name", ["key", "key_kind", "fingerprint", "token_count", "reconcile", "cas_name"])
def test_other_fields_are_kept(name: str) -> None:
    assert Redactor().redact({name: "shown"}) == {name: "shown"}


def test_a_secret_field_that_is_none_tells_so() -> None:
    assert Redactor().redact({"security_token": None}) == {"security_token": None}


@given(st.text(min_size=8).filter(lambda secret: secret not in MASK))
def test_the_invocations_own_secrets_are_masked_wherever_they_stand(secret: str) -> None:
    shown = Redactor([secret, ""]).redact_text(f"<{secret}|{quote(secret, safe='')}|{quote_plus(secret)}>")

    assert shown == f"<{MASK}|{MASK}|{MASK}>"


def test_a_word_too_short_to_be_a_secret_is_left_in_the_text() -> None:
    assert Redactor(["", "e"]).redact_text("served") == "served"


def test_values_of_any_type_become_json() -> None:
    value = {
        "when": datetime(2026, 11, 1, tzinfo=timezone.utc),
        "bytes": KEYS["PKCS#8"].encode(),
        "secret": SecretStr("x"),
        "error": ValueError(KEYS["SEC1"]),
        "pair": (1, 2.5),
        5: {True},
    }
    shown = Redactor().redact(value)

    assert json.loads(json.dumps(shown)) == {
        "when": "2026-11-01 00:00:00+00:00",
        "bytes": f"<{len(KEYS['PKCS#8'])} bytes>",
        "secret": MASK,
        "error": f"{MASK}\n",
        "pair": [1, 2.5],
        "5": [True],
    }


def test_a_long_text_is_cut_and_says_so() -> None:
    assert Redactor().redact_text("é" * (MAXIMUM_TEXT + 5)) == "é" * MAXIMUM_TEXT + "[5 more]"


def test_a_key_at_the_cut_is_masked_before_the_cut() -> None:
    shown = Redactor().redact_text("." * (MAXIMUM_TEXT - 100) + KEYS["PKCS#8"])

    assert shown == "." * (MAXIMUM_TEXT - 100) + f"{MASK}\n"


def test_hostile_text_costs_no_time() -> None:
    hostile = "-----BEGIN " + "A " * 50_000 + "-----END " * 20_000 + "-----BEGIN PRIVATE KEY-----" + "%20" * 50_000

    assert len(Redactor(["secret-of-the-run"]).redact_text(hostile)) <= MAXIMUM_TEXT + 20
