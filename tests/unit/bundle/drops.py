"""Chains, keys and drops for the tests of bundle/; slow keys are made once a session."""

import functools
from datetime import datetime, timezone
from typing import Any

from certdrop.bundle.judgement import Judgement
from certdrop.bundle.judging import DropFile, judge
from fakecloud import authority
from fakecloud.authority import Issued, KeyName, PrivateKey

NOW = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)


@functools.cache
def key(name: KeyName = "p-256", number: int = 0, exponent: int = 65537) -> PrivateKey:
    """Return key *number* of a kind, the same one every time."""
    seed = f"{name} {number}".encode() if name in ("p-256", "p-384", "p-521", "secp256k1") else None
    return authority.make_key(name, seed=seed, exponent=exponent)


@functools.cache
def root() -> Issued:
    return authority.root_ca(common_name="Root", key=key("p-256", 1))


@functools.cache
def intermediate() -> Issued:
    return authority.intermediate_ca(issuer=root(), common_name="Issuing", key=key("p-256", 2))


def leaf(**changes: Any) -> Issued:
    """root -> intermediate -> shop.example, changed as asked."""
    arguments: dict[str, Any] = {"issuer": intermediate(), "key": key("p-256", 3), **changes}
    return authority.leaf(**arguments)


def certbot(server: Issued | None = None, *chain: Issued) -> dict[str, bytes]:
    """Return the four files that certbot writes."""
    server = server or leaf()
    pem = b"".join(each.pem for each in chain or (intermediate(),))
    return {
        "cert.pem": server.pem,
        "chain.pem": pem,
        "fullchain.pem": server.pem + pem,
        "privkey.pem": server.key_pem,
    }


def judge_drop(files: dict[str, bytes], at: datetime = NOW, warning_days: int = 14) -> Judgement:
    drop = [DropFile(name, content) for name, content in files.items()]
    return judge(drop, validation_time=at, warning_days=warning_days)


def judge_one(content: bytes, at: datetime = NOW) -> Judgement:
    return judge_drop({"all.pem": content}, at)


def judge_server(server: Issued, *chain: Issued, at: datetime = NOW) -> Judgement:
    """Judge *server* with its key and *chain* in one file."""
    return judge_one(server.pem + b"".join(each.pem for each in chain) + server.key_pem, at)


def codes(judgement: Judgement) -> list[str]:
    return [finding.code for finding in judgement.findings]
