"""Judge every file below some folders, each way it could be dropped, and print what was worst.

python -m tests.hostile FOLDER...
"""

import base64
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from certdrop.bundle.codes import CODES
from certdrop.bundle.judging import DropFile, judge
from tests.hostile.cost import Cost, measure
from tests.unit.bundle.drops import NOW, certbot, judge_drop

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----", re.DOTALL)
_LABELS = ("CERTIFICATE", "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")


def variants(content: bytes) -> Iterator[bytes]:
    """Yield a file as it is, its PEM blocks one by one, and as DER under every label that is read."""
    yield content
    blocks = [found[0] for found in _BLOCK.finditer(content)]
    yield from blocks if len(blocks) > 1 else []
    if not blocks and len(content) < 1 << 20:
        body = base64.encodebytes(content)
        yield from (
            b"-----BEGIN %s-----\n%s-----END %s-----\n" % (name, body, name) for name in map(str.encode, _LABELS)
        )


def main(folders: list[str]) -> int:
    """Measure, and return 1 when anything cost more than is promised."""
    judge_drop(certbot())
    costs: list[tuple[Cost, str]] = []
    codes: Counter[str] = Counter()
    for path in sorted(path for folder in folders for path in Path(folder).rglob("*") if path.is_file()):
        for number, content in enumerate(variants(path.read_bytes())):
            found: list[str] = []
            costs.append((measure(partial(_judge, content, found)), f"{path} {number}"))
            codes.update(found)
    for name in ("seconds", "growth"):
        for cost, where in sorted(costs, key=lambda one: getattr(one[0], name))[-5:]:
            sys.stdout.write(f"{name}: {cost.seconds * 1000:.1f} ms, {cost.growth / 2**20:.1f} MB: {where}\n")
    sys.stdout.write(f"{len(costs)} inputs; findings: {dict(codes.most_common())}\n")
    return int(not all(cost.is_bounded for cost, _ in costs))


def _judge(content: bytes, found: list[str]) -> None:
    findings = judge([DropFile("a.pem", content)], validation_time=NOW).findings
    assert all(finding.code in CODES and finding.message.isprintable() for finding in findings)
    found += [finding.code for finding in findings] or ["accepted"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
