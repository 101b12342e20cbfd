"""What may be done again when nobody knows whether it was done: decided for every action, as data."""

from importlib import import_module

import pytest

from certdrop.cloud.alb_models import AssociateAdditionalCertificatesWithListenerRequest, CertificateReference
from certdrop.cloud.clb_models import DescribeServerCertificatesRequest, UploadServerCertificateRequest
from certdrop.cloud.wire import Repeat, RpcRequest

DECISIONS = {
    Repeat.READ: {
        "GetListenerAttribute",
        "GetLoadBalancerAttribute",
        "ListListeners",
        "ListListenerCertificates",
        "ListAsynJobs",
        "ListCertificates",
        "DescribeLoadBalancerHTTPSListenerAttribute",
        "DescribeLoadBalancerAttribute",
        "DescribeLoadBalancers",
        "DescribeServerCertificates",
        "DescribeCACertificates",
    },
    Repeat.TOKEN: {
        "CreateListener",
        "UpdateListenerAttribute",
        "StartListener",
        "AssociateAdditionalCertificatesWithListener",
        "DissociateAdditionalCertificatesFromListener",
    },
    Repeat.UNIQUE_NAME: {"UploadUserCertificate"},
    Repeat.SAME_EFFECT: {
        "SetLoadBalancerHTTPSListenerAttribute",
        "SetDomainExtensionAttribute",
        "DeleteCACertificate",
        "DeleteServerCertificate",
        "DeleteUserCertificate",
    },
    Repeat.NEVER: {
        "UploadServerCertificate",
        "UploadCACertificate",
        "CreateLoadBalancerHTTPSListener",
        "StartLoadBalancerListener",
        "CreateDomainExtension",
    },
}


def requests() -> dict[str, type[RpcRequest]]:
    """All requests of all services, by action."""
    found = {}
    for service in ("alb", "cas", "clb"):
        for value in vars(import_module(f"certdrop.cloud.{service}_models")).values():
            if isinstance(value, type) and issubclass(value, RpcRequest) and hasattr(value, "action"):
                found[value.action] = value
    return found


def test_every_action_is_decided() -> None:
    assert set(requests()) == set().union(*DECISIONS.values())


@pytest.mark.parametrize(
    ("repeat", "action"), [(repeat, name) for repeat, names in DECISIONS.items() for name in sorted(names)]
)
def test_each_action_is_decided_so(repeat: Repeat, action: str) -> None:
    assert requests()[action].repeat is repeat
    assert requests()[action].__name__ == action + "Request"


def test_a_token_makes_the_difference() -> None:
    certificates = (CertificateReference(certificate_id="1"),)
    request = AssociateAdditionalCertificatesWithListenerRequest(listener_id="l", certificates=certificates)
    assert not request.repeatable
    assert request.model_copy(update={"client_token": "t"}).repeatable


def test_reads_are_repeatable_and_uploads_to_clb_are_not() -> None:
    assert DescribeServerCertificatesRequest().repeatable
    assert not UploadServerCertificateRequest().repeatable
