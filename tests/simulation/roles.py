"""Which role may change what: written down a second time, beside the policies that are deployed."""

import re
from collections.abc import Mapping

from fakecloud.ram import Policy
from tests.simulation.breaking import expect

MAY: Mapping[str, frozenset[str]] = {
    "certdrop-on-cert-uploaded": frozenset({"yundun-cert:UploadUserCertificate"}),
    "certdrop-create-https-listener": frozenset(
        {
            "alb:CreateListener",
            "alb:StartListener",
            "alb:UpdateListenerAttribute",
            "slb:CreateLoadBalancerHTTPSListener",
            "slb:SetLoadBalancerHTTPSListenerAttribute",
            "slb:StartLoadBalancerListener",
            "slb:UploadCACertificate",
            "slb:UploadServerCertificate",
        }
    ),
    "certdrop-associate-additional-cert": frozenset(
        {
            "alb:AssociateAdditionalCertificatesWithListener",
            "alb:DissociateAdditionalCertificatesFromListener",
            "slb:CreateDomainExtension",
            "slb:SetDomainExtensionAttribute",
        }
    ),
    "certdrop-job-status-poller": frozenset(
        {"slb:DeleteCACertificate", "slb:DeleteServerCertificate", "yundun-cert:DeleteUserCertificate"}
    ),
}
READS = re.compile(r"[\w-]+:(Get|List|Describe)\w*")
SHARED = ("oss:", "mns:", "log:")


def check_roles(policies: Mapping[str, Policy]) -> None:
    """Check that each role is granted exactly what its steps change."""
    for role, policy in policies.items():
        granted = {
            pattern
            for statement in policy.statements
            if statement.allows
            for pattern in statement.actions.patterns
            if not READS.fullmatch(pattern) and not pattern.startswith(SHARED)
        }
        expect(granted == MAY[role], f"{role} is granted {sorted(granted ^ MAY[role])} too much or too little")
