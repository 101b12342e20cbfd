"""How CAS refuses. Few of its codes are documented; the others follow what users were answered."""

from fakecloud.rpc.operation import RpcError


def name_repeated() -> RpcError:
    """Say that a certificate of that name is there already."""
    return RpcError(400, "NameRepeat", "The certificate name already exists.")


def certificate_format_error(name: str) -> RpcError:
    """Say that the certificate cannot be read."""
    return RpcError(400, "-1008", f"uploadUserCertificate certificate format error. name={name}")


def key_format_error(name: str) -> RpcError:
    """Say that the private key cannot be read, or is encrypted."""
    return RpcError(400, "-1008", f"uploadUserCertificate private key format error. name={name}")


def key_mismatch() -> RpcError:
    """Say that the private key belongs to another certificate."""
    return RpcError(400, "CertificateNotMatchPrivateKey", "The certificate does not match the private key.")


def certificate_not_found() -> RpcError:
    """Say that there is no certificate of that id."""
    return RpcError(404, "NotFound", "The certificate does not exist.")
