"""The checksums of an object: ETag and the CRC-64 that the vendor's SDKs compare."""

import hashlib

import fastcrc


def crc64(data: bytes) -> int:
    """Return the CRC-64/XZ of *data*, as x-oss-hash-crc64ecma has it in decimal."""
    return fastcrc.crc64.xz(data)


def etag(data: bytes) -> str:
    """Return the ETag of an object put at once: MD5 in upper-case hex, without quotes."""
    return hashlib.md5(data).hexdigest().upper()
