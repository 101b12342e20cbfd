"""How CLB refuses: the documented code for each cause, and what it says of parameters that are no good."""

from fakecloud.rpc.operation import Problem, RpcError
from fakecloud.rpc.operation import explain as explain_plainly

OWN_CODES = {
    "IdleTimeout": ("InvalidParameter.IdleTimeout", "The specified IdleTimeout exceeds the limit."),
    "RequestTimeout": ("InvalidParameter.RequestTimeout", "The specified RequestTimeout exceeds the limit."),
    "DomainExtensionId": ("InvalidParameter.DomainExtensionId", "The specified DomainExtensionId does not exist."),
}


def explain(problem: Problem) -> RpcError:
    """Return CLB's words for *problem*: tags and timeouts have codes of their own."""
    if problem.path == "Tag" and problem.flaw == "length":
        return RpcError(400, "SizeLimitExceeded.Tag", "The maximum number of tags is exceeded.")
    if problem.path.startswith("Tag."):
        if problem.flaw == "missing":
            return RpcError(400, "MissingParam.TagKey", "The param MissingParam.TagKey is missing.")
        kind = "TagValue" if problem.path.endswith(".Value") else "TagKey"
        return RpcError(400, f"InvalidParam.{kind}", f"The param {problem.path} is invalid.")
    if problem.path in OWN_CODES and problem.flaw != "missing":
        return RpcError(400, *OWN_CODES[problem.path])
    return explain_plainly(problem)


def missing(name: str) -> RpcError:
    """Say that a parameter is needed here."""
    return explain(Problem("missing", name))


def invalid(name: str, why: str) -> RpcError:
    """Say that a parameter is no good here, and why."""
    return RpcError(400, "InvalidParameter", f"The specified parameter {name} is not valid: {why}.")


def load_balancer_not_found() -> RpcError:
    """Say that the region has no such instance."""
    return RpcError(404, "InvalidLoadBalancerId.NotFound", "The specified LoadBalancerId does not exist.")


def listener_not_found() -> RpcError:
    """Say that nothing listens on the port."""
    return RpcError(404, "ListenerNotFound", "The specified resource does not exist.")


def listener_already_exists() -> RpcError:
    """Say that the same protocol listens on the port already."""
    return RpcError(400, "ListenerAlreadyExists", "The specified listener already exists.")


def listener_port_conflict() -> RpcError:
    """Say that another protocol listens on the port."""
    return RpcError(400, "InvalidParameter.ListenerPortConflict", "There is conflict listener port exists.")


def listener_processing() -> RpcError:
    """Say that an earlier change of the listener is still being made."""
    text = "A previous configuration of the listener is pending,please try again later."
    return RpcError(400, "ListenerProcessing", text)


def domain_extension_processing() -> RpcError:
    """Say that an earlier change of the listener keeps its extension domains from changing."""
    text = "A previous configuration of the domain extension is pending, please try again later."
    return RpcError(400, "DomainExtensionProcessing", text)


def listener_status_not_supported() -> RpcError:
    """Say that the listener is not in a state for this."""
    text = "The operation is not supported in the current status of the listener."
    return RpcError(400, "OperationFailed.ListenerStatusNotSupport", text)


def certificate_not_exist() -> RpcError:
    """Say that the region has no such certificate."""
    return RpcError(400, "CertificateNotExist", "The specified CertificateId does not exist.")


def certificate_type_mismatched() -> RpcError:
    """Say that the certificate is of another type than is needed."""
    return RpcError(400, "CertificateTypeMismatched", "The certificate type does not match.")


def certificate_in_use() -> RpcError:
    """Say that a listener shows the certificate."""
    text = "The specified certificate and private key are referred by a listener."
    return RpcError(400, "CertificateAndPrivateKeyIsRefered", text)


def spec_not_supported(parameter: str) -> RpcError:
    """Say that instances of shared performance cannot do this."""
    text = f"The loadBalancer of shared spec does not support the parameter: {parameter}."
    return RpcError(400, "InvalidParameter.SpecNotSupport", text)


def over_quota(what: str) -> RpcError:
    """Say that there are as many as may be."""
    return RpcError(400, "OverQuota", f"The quota of {what} is exceeded.")
