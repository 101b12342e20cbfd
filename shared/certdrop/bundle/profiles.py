"""What each kind of load balancer takes of what is sound; loads no cryptography."""

from typing import Literal

from certdrop.bundle.codes import make_finding
from certdrop.bundle.facts import BundleFacts
from certdrop.bundle.findings import Finding

Profile = Literal["alb", "clb"]

CLB_RSA_BITS = (2048, 4096)  # CLB, certificate requirements: 1024, which is too weak, 2048 and 4096


def find_profile_problems(facts: BundleFacts, profile: Profile) -> tuple[Finding, ...]:
    """Return why a load balancer of *profile* does not take the bundle: ALB takes RSA and EC, CLB RSA of two sizes."""
    if profile == "alb" or facts.kind == "ca":
        return ()
    subject = facts.names[0] if facts.names else "certificate"
    if facts.key_kind != "rsa":
        return (make_finding("clb-needs-rsa", subject, kind="EC"),)
    if facts.key_bits not in (0, *CLB_RSA_BITS):
        return (make_finding("clb-key-size", subject, bits=facts.key_bits),)
    return ()
