"""How strictly CLB reads PEM: 64 columns, no blank lines, no spaces, RSA keys as PKCS#1 only."""

import re

from fakecloud.certificates import Chain, EncryptedKeyError, PemError, is_key_of, read_chain, read_key
from fakecloud.clb.errors import certificate_type_mismatched, invalid
from fakecloud.rpc.operation import RpcError

BLOCK = re.compile(
    r"-----BEGIN (?P<label>[A-Z ]+)-----\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{1,64}={0,2}\n-----END (?P=label)-----"
)
RSA_BITS = (1024, 2048, 4096)
RSA_LABEL = "RSA PRIVATE KEY"


def read_certificates(pem: str, parameter: str) -> Chain:
    """Return the chain of *pem*, or refuse it under the name of its parameter."""
    require_form(pem, "CERTIFICATE", parameter)
    try:
        return read_chain(pem)
    except PemError as error:
        raise invalid(parameter, "a certificate cannot be read") from error


def require_form(pem: str, label: str, parameter: str) -> None:
    """Refuse *pem* unless it is nothing but blocks of *label* in the canonical form."""
    position = 0
    text = pem.rstrip("\n") + "\n"
    while position < len(text):
        block = BLOCK.match(text, position)
        if block is None or block["label"] != label or text[block.end() : block.end() + 1] != "\n":
            raise invalid(parameter, "its format is wrong")
        position = block.end() + 1


def require_type(chain: Chain) -> None:
    """Refuse a certificate whose key is not RSA of one of the documented sizes."""
    if chain.leaf.algorithm != "RSA" or chain.leaf.key_size not in RSA_BITS:
        raise certificate_type_mismatched()


def require_key(pem: str, chain: Chain) -> None:
    """Refuse *pem* unless it is the RSA private key of *chain*, unencrypted and as PKCS#1."""
    require_type(chain)
    try:
        key = read_key(pem)
    except EncryptedKeyError as error:
        raise RpcError(400, "PrivateKeyEncryption", "Key has Encrypted .") from error
    except PemError as error:
        raise _key_format_error() from error
    if f"-----BEGIN {RSA_LABEL}-----" not in pem:
        raise _key_format_error()
    if not is_key_of(key, chain):
        raise RpcError(400, "CertificateNotMatchPrivateKey", "The certificate does not match the private key.")


def _key_format_error() -> RpcError:
    return RpcError(400, "KeyFormatError", "The format of the private key is wrong.")
