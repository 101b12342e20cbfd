"""The checksums of an object: ETag and the CRC-64 that the vendor's SDKs compare."""

import hashlib
import struct

_POLYNOMIAL = 0xC96C5795D7870F42  # CRC-64/XZ: ECMA-182 reflected, start and end inverted
_ONES = 0xFFFFFFFFFFFFFFFF
_STRIDE = 8


def _make_tables() -> list[list[int]]:
    first = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        first.append(value)
    tables = [first]
    for _ in range(_STRIDE - 1):
        tables.append([first[value & 0xFF] ^ (value >> 8) for value in tables[-1]])
    return tables


_TABLES = _make_tables()


def crc64(data: bytes) -> int:
    """Return the CRC-64/XZ of *data*, as x-oss-hash-crc64ecma has it in decimal."""
    t0, t1, t2, t3, t4, t5, t6, t7 = _TABLES
    crc = _ONES
    whole = len(data) - len(data) % _STRIDE
    for word in struct.unpack(f"<{whole // _STRIDE}Q", data[:whole]):
        a, b, c, d, e, f, g, h = (crc ^ word).to_bytes(_STRIDE, "little")
        crc = t7[a] ^ t6[b] ^ t5[c] ^ t4[d] ^ t3[e] ^ t2[f] ^ t1[g] ^ t0[h]
    for byte in data[whole:]:
        crc = t0[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ _ONES


def etag(data: bytes) -> str:
    """Return the ETag of an object put at once: MD5 in upper-case hex, without quotes."""
    return hashlib.md5(data).hexdigest().upper()
