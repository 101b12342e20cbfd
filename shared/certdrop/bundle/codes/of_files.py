"""Findings about files: what is in a form that cannot be read."""

from certdrop.bundle.codes.row import Code

ROWS = (
    Code(
        "file-too-large",
        "error",
        "none",
        "The file is larger than {limit} KiB and was not read.",
        "Keep only the certificate, its chain and its key.",
    ),
    Code(
        "drop-too-large",
        "error",
        "none",
        "The drop holds more than {limit}; nothing was read.",
        "Keep only the certificate, its chain and its key.",
    ),
    Code(
        "too-many-certificates",
        "error",
        "none",
        "There are {count} {what}; at most {limit} are read.",
        "Keep only the certificate, its chain and its key; no collection of root certificates.",
    ),
    Code(
        "not-pem",
        "error",
        "none",
        "There is no PEM block in it ({reason}).",
        "Replace it with a PEM file: text from -----BEGIN ...----- to -----END ...-----; or remove it.",
    ),
    Code(
        "malformed-pem",
        "error",
        "none",
        "The PEM block is damaged: {reason}.",
        "Copy the file again, whole, from -----BEGIN ...----- to -----END ...-----.",
    ),
    Code(
        "malformed-certificate",
        "error",
        "none",
        "The certificate is malformed: {reason}.",
        "See what is in it with `openssl x509 -in {file} -noout -text`, and have it issued again.",
    ),
    Code(
        "malformed-key",
        "error",
        "none",
        "The private key is malformed: {reason}.",
        "Test it with `openssl pkey -in {file} -check -noout`, and copy it again from where it was made.",
    ),
    Code(
        "key-encrypted",
        "error",
        "none",
        "The private key is encrypted with a passphrase.",
        "Remove the passphrase: `openssl pkey -in {file} -out key.pem`.",
    ),
    Code(
        "unsupported-der",
        "error",
        "none",
        "It is {what} in DER, the binary form.",
        "Convert it to PEM: `openssl {command} -inform DER -in {file} -out {out}`.",
    ),
    Code(
        "unsupported-pkcs12",
        "error",
        "none",
        "It is a PKCS#12 container (.p12, .pfx).",
        "Convert it to PEM: `openssl pkcs12 -in {file} -nodes -out bundle.pem` (add -legacy for old files).",
    ),
    Code(
        "unsupported-pkcs7",
        "error",
        "none",
        "It is a PKCS#7 container (.p7b, .p7c).",
        "Convert it to PEM: `openssl pkcs7 -inform {form} -in {file} -print_certs -out chain.pem`.",
    ),
    Code(
        "unsupported-jks",
        "error",
        "none",
        "It is a Java key store.",
        "Convert it: `keytool -importkeystore -srckeystore {file} -destkeystore store.p12 -deststoretype PKCS12`, "
        "then `openssl pkcs12 -in store.p12 -nodes -out bundle.pem`.",
    ),
    Code(
        "unsupported-openssh-key",
        "error",
        "none",
        "It is a private key in OpenSSH's own form.",
        'Convert it to PEM: `ssh-keygen -p -m PEM -N "" -f {file}` (rewrites the file; OpenSSL cannot read it).',
    ),
    Code(
        "unsupported-trusted-certificate",
        "error",
        "none",
        "It is a certificate with OpenSSL's trust settings (TRUSTED CERTIFICATE).",
        "Convert it: `openssl x509 -in {file} -out cert.pem`.",
    ),
    Code(
        "unsupported-csr",
        "error",
        "none",
        "It is a certificate signing request, not a certificate.",
        "Send it to the certificate authority, put the certificate that comes back here, and remove the request "
        "(see what it asks for: `openssl req -in {file} -noout -text`).",
    ),
    Code(
        "ignored-block",
        "warning",
        "none",
        "The PEM block {label} is left out: it is neither certificate nor key.",
        "Nothing to do; you may remove it.",
    ),
    Code(
        "ignored-file",
        "warning",
        "none",
        "The file is not read: its name ends in none of {suffixes}, or is so long and random that it may be a secret.",
        "Nothing to do, unless it holds a part of the bundle: then rename it.",
    ),
)
