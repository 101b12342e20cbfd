"""A key as people and programs spell it."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from urllib.parse import quote, quote_plus

from fakecloud.authority import KeyName
from tests.secrets.canary import Canary, make_canary, private_numbers

KINDS: tuple[KeyName, ...] = ("p-256", "rsa-2048")


@cache
def canary(kind: KeyName) -> Canary:
    return make_canary(kind)


@cache
def spellings(kind: KeyName) -> Mapping[str, str]:
    """Return the key as people and programs spell it."""
    issued = canary(kind).issued
    spelled = {"traditional": issued.traditional_key_pem.decode()}
    if kind == "p-256":
        spelled["PKCS#8"] = issued.key_pem.decode()
    found: dict[str, str] = {}
    for form, pem in spelled.items():
        lines = pem.splitlines()
        der = base64.b64decode("".join(lines[1:-1]))
        pairs = der.hex(":")
        more = {
            "PEM": pem,
            "CRLF": pem.replace("\n", "\r\n"),
            "in one line": pem.replace("\n", " "),
            "indented": pem.replace("\n", "\n\t"),
            "without its armour": pem.replace("-----", ""),
            "without its first line": pem[40:],
            "body": "\n".join(lines[1:-1]),
            "body in one line": "".join(lines[1:-1]),
            "one line": lines[1] if kind == "p-256" else lines[-3],
            "quoted": quote(pem, safe=""),
            "quoted twice": quote(quote(pem, safe=""), safe=""),
            "form": quote_plus(pem),
            "JSON": json.dumps(pem),
            "JSON in JSON": json.dumps(json.dumps(pem)),
            "base64 of it": base64.b64encode(pem.encode()).decode(),
            "base64url": base64.urlsafe_b64encode(der).decode(),
            "hex": der.hex(),
            "HEX": der.hex().upper(),
            "pairs": pairs,
            "pairs in lines": "\n    ".join(pairs[start : start + 45] for start in range(0, len(pairs), 45)),
        }
        found |= {f"{form}, {name}": text for name, text in more.items()}
    for position, number in enumerate(private_numbers(issued)[:2]):
        found |= {f"number {position}": str(number), f"number {position} in hex": f"{number:064x}"}
        found |= {f"number {position} in HEX": f"{number:064X}", f"number {position} in 0x": hex(number)}
    return found


@cache
def mixed(turn: int) -> tuple[str, ...]:
    """Return each spelling once, of one key or another: of which, *turn* says."""
    found: dict[str, list[str]] = {}
    for kind in KINDS:
        for label, text in spellings(kind).items():
            found.setdefault(label.rpartition(", ")[2], []).append(text)
    return tuple(texts[(turn + position) % len(texts)] for position, texts in enumerate(found.values()))
