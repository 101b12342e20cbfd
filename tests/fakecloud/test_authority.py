"""The certificate builder of the demo and the tests."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from fakecloud import authority
from fakecloud.authority import HashName


def test_a_certificate_depends_on_its_arguments_and_keys_only() -> None:
    def build() -> authority.Issued:
        root = authority.root_ca(key=authority.make_key("p-256", seed=b"root"))
        return authority.leaf(issuer=root, key=authority.make_key("p-384", seed=b"leaf"), names=["shop.example"])

    assert build().pem == build().pem
    assert build().key_pem == build().key_pem
    assert build().fingerprint == build().fingerprint


def test_chains_link_by_name_and_signature() -> None:
    root = authority.root_ca()
    intermediate = authority.intermediate_ca(issuer=root)
    leaf = authority.leaf(issuer=intermediate, names=["shop.example", "*.shop.example"])

    leaf.certificate.verify_directly_issued_by(intermediate.certificate)
    intermediate.certificate.verify_directly_issued_by(root.certificate)
    root.certificate.verify_directly_issued_by(root.certificate)
    names = leaf.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["shop.example", "*.shop.example"]


@pytest.mark.parametrize("name", ["sha1", "md5"])
def test_weak_hashes_really_sign(name: HashName) -> None:
    leaf = authority.leaf(key="rsa-2048", signature_hash=name).certificate
    digest, public_key = leaf.signature_hash_algorithm, leaf.public_key()

    assert digest is not None
    assert digest.name == name
    assert isinstance(public_key, rsa.RSAPublicKey)
    public_key.verify(leaf.signature, leaf.tbs_certificate_bytes, padding.PKCS1v15(), digest)


def test_only_rsa_signs_weakly() -> None:
    with pytest.raises(ValueError, match="only RSA"):
        authority.leaf(signature_hash="md5")


def test_no_key_shows_in_a_representation() -> None:
    assert "key" not in repr(authority.leaf())


@pytest.mark.parametrize("name", ["rsa-1024", "p-256", "p-384", "p-521", "secp256k1", "ed25519"])
def test_every_kind_of_key_makes_a_certificate(name: authority.KeyName) -> None:
    assert authority.leaf(key=name).pem.startswith(b"-----BEGIN CERTIFICATE-----")
