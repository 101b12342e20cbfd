"""Files that somebody made to be slow, to fill the memory, or to break the parser."""

import random
from collections.abc import Callable
from functools import partial

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID, ObjectIdentifier

from certdrop.bundle.der import read_sequence
from certdrop.bundle.parsing import MAX_CERTIFICATES, MAX_FILE_BYTES
from fakecloud import authority
from fakecloud.authority import Issued
from tests.unit.bundle.drops import certbot, intermediate, key, leaf, root
from tests.unit.bundle.forge import encode, integer, pem, sequence
from tests.unit.bundle.test_limits import HOSTILE

Files = dict[str, bytes]

RSA_ENCRYPTION = bytes.fromhex("300d06092a864886f70d0101010500")
SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
PBES2 = bytes.fromhex("06092a864886f70d01050d")
PBKDF2 = bytes.fromhex("06092a864886f70d01050c")
EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")
PRIME_FIELD = bytes.fromhex("06072a8648ce3d0101")


def number(bits: int, seed: int) -> int:
    """Return an odd number of *bits* bits that nobody has factored."""
    return random.Random(seed).getrandbits(bits) | 1 | 1 << (bits - 1)


def files(content: bytes) -> Files:
    return {f"{place}.pem": content for place in range(3)}


def with_extension(value: bytes, oid: str = "2.5.29.17", *, critical: bool = False) -> bytes:
    """root -> intermediate -> leaf with an extension of these bytes."""
    extra: list[tuple[x509.ExtensionType, bool]] = [
        (x509.UnrecognizedExtension(ObjectIdentifier(oid), value), critical)
    ]
    made = authority.certificate(common_name="shop", names=[], issuer=intermediate(), key=key(), extra_extensions=extra)
    return made.pem + intermediate().pem + root().pem + made.key_pem


def names(count: int) -> Files:
    return certbot(leaf(names=[f"a{one}.example" for one in range(count)], common_name=""))


def control_characters() -> Files:
    """root -> intermediate -> leaf whose names are NUL, line ends, terminal escapes and marks of direction."""
    text = "shop\0\n\x1b[2J\u202e<script>%s{0}"
    made = authority.certificate(
        common_name=text,
        names=[],
        issuer=intermediate(),
        key=key(),
        extra_extensions=[
            (
                x509.UnrecognizedExtension(
                    ObjectIdentifier("2.5.29.17"), general_names(b"shop\0.example\n\x1b[2J", 40)
                ),
                False,
            )
        ],
    )
    return {text.replace("/", "") + ".pem": made.pem + intermediate().pem + made.key_pem}


def general_names(name: bytes, count: int, tag: int = 0x82) -> bytes:
    return sequence(*[encode(tag, name)] * count)


def lattice(exponent: int) -> Files:
    """Sixteen certificates, each of which may have issued each other one, by names, key ids and RSA of 8192 bits."""
    return {"all.pem": b"".join(_of_lattice(serial, exponent) for serial in range(1, MAX_CERTIFICATES + 1))}


def _of_lattice(serial: int, exponent: int) -> bytes:
    plain = authority.certificate(common_name="same", key=key(), serial=serial)
    elements = [encode(one.tag, one.content) for one in read_sequence(plain.certificate.tbs_certificate_bytes) or []]
    elements[2] = SHA256_WITH_RSA
    public = sequence(integer(number(8192, serial)), integer(exponent))
    elements[6] = sequence(RSA_ENCRYPTION, encode(3, b"\0" + public))
    signature = number(8191, -serial).to_bytes(1024, "big")
    return pem("CERTIFICATE", sequence(sequence(*elements), SHA256_WITH_RSA, encode(3, b"\0" + signature)))


def deep_chain(length: int) -> Files:
    """root -> ... -> leaf, with *length* certificates between them."""
    chain: list[Issued] = []
    for depth in range(length):
        issuer = chain[-1] if chain else root()
        chain.append(authority.intermediate_ca(issuer=issuer, common_name=f"CA {depth}", key=key("p-256", depth % 3)))
    server = leaf(issuer=chain[-1])
    return {"all.pem": server.pem + b"".join(one.pem for one in chain) + server.key_pem}


def name_constraints() -> Files:
    """root -> intermediate that permits 1,200 names -> leaf with 1,200 names."""
    permitted = [x509.DNSName(f"b{one}.example") for one in range(1200)] + [x509.DNSName("example")]
    issuer = authority.certificate(
        common_name="Constrained",
        ca=True,
        issuer=root(),
        key=key("p-256", 2),
        extra_extensions=[(x509.NameConstraints(permitted, None), True)],
    )
    server = leaf(issuer=issuer, names=[f"a{one}.example" for one in range(1200)], common_name="")
    return {"cert.pem": server.pem, "chain.pem": issuer.pem, "privkey.pem": server.key_pem}


def rsa_16384() -> Files:
    """A PKCS#8 key of 12.6 kB, whose load would take half a minute."""
    modulus = number(16384, 1)
    halves = [number(8192, seed) for seed in range(5)]
    inner = sequence(integer(0), integer(modulus), integer(65537), integer(number(16384, 2)), *map(integer, halves))
    return files(pem("PRIVATE KEY", sequence(integer(0), RSA_ENCRYPTION, encode(4, inner))))


def encrypted_key() -> Files:
    """An encrypted PKCS#8 key that asks for two thousand million rounds of PBKDF2."""
    rounds = sequence(PBKDF2, sequence(encode(4, b"salt" * 4), integer(2_000_000_000)))
    scheme = sequence(PBES2, sequence(rounds, sequence(bytes.fromhex("060960864801650304012a"), encode(4, b"\0" * 16))))
    return files(pem("ENCRYPTED PRIVATE KEY", sequence(scheme, encode(4, b"\0" * 128))))


def encrypted_with_headers() -> Files:
    text = key("rsa-2048").private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"x"))
    return files(text * 4)


def explicit_curve() -> Files:
    """An EC key whose curve is spelt out, over a prime of 4,000 bits."""
    field = sequence(PRIME_FIELD, integer(number(4000, 1)))
    curve = sequence(encode(4, b"\1" * 500), encode(4, b"\2" * 500))
    parameters = sequence(
        integer(1), field, curve, encode(4, b"\4" + b"\3" * 1000), integer(number(4000, 2)), integer(1)
    )
    inner = sequence(integer(1), encode(4, b"\1" * 500))
    return files(pem("PRIVATE KEY", sequence(integer(0), sequence(EC_PUBLIC_KEY, parameters), encode(4, inner))))


def many_keys() -> Files:
    """Twenty-eight different RSA keys; only eight are tried."""
    good = key("rsa-2048").private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {"keys.pem": b"".join(pem("PRIVATE KEY", good[:-1] + bytes([last])) for last in range(28))}


def large_name() -> Files:
    attributes = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"unit {one}") for one in range(7000)]
    text = x509.Name(attributes).public_bytes()
    plain = leaf(common_name="")
    elements = [encode(one.tag, one.content) for one in read_sequence(plain.certificate.tbs_certificate_bytes) or []]
    elements[5] = text
    algorithm = sequence(bytes.fromhex("06082a8648ce3d040302"))
    return files(pem("CERTIFICATE", sequence(sequence(*elements), algorithm, encode(3, b"\0" + b"0" * 64))))


def fill(tag: int, share: float = 0.7) -> bytes:
    return encode(tag, b"\0" * int(MAX_FILE_BYTES * share))


INPUTS: dict[str, Callable[[], Files]] = {
    **{f"bytes: {name}": partial(files, content) for name, content in HOSTILE.items()},
    "fifty thousand certificates": lambda: {"all.pem": leaf().pem * 50_000},
    "64 MB of junk": lambda: {"all.pem": b"\xa5" * (64 << 20)},
    "64 MB in sixteen files": lambda: {f"{one}.pem": b"-----BEGIN " * 400_000 for one in range(16)},
    "as many names as fit": lambda: names(8_000),
    "10,000 short names": lambda: {"a.pem": with_extension(general_names(b"a.b", 10_000))},
    "30,000 empty names": lambda: {"a.pem": with_extension(general_names(b"", 60_000))},
    "10,000 directory names": lambda: {"a.pem": with_extension(general_names(sequence(b"\x30\0"), 10_000, 0xA4))},
    "10,000 foreign names": lambda: {"a.pem": with_extension(general_names(b"\x2a\x03", 20_000, 0x88))},
    "control characters": control_characters,
    "a lattice of issuers": lambda: lattice(65537),
    "a lattice with large exponents": lambda: lattice((1 << 64) - 59),
    "a deep chain": lambda: deep_chain(13),
    "name constraints": name_constraints,
    "RSA-16384 in PKCS#8": rsa_16384,
    "two thousand million rounds": encrypted_key,
    "encrypted with headers": encrypted_with_headers,
    "an explicit curve": explicit_curve,
    "28 different keys": many_keys,
    "a subject of 7,000 parts": large_name,
    "policies without end": lambda: {
        "a.pem": with_extension(sequence(*[sequence(b"\x06\x02\x2a\x03")] * 15_000), "2.5.29.32")
    },
    "a serial of 180 kB": lambda: files(pem("CERTIFICATE", sequence(sequence(b"\xa0\3\2\1\2", fill(2)), b"", b""))),
    "an object identifier of 180 kB": lambda: files(pem("PRIVATE KEY", sequence(integer(0), sequence(fill(6))))),
    "a public exponent of 180 kB": lambda: files(pem("RSA PRIVATE KEY", sequence(integer(0), integer(3), fill(2)))),
    "nested sequences": lambda: files(pem("CERTIFICATE", nest(4_000))),
}


def nest(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = sequence(inner)
    return inner
