"""What comes out is what load balancers ask for, and OpenSSL agrees with it."""

import itertools
import shutil
import subprocess
from pathlib import Path

import pytest

from fakecloud.authority import KeyName
from tests.unit.bundle.drops import certbot, intermediate, judge_drop, key, leaf, root

OPENSSL = shutil.which("openssl")
KINDS: list[KeyName] = ["rsa-2048", "rsa-4096", "p-256", "p-384"]


def emitted(kind: KeyName) -> tuple[str, str]:
    files = certbot(leaf(key=key(kind)))
    messy = {name: b"\xef\xbb\xbf" + text.replace(b"\n", b" \r\n\r\n") for name, text in files.items()}
    bundle = judge_drop(messy).bundle
    assert bundle is not None
    assert bundle.key_pem is not None
    return bundle.certificate_pem, bundle.key_pem.get_secret_value()


@pytest.mark.parametrize("kind", KINDS)
def test_lines_are_64_columns_of_ascii_with_lf_and_no_blank_ones(kind: KeyName) -> None:
    for text in emitted(kind):
        lines = text.split("\n")
        assert text.isascii()
        assert lines.pop() == ""
        for line, following in itertools.pairwise(lines):
            ends_block = following.startswith("-----END")
            assert line.startswith("-----") or len(line) == 64 or (ends_block and 0 < len(line) <= 64)


@pytest.mark.parametrize("kind", KINDS)
def test_keys_are_in_their_traditional_form(kind: KeyName) -> None:
    label = "RSA PRIVATE KEY" if kind.startswith("rsa") else "EC PRIVATE KEY"

    private = emitted(kind)[1]

    assert private.startswith(f"-----BEGIN {label}-----\n")
    assert private.endswith(f"-----END {label}-----\n")
    assert private.count("-----BEGIN") == 1


@pytest.mark.slow
@pytest.mark.skipif(OPENSSL is None, reason="there is no openssl binary")
@pytest.mark.parametrize("kind", KINDS)
def test_openssl_takes_key_and_chain(kind: KeyName, tmp_path: Path) -> None:
    assert OPENSSL is not None
    chain, private = emitted(kind)
    (tmp_path / "chain.pem").write_text(chain)
    (tmp_path / "key.pem").write_text(private)
    (tmp_path / "root.pem").write_bytes(root().pem)

    def openssl(*arguments: str) -> str:
        done = subprocess.run([OPENSSL, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    verify = ["verify", "-CAfile", "root.pem", "-untrusted", "chain.pem", "-attime", "1793534400"]
    assert "valid" in openssl("pkey", "-in", "key.pem", "-check", "-noout")
    assert "OK" in openssl(*verify, "-purpose", "sslserver", "-verify_hostname", "shop.example", "chain.pem")
    assert openssl("pkey", "-in", "key.pem", "-pubout") == openssl("x509", "-in", "chain.pem", "-pubkey", "-noout")


def test_nothing_stands_between_leaf_and_intermediates() -> None:
    server = leaf(key=key("p-384"))

    assert emitted("p-384")[0] == (server.pem + intermediate().pem).decode()
