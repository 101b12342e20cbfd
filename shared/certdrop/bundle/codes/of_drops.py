"""Findings about the drop as a whole: what it lacks, and what contradicts itself."""

from certdrop.bundle.codes.row import Code

ROWS = (
    # What the drop lacks
    Code(
        "no-certificate",
        "error",
        "arrival",
        "There is no server certificate.",
        "Add the certificate, as a PEM file (certbot: fullchain.pem).",
    ),
    Code(
        "no-key",
        "error",
        "arrival",
        "There is no private key.",
        "Add the certificate's private key, as a PEM file without passphrase (certbot: privkey.pem).",
    ),
    Code(
        "chain-incomplete",
        "error",
        "arrival",
        "It was issued by {issuer}, whose certificate is not here; clients that do not know that issuer will refuse "
        "the connection.",
        "Add the issuer's intermediate certificates (certbot: fullchain.pem or chain.pem; acme.sh: fullchain.cer).",
    ),
    # What contradicts itself
    Code(
        "several-leaves",
        "error",
        "agreement",
        "There are {count} different server certificates: {which}.",
        "Keep one server certificate a drop; put the others into drops of their own.",
    ),
    Code(
        "several-keys",
        "error",
        "agreement",
        "There are {count} different private keys.",
        "Keep only the key that belongs to the certificate.",
    ),
    Code(
        "several-ca-certificates",
        "error",
        "agreement",
        "There are {count} CA certificates and no key: {which}.",
        "A client CA is exactly one CA certificate: keep one. For a server, add its certificate and key.",
    ),
    Code(
        "key-mismatch",
        "error",
        "agreement",
        "The private key does not belong to the certificate {certificate}.",
        "Add the key that the certificate was requested with, or the certificate that was issued for this key.",
    ),
)
