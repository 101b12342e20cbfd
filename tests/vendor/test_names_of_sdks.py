"""Our wire names against those of the vendor's own clients: an independent source for every spelling."""

import inspect
import re
from importlib import import_module
from typing import Any

import pytest
from pydantic import BaseModel

from certdrop.cloud import alb_answers, alb_models, cas_models, clb_answers, clb_models

pytestmark = pytest.mark.sdk

OWNER = {"OwnerAccount", "OwnerId", "ResourceOwnerAccount", "ResourceOwnerId"}
ALB, CAS, CLB = "alibabacloud_alb20200616", "alibabacloud_cas20200407", "alibabacloud_slb20140515"

WHOLE = [  # every parameter of the action is typed
    (ALB, alb_models.CreateListenerRequest, "CreateListenerRequest"),
    (ALB, alb_models.XForwardedForConfig, "CreateListenerRequestXForwardedForConfig"),
    (ALB, alb_models.UpdateListenerAttributeRequest, "UpdateListenerAttributeRequest"),
    (ALB, alb_models.StartListenerRequest, "StartListenerRequest"),
    (ALB, alb_models.QuicConfig, "CreateListenerRequestQuicConfig"),
    (ALB, alb_models.Tag, "CreateListenerRequestTag"),
    (ALB, alb_models.CertificateReference, "CreateListenerRequestCertificates"),
    (ALB, alb_models.DefaultAction, "CreateListenerRequestDefaultActions"),
    (ALB, alb_models.ForwardGroupConfig, "CreateListenerRequestDefaultActionsForwardGroupConfig"),
    (ALB, alb_models.ServerGroupTuple, "CreateListenerRequestDefaultActionsForwardGroupConfigServerGroupTuples"),
    (
        ALB,
        alb_models.AssociateAdditionalCertificatesWithListenerRequest,
        "AssociateAdditionalCertificatesWithListenerRequest",
    ),
    (
        ALB,
        alb_models.DissociateAdditionalCertificatesFromListenerRequest,
        "DissociateAdditionalCertificatesFromListenerRequest",
    ),
    (ALB, alb_models.GetListenerAttributeRequest, "GetListenerAttributeRequest"),
    (ALB, alb_models.GetLoadBalancerAttributeRequest, "GetLoadBalancerAttributeRequest"),
    (ALB, alb_models.ListListenersRequest, "ListListenersRequest"),
    (ALB, alb_models.ListListenerCertificatesRequest, "ListListenerCertificatesRequest"),
    (ALB, alb_models.ListAsynJobsRequest, "ListAsynJobsRequest"),
    (CAS, cas_models.UploadUserCertificateRequest, "UploadUserCertificateRequest"),
    (CAS, cas_models.ListCertificatesRequest, "ListCertificatesRequest"),
    (CAS, cas_models.DeleteUserCertificateRequest, "DeleteUserCertificateRequest"),
    (CAS, cas_models.Tag, "UploadUserCertificateRequestTags"),
    (CLB, clb_models.CreateLoadBalancerHTTPSListenerRequest, "CreateLoadBalancerHTTPSListenerRequest"),
    (CLB, clb_models.StartLoadBalancerListenerRequest, "StartLoadBalancerListenerRequest"),
    (CLB, clb_models.DeleteCACertificateRequest, "DeleteCACertificateRequest"),
    (CLB, clb_models.DeleteServerCertificateRequest, "DeleteServerCertificateRequest"),
    (CLB, clb_models.DescribeServerCertificatesRequest, "DescribeServerCertificatesRequest"),
    (CLB, clb_models.DescribeCACertificatesRequest, "DescribeCACertificatesRequest"),
    (CLB, clb_models.UploadServerCertificateRequest, "UploadServerCertificateRequest"),
    (CLB, clb_models.UploadCACertificateRequest, "UploadCACertificateRequest"),
    (CLB, clb_models.DescribeLoadBalancerAttributeRequest, "DescribeLoadBalancerAttributeRequest"),
    (
        CLB,
        clb_models.DescribeLoadBalancerHTTPSListenerAttributeRequest,
        "DescribeLoadBalancerHTTPSListenerAttributeRequest",
    ),
    (CLB, clb_models.CreateDomainExtensionRequest, "CreateDomainExtensionRequest"),
    (CLB, clb_models.SetDomainExtensionAttributeRequest, "SetDomainExtensionAttributeRequest"),
    (CLB, clb_models.Tag, "UploadServerCertificateRequestTag"),
]
PART = [  # what is typed exists; the rest is not needed
    (CLB, clb_models.SetLoadBalancerHTTPSListenerAttributeRequest, "SetLoadBalancerHTTPSListenerAttributeRequest"),
    (ALB, alb_answers.CreateListenerResponse, "CreateListenerResponseBody"),
    (ALB, alb_answers.JobResponse, "UpdateListenerAttributeResponseBody"),
    (ALB, alb_answers.ListenerAttribute, "GetListenerAttributeResponseBody"),
    (ALB, alb_answers.Listener, "ListListenersResponseBodyListeners"),
    (ALB, alb_answers.ListenerCertificate, "ListListenerCertificatesResponseBodyCertificates"),
    (ALB, alb_answers.AsynJob, "ListAsynJobsResponseBodyJobs"),
    (ALB, alb_answers.LoadBalancerAttribute, "GetLoadBalancerAttributeResponseBody"),
    (ALB, alb_answers.ListListenersResponse, "ListListenersResponseBody"),
    (ALB, alb_answers.ListListenerCertificatesResponse, "ListListenerCertificatesResponseBody"),
    (ALB, alb_answers.ListAsynJobsResponse, "ListAsynJobsResponseBody"),
    (CAS, cas_models.CasCertificate, "ListCertificatesResponseBodyCertificateList"),
    (CAS, cas_models.ListCertificatesResponse, "ListCertificatesResponseBody"),
    (CAS, cas_models.UploadUserCertificateResponse, "UploadUserCertificateResponseBody"),
    (
        CLB,
        clb_answers.ServerCertificate,
        "DescribeServerCertificatesResponseBodyServerCertificatesServerCertificate",
    ),
    (CLB, clb_models.DescribeLoadBalancersRequest, "DescribeLoadBalancersRequest"),
    (CLB, clb_answers.LoadBalancer, "DescribeLoadBalancersResponseBodyLoadBalancersLoadBalancer"),
    (CLB, clb_answers.DescribeLoadBalancersResponse, "DescribeLoadBalancersResponseBody"),
    (CLB, clb_answers.CaCertificate, "DescribeCACertificatesResponseBodyCACertificatesCACertificate"),
    (CLB, clb_answers.ListenerAttribute, "DescribeLoadBalancerHTTPSListenerAttributeResponseBody"),
    (CLB, clb_answers.LoadBalancerAttribute, "DescribeLoadBalancerAttributeResponseBody"),
    (
        CLB,
        clb_answers.DomainExtension,
        "DescribeLoadBalancerHTTPSListenerAttributeResponseBodyDomainExtensionsDomainExtension",
    ),
    (CLB, clb_answers.CreateDomainExtensionResponse, "CreateDomainExtensionResponseBody"),
    (CLB, clb_answers.DescribeServerCertificatesResponse, "DescribeServerCertificatesResponseBody"),
    (CLB, clb_answers.DescribeCACertificatesResponse, "DescribeCACertificatesResponseBody"),
]


def our_names(model: type[BaseModel]) -> set[str]:
    return {field.alias for field in model.model_fields.values() if field.alias}


def sdk_names(package: str, model: str) -> set[str]:
    """The wire names that the official client's model writes."""
    source = inspect.getsource(getattr(import_module(f"{package}.models"), model).to_map)
    return set(re.findall(r"result\['(\w+)'\]", source))


@pytest.mark.parametrize(("package", "ours", "theirs"), WHOLE, ids=[theirs for _, _, theirs in WHOLE])
def test_every_parameter_is_there_and_spelt_alike(package: str, ours: Any, theirs: str) -> None:
    assert our_names(ours) == sdk_names(package, theirs) - OWNER


@pytest.mark.parametrize(("package", "ours", "theirs"), PART, ids=[theirs for _, _, theirs in PART])
def test_every_field_that_is_used_is_spelt_alike(package: str, ours: Any, theirs: str) -> None:
    assert our_names(ours) - sdk_names(package, theirs) == set()
