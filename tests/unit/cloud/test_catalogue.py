"""The error catalogue: complete, in order, and right about what becomes of the work."""

import json
from collections import Counter
from pathlib import Path

import pytest

from certdrop.cloud import catalogue
from certdrop.cloud.catalogue import fate_of, find_entry, load_catalogue
from certdrop.errors import CloudError, Fate, LostAnswerError

DOCUMENTED_CODES = {
    line
    for line in (Path(__file__).parent / "documented_codes.txt").read_text().splitlines()
    if line and not line.startswith("#")
}
FILE = Path(catalogue.__file__).with_name("catalogue.json")

FATES = {
    Fate.WAIT: [
        "IncorrectStatus.Listener",
        "IncorrectStatus.SomethingNew",
        "ResourceInConfiguring.Listener",
        "ListenerProcessing",
        "OperationBusy",
        "SystemBusy",
        "Throttling",
        "Throttling.NewName",
        "IdempotenceProcessing",
        "-22001",
    ],
    Fate.ADOPT: [
        "ResourceAlreadyAssociated.Certificate",
        "ResourceAlreadyExist.Listener",
        "ListenerAlreadyExists",
        "InvalidParameter.ListenerPortConflict",
        "NameRepeat",
        "FileAlreadyExists",
    ],
    Fate.REFUSE: ["CertificateNotMatchPrivateKey", "KeyFormatError", "PrivateKeyEncryption", "CnCertificateNotSupport"],
    Fate.STALL: [
        "ResourceNotFound.Certificate",
        "CertificateNotExist",
        "ServerCertificateId.NotFound",
        "NoPermission",
        "Forbidden.LoadBalancer",
        "Forbidden.NewThing",
        "ResourceQuotaExceeded.LoadBalancerCertificatesNum",
        "InvalidParameter",
        "NeverHeardOf",
    ],
}


def error(code: str, status: int = 400) -> CloudError:
    return CloudError(service="alb", action="CreateListener", code=code, status=status)


@pytest.mark.parametrize("code", sorted(DOCUMENTED_CODES))
def test_every_documented_code_has_its_own_entry(code: str) -> None:
    assert find_entry(code).code == code


def test_every_entry_says_what_it_means_and_what_to_do() -> None:
    for entry in load_catalogue().values():
        assert entry.meaning.endswith(".")
        assert entry.remedy.endswith(".")


def test_no_code_stands_twice_and_they_are_in_order() -> None:
    codes = [code for code, _ in json.loads(FILE.read_text(), object_pairs_hook=list)]
    assert [code for code, count in Counter(codes).items() if count > 1] == []
    assert codes == sorted(codes)


@pytest.mark.parametrize(("fate", "code"), [(fate, code) for fate, codes in FATES.items() for code in codes])
def test_each_code_has_the_fate_that_the_protocol_counts_on(fate: Fate, code: str) -> None:
    assert fate_of(error(code)) is fate


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_service_in_trouble_makes_wait_whatever_the_code(status: int) -> None:
    assert fate_of(error("NeverHeardOf", status)) is Fate.WAIT


def test_a_lost_answer_makes_wait() -> None:
    assert fate_of(LostAnswerError(service="alb", action="CreateListener", code="LostAnswer")) is Fate.WAIT


def test_only_what_was_refused_before_anything_was_done_is_sent_again_at_once() -> None:
    again = {code for code, entry in load_catalogue().items() if entry.retry}
    throttling = {code for code in load_catalogue() if "Throttling" in code} | {"QpsLimitExceeded"}
    assert again == throttling | {"SystemBusy", "LocationServiceTimeout", "IdempotenceProcessing"}


def test_an_unknown_code_is_said_to_be_unknown() -> None:
    entry = find_entry("NeverHeardOf")
    assert entry.code == "NeverHeardOf"
    assert "does not know" in entry.meaning


def test_the_longest_family_wins() -> None:
    assert find_entry("InvalidAccessKeyId.New").code == "InvalidAccessKeyId*"
    assert find_entry("IncorrectBusinessStatus.New").code == "IncorrectBusinessStatus.*"
