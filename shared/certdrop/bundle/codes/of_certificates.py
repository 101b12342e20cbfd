"""Findings about what was read: the certificate, its key, its chain, and what a load balancer takes."""

from certdrop.bundle.codes.row import Code

ROWS = (
    # What is wrong with the certificate
    Code(
        "expired",
        "error",
        "replacement",
        "It expired on {not_after}.",
        "Renew the certificate.",
    ),
    Code(
        "not-yet-valid",
        "error",
        "replacement",
        "It is not valid before {not_before}.",
        "Wait until then, or check the clock of the machine that issued it.",
    ),
    Code(
        "expires-soon",
        "warning",
        "none",
        "It expires in {days} days, on {not_after}.",
        "Renew the certificate.",
    ),
    Code(
        "no-san",
        "error",
        "replacement",
        "It has no DNS name in its subject alternative names; clients ignore the CN.",
        "Have it issued again with subjectAltName=DNS:<name> for each name.",
    ),
    Code(
        "invalid-san",
        "error",
        "replacement",
        "Its subject alternative name {name} {reason}.",
        "Have it issued again with valid DNS names (wildcards: *.example.com).",
    ),
    Code(
        "cn-not-in-san",
        "warning",
        "none",
        "Its CN {name} is not among its subject alternative names; clients ignore the CN.",
        "If clients should reach that name, have it issued again with the name among the alternative names.",
    ),
    Code(
        "ca-as-leaf",
        "error",
        "replacement",
        "It is a CA certificate (CA:TRUE), which must not be used as a server certificate.",
        "Use a certificate issued for the server. Self-signed: "
        '`openssl req -x509 ... -addext "basicConstraints=critical,CA:FALSE"`.',
    ),
    Code(
        "ca-not-self-signed",
        "warning",
        "none",
        "It is an intermediate: as a client CA, most software needs the self-signed root.",
        "Use the root certificate, unless you mean this intermediate alone.",
    ),
    Code(
        "wrong-eku",
        "error",
        "replacement",
        "Its extended key usage ({usages}) does not allow a TLS server.",
        "Have it issued again with extendedKeyUsage=serverAuth.",
    ),
    Code(
        "wrong-key-usage",
        "error",
        "replacement",
        "Its key usage does not allow {use}.",
        "Have it issued again with keyUsage={usage}.",
    ),
    Code(
        "weak-key",
        "error",
        "replacement",
        "Its key is too weak: {reason}.",
        "Make a new key (RSA 2048 to 4096, or EC P-256 or P-384) and have the certificate issued for it.",
    ),
    Code(
        "unsupported-key",
        "error",
        "replacement",
        "Its key is {kind}, which the load balancers do not take.",
        "Make a new key (RSA 2048 to 4096, or EC P-256 or P-384) and have the certificate issued for it.",
    ),
    Code(
        "key-too-large",
        "error",
        "replacement",
        "Its RSA key has {bits} bits; the load balancers take at most {limit}.",
        "Make a new key (RSA 2048 to 4096, or EC P-256 or P-384) and have the certificate issued for it.",
    ),
    Code(
        "bad-serial",
        "error",
        "replacement",
        "Its serial number is not a positive number.",
        "Have it issued again.",
    ),
    Code(
        "weak-signature",
        "error",
        "replacement",
        "It is signed with {hash}, which can be forged.",
        "Have it issued again with SHA-256 or better.",
    ),
    Code(
        "self-signed",
        "warning",
        "none",
        "It is self-signed: clients trust it only where it was installed by hand.",
        "For the public, use a certificate from a certificate authority.",
    ),
    # What is wrong with the chain
    Code(
        "chain-wrong",
        "error",
        "replacement",
        "The chain does not hold: {reason}.",
        "Use the chain that came with this certificate, whole and unchanged.",
    ),
    Code(
        "chain-expired",
        "error",
        "replacement",
        "The certificate of its issuer expired on {not_after}.",
        "Use the issuer's present certificate, or have the certificate issued again.",
    ),
    Code(
        "stray-certificate",
        "warning",
        "none",
        "It does not belong to the chain of {leaf} and is left out.",
        "Remove it.",
    ),
    # What a load balancer does not take
    Code(
        "clb-needs-rsa",
        "error",
        "none",
        "CLB takes RSA certificates only; this one's key is {kind}.",
        "Serve it from ALB, or have a certificate issued for an RSA key of 2048 or 4096 bits.",
    ),
    Code(
        "clb-key-size",
        "error",
        "none",
        "CLB takes RSA keys of 2048 and 4096 bits; this one's has {bits}.",
        "Serve it from ALB, or have a certificate issued for an RSA key of 2048 or 4096 bits.",
    ),
)
