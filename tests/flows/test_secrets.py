"""A unique key, hunted in every sink of a run: it is in the bucket's drop and in one POST body, and nowhere else."""

import base64
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fakecloud.authority import leaf, make_key
from tests.flows.bundles import Made, intermediate
from tests.flows.pipeline import BUCKET, Pipeline


def shapes_of(key: rsa.RSAPrivateKey) -> Iterator[bytes]:
    """Yield the key's secret in the forms in which it could leak."""
    for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL):
        pem = key.private_bytes(Encoding.PEM, form, NoEncryption())
        der = key.private_bytes(Encoding.DER, form, NoEncryption())
        for line in pem.splitlines()[2:-1]:
            yield line
            yield quote(line, safe="").encode()
            yield quote_plus(line).encode()
        yield base64.b64encode(pem)[64:128]
        yield der.hex()[200:264].encode()
    numbers = key.private_numbers()
    for number in (numbers.d, numbers.p, numbers.q):
        yield str(number).encode()
        yield f"{number:x}".encode()


def test_the_key_is_in_no_log_message_report_state_or_request_line() -> None:
    key = make_key("rsa-2048")
    assert isinstance(key, rsa.RSAPrivateKey)
    made = Made(leaf(issuer=intermediate(), names=("shop.example",), key=key))
    pipeline = Pipeline()
    pipeline.targets(pipeline.alb_target(), pipeline.clb_target())
    pipeline.drop("shop", **made.files)
    pipeline.advance(300)

    sinks = {
        "logs": pipeline.logs.getvalue().encode(),
        "answers": b"".join(result.body for _, result in pipeline.results),
        "request lines": "\n".join(f"{sent.method} {sent.url}\n{sent.headers}" for sent in pipeline.wire.sent).encode(),
        "messages and state": b"".join(
            sent.body
            for sent in pipeline.wire.sent
            if sent.method in ("PUT", "POST") and sent.label != "UploadUserCertificate"
        ),
        "call log": repr(pipeline.world.calls.entries).encode(),
        "objects": b"".join(
            stored.body
            for name, stored in pipeline.world.oss.buckets[BUCKET].objects.items()
            if not name.startswith("certs/")
        ),
    }

    assert sorted(pipeline.standings()) == [("clb", "served", ""), ("shop", "served", "")]
    found = [(name, shape[:20]) for shape in shapes_of(key) for name, sink in sinks.items() if shape in sink]
    assert found == []
    uploads = [sent for sent in pipeline.wire.sent if sent.label == "UploadUserCertificate"]
    assert len(uploads) == 1
