"""From files to certificates and keys: lenient in what it reads, each thing once, and a finding for all else."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from certdrop.bundle.certificates import Certificate, read_certificate
from certdrop.bundle.codes import make_finding
from certdrop.bundle.containers import find_container, find_container_block
from certdrop.bundle.findings import Finding
from certdrop.bundle.pem import DamagedBlock, PemBlock, count_blocks, decode_text, split_blocks
from certdrop.bundle.private_keys import KeyPair, read_private_key

MAX_FILE_BYTES = 256 * 1024
MAX_DROP_BYTES = 1024 * 1024
MAX_FILES = 32
MAX_BLOCKS = 32
MAX_CERTIFICATES = 16  # different ones: each may have signed each other one, and every signature is checked

MAX_KEYS = 8  # each is tried, which takes ten milliseconds for a large one

_CERTIFICATE_LABELS = frozenset({"CERTIFICATE", "X509 CERTIFICATE"})
_SILENT_LABELS = frozenset({"EC PARAMETERS", "DH PARAMETERS", "X9.42 DH PARAMETERS"})


@dataclass(frozen=True)
class DropFile:
    """A file of a drop; *content* may hold a key."""

    name: str
    content: bytes = field(repr=False)


@dataclass
class Parts:
    """What was found: certificates by DER and keys by SPKI, each with the places where it stood (`file:line`)."""

    certificates: dict[bytes, Certificate] = field(default_factory=dict)
    keys: dict[bytes, KeyPair] = field(default_factory=dict)
    places: dict[bytes, list[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    lost_certificate: bool = False
    lost_key: bool = False
    tried: dict[bytes, KeyPair | None] = field(default_factory=dict, repr=False)

    @property
    def is_refused_unread(self) -> bool:
        """Whether there was so much that nothing is judged."""
        return any(finding.code in ("too-many-certificates", "drop-too-large") for finding in self.findings)

    def refuse_many(self, count: int, what: str, limit: int) -> None:
        """Note that there is too much to judge."""
        self.findings.append(make_finding("too-many-certificates", "drop", count=count, what=what, limit=limit))

    def name_of(self, certificate: Certificate) -> str:
        """Name a certificate in findings: the files where it stood, and whose it is."""
        files = dict.fromkeys(place.rpartition(":")[0] for place in self.places[certificate.der])
        return f"{', '.join(files)} ({certificate.title})"

    def place_of(self, identity: bytes) -> str:
        """Say where the certificate (DER) or the key (SPKI) stood."""
        return ", ".join(self.places[identity])


def read_parts(files: Sequence[DropFile]) -> Parts:
    """Read *files* in the order of their names, so that the order of arrival never counts."""
    parts = Parts()
    ordered = sorted(files, key=lambda file: (file.name, file.content))
    texts = _find_readable(ordered, parts)
    blocks = sum(count_blocks(text) for _, text in texts)
    if blocks > MAX_BLOCKS:
        parts.refuse_many(blocks, "PEM blocks", MAX_BLOCKS)
        return parts
    for file, text in texts:
        _read_file(file, text, parts)
    if len(parts.tried) > MAX_KEYS:
        parts.refuse_many(len(parts.tried), "different private keys", MAX_KEYS)
    if len(parts.certificates) > MAX_CERTIFICATES:
        parts.refuse_many(len(parts.certificates), "different certificates", MAX_CERTIFICATES)
    return parts


def _find_readable(files: Sequence[DropFile], parts: Parts) -> list[tuple[DropFile, bytes]]:
    """Return the texts of *files* that are small enough to be read."""
    if len(files) > MAX_FILES:
        parts.findings.append(make_finding("drop-too-large", "drop", limit=f"{MAX_FILES} files"))
        return []
    small = [file for file in files if len(file.content) <= MAX_FILE_BYTES]
    for file in files:
        if file not in small:
            parts.findings.append(make_finding("file-too-large", file.name, limit=MAX_FILE_BYTES // 1024))
    if sum(len(file.content) for file in small) > MAX_DROP_BYTES:
        parts.findings.append(make_finding("drop-too-large", "drop", limit=f"{MAX_DROP_BYTES // 1024} KiB"))
        return []
    return [(file, decode_text(file.content)) for file in small]


def _read_file(file: DropFile, text: bytes, parts: Parts) -> None:
    blocks = split_blocks(text)
    if not blocks:
        finding = find_container(file.name, file.content)
        parts.findings.append(finding)
        _note_loss(finding, parts)
    for block in blocks:
        place = f"{file.name}:{block.line}"
        if isinstance(block, DamagedBlock):
            reason = f"{block.label}: {block.reason}"
            parts.findings.append(make_finding("malformed-pem", place, reason=reason, file=file.name))
            _note_label_loss(block.label, parts)
        else:
            _read_block(block, place, file.name, parts)


def _read_block(block: PemBlock, place: str, name: str, parts: Parts) -> None:
    container = find_container_block(place, name, block.label)
    if block.label in _CERTIFICATE_LABELS:
        _add_certificate(block, place, name, parts)
    elif container:
        parts.findings.append(container)
        _note_loss(container, parts)
    elif block.label.endswith("PRIVATE KEY"):
        _add_key(block, place, name, parts)
    elif block.label not in _SILENT_LABELS:
        parts.findings.append(make_finding("ignored-block", place, label=block.label))


def _add_certificate(block: PemBlock, place: str, name: str, parts: Parts) -> None:
    known = parts.certificates.get(block.der)
    certificate = known or read_certificate(block.der)
    if isinstance(certificate, str):
        parts.findings.append(make_finding("malformed-certificate", place, reason=certificate, file=name))
        parts.lost_certificate = True
        return
    parts.certificates[block.der] = certificate
    parts.places.setdefault(block.der, []).append(place)


def _add_key(block: PemBlock, place: str, name: str, parts: Parts) -> None:
    if block.encrypted or block.label == "ENCRYPTED PRIVATE KEY":
        pair: KeyPair | Finding = make_finding("key-encrypted", place, file=name)
    else:
        pair = _try_key(block.der, place, name, parts)
    if isinstance(pair, Finding):
        parts.findings.append(pair)
        parts.lost_key = True
        return
    parts.keys.setdefault(pair.public.spki, pair)
    parts.places.setdefault(pair.public.spki, []).append(place)


def _try_key(der: bytes, place: str, name: str, parts: Parts) -> KeyPair | Finding:
    """Read a key, unless it stood elsewhere too, or more have been read than anybody has."""
    known = parts.tried.get(der)
    if known:
        return known
    is_enough = len(parts.tried) >= MAX_KEYS
    pair = (
        make_finding("several-keys", place, count=len(parts.tried)) if is_enough else read_private_key(der, place, name)
    )
    parts.tried[der] = None if isinstance(pair, Finding) else pair
    return pair


def _note_loss(finding: Finding, parts: Parts) -> None:
    """Remember what the unread file may hold, so that the same thing is not reported as missing too."""
    is_key = finding.code in ("key-encrypted", "unsupported-openssh-key") or "private key" in finding.message
    is_store = finding.code in ("unsupported-pkcs12", "unsupported-jks")
    is_certificate = finding.code in ("unsupported-pkcs7", "unsupported-trusted-certificate", "unsupported-der")
    parts.lost_key |= is_key or is_store
    parts.lost_certificate |= is_store or (is_certificate and not is_key)


def _note_label_loss(label: str, parts: Parts) -> None:
    parts.lost_key |= label.endswith("PRIVATE KEY")
    parts.lost_certificate |= label in _CERTIFICATE_LABELS
