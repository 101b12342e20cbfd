"""What each kind of load balancer takes of what is sound; loads no cryptography."""

from typing import Literal

from certdrop.bundle.codes import make_finding
from certdrop.bundle.facts import BundleFacts
from certdrop.bundle.findings import Finding

Profile = Literal["alb", "clb"]


def find_profile_problems(facts: BundleFacts, profile: Profile) -> tuple[Finding, ...]:
    """Return why a load balancer of *profile* does not take the bundle: ALB takes RSA and EC, CLB RSA only.

    Source: CLB, certificate requirements.
    """
    if profile == "clb" and facts.kind == "server" and facts.key_kind != "rsa":
        return (make_finding("clb-needs-rsa", facts.names[0] if facts.names else "certificate", kind="EC"),)
    return ()
