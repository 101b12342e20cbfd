"""Whatever is done to a bundle, judging it gives findings or a bundle, never an exception, and never a key's bytes."""

from hypothesis import given
from hypothesis import strategies as st

from certdrop.bundle.codes import CODES
from certdrop.bundle.judgement import Judgement
from certdrop.bundle.judging import DropFile, judge
from fakecloud.authority import Issued
from tests.unit.bundle.drops import NOW, intermediate, judge_one, key, leaf, root
from tests.unit.bundle.forge import der, pem

CURVE, RSA = leaf(), leaf(key=key("rsa-2048"))


@st.composite
def edits(draw: st.DrawFn, content: bytes) -> bytes:
    """Change, delete or insert a few bytes of *content*."""
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(changed) - 1))
        gone = draw(st.integers(0, 2))
        changed[place : place + gone] = draw(st.binary(max_size=3))
    return bytes(changed)


def blocks(server: Issued) -> list[tuple[str, bytes]]:
    label = "RSA PRIVATE KEY" if server is RSA else "EC PRIVATE KEY"
    return [
        ("CERTIFICATE", server.der),
        ("CERTIFICATE", intermediate().der),
        ("CERTIFICATE", root().der),
        ("PRIVATE KEY", der(server.key_pem)),
        (label, der(server.traditional_key_pem)),
    ]


def assert_sound(judgement: Judgement) -> None:
    assert judgement.accepted == (judgement.bundle is not None)
    for finding in judgement.findings:
        assert finding.code in CODES
        assert (finding.subject + finding.message + finding.fix).isprintable()


@given(st.data(), st.sampled_from([CURVE, RSA]), st.integers(0, 4))
def test_der_that_was_tampered_with_gives_findings_or_a_bundle(data: st.DataObject, server: Issued, which: int) -> None:
    parts = blocks(server)
    label, content = parts[which]
    parts[which] = (label, data.draw(edits(content)))

    assert_sound(judge_one(b"".join(pem(*part) for part in parts)))


@given(st.data(), st.sampled_from([CURVE, RSA]))
def test_pem_that_was_tampered_with_gives_findings_or_a_bundle(data: st.DataObject, server: Issued) -> None:
    text = b"".join(pem(*part) for part in blocks(server))

    assert_sound(judge_one(data.draw(edits(text))))


@given(st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=200)), max_size=5))
def test_any_files_give_findings(files: list[tuple[str, bytes]]) -> None:
    judgement = judge([DropFile(name, content) for name, content in files], validation_time=NOW)

    assert_sound(judgement)
    assert not judgement.accepted


@given(st.binary(min_size=1, max_size=60).map(lambda content: b"0" + content))
def test_what_begins_like_der_gives_findings(content: bytes) -> None:
    assert_sound(judge_one(content))


def test_no_byte_of_a_key_shows_anywhere() -> None:
    """Every way to spoil a key or its surroundings: no line of its base64 in findings, parts or representations."""
    secret = RSA.key_pem
    lines = [line.decode() for line in secret.splitlines() if not line.startswith(b"-----")]
    spoilt = [
        secret,
        secret.replace(b"PRIVATE KEY", b"CERTIFICATE"),
        secret.replace(b"-----END", b"----END"),
        secret.replace(b"-----BEGIN", b"----BEGIN"),
        secret.replace(b"\nMII", b"\nM*I"),
        secret[: len(secret) // 2],
        secret.replace(b"PRIVATE KEY", b"OTHER THING"),
        b"x" + der(secret),
        der(secret),
    ]
    for content in spoilt:
        judgement = judge([DropFile("privkey.pem", content + RSA.pem + intermediate().pem)], validation_time=NOW)
        shown = repr(judgement) + repr(DropFile("privkey.pem", content)) + "".join(map(str, judgement.findings))
        assert not [line for line in lines if line[:20] in shown]


def test_judging_twice_gives_the_same() -> None:
    drop = [DropFile("a.pem", CURVE.pem + CURVE.key_pem + root().pem)]

    assert judge(drop, validation_time=NOW) == judge(list(drop), validation_time=NOW)
