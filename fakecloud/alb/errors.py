"""Every refusal that ALB's pages document, by code: the HTTP status and the message with its blanks.

Sources: the error tables of CreateListener and AssociateAdditionalCertificatesWithListener; ResourceNotAssociated is by
analogy, as the page of DissociateAdditionalCertificatesFromListener names no code for it.
"""

from types import MappingProxyType

from fakecloud.rpc.operation import Problem, RpcError
from fakecloud.rpc.operation import explain as explain_generally

NOT_FOUND = (404, "The specified resource {} is not found.")
DENIED = (400, "The operation is not allowed because of {}.")
QUOTA = (400, "The quota of {} is exceeded for resource {}, usage {}/{}.")
ASSOCIATED = (400, "The specified resource {} is already associated.")
FORBIDDEN = (403, "Authentication is failed for {}.")
MISMATCH = (400, "The {} and {} are mismatched.")

CODES = MappingProxyType(
    {
        "DryRunOperation": (400, "Request validation has been passed with DryRun flag set."),
        "Forbidden.Listener": FORBIDDEN,
        "Forbidden.LoadBalancer": FORBIDDEN,
        "Forbidden.SecurityPolicy": (403, "Authentication has failed for SecurityPolicy."),
        "IncorrectBusinessStatus.LoadBalancer": (400, "The business status of {} [{}] is incorrect."),
        "IncorrectStatus.Listener": (400, "The status of {} [{}] is incorrect."),
        "IncorrectStatus.LoadBalancer": (400, "The status of {} [{}] is incorrect."),
        "InvalidParameter": (400, "Invalid parameter, please check the parameter input. ({})"),
        "Mismatch.LoadBalancerEditionAndConnectionDrain": MISMATCH,
        "Mismatch.LoadBalancerEditionAndSlowStartEnable": MISMATCH,
        "Mismatch.VpcId": (400, "The {} is mismatched for {} and {}."),
        "OperationDenied.CACertificateCorrupted": (400, "The CA certificate is corrupted."),
        "OperationDenied.CrossLoadBalancerQUICListener": DENIED,
        "OperationDenied.DefaultCertificateUsed": DENIED,
        "OperationDenied.GRPCServerGroup": DENIED,
        "OperationDenied.HttpListenerNotSupport": DENIED,
        "OperationDenied.ServerGroupProtocolNotSupport": (
            400,
            "The operation is not allowed because of ServerGroupProtocolNotSupport.",
        ),
        "OperationFailed.DefaultCertificateNotFound": (400, "The operation failed because of {}."),
        "ResourceAlreadyAssociated.Certificate": ASSOCIATED,
        "ResourceAlreadyAssociated.Listener": ASSOCIATED,
        "ResourceAlreadyExist.Listener": (400, "The specified resource {} is already exist."),
        "ResourceInConfiguring.Listener": (400, "The specified resource {} is configuring, please try again later."),
        "ResourceNotAssociated.Certificate": (400, "The specified resource {} is not associated."),
        "ResourceNotFound.Certificate": NOT_FOUND,
        "ResourceNotFound.Listener": NOT_FOUND,
        "ResourceNotFound.LoadBalancer": NOT_FOUND,
        "ResourceNotFound.SecurityPolicy": NOT_FOUND,
        "ResourceNotFound.ServerGroup": NOT_FOUND,
        "ResourceQuotaExceeded.LoadBalancerCertificatesNum": QUOTA,
        "ResourceQuotaExceeded.LoadBalancerListenersNum": QUOTA,
        "ResourceQuotaExceeded.LoadBalancerServersNum": QUOTA,
        "ResourceQuotaExceeded.SecurityPolicyAttachedNum": QUOTA,
        "ResourceQuotaExceeded.ServerAddedNum": QUOTA,
        "ResourceQuotaExceeded.ServerGroupAttachedNum": QUOTA,
    }
)


def refusal(code: str, *blanks: object) -> RpcError:
    """Return the documented refusal *code* with its blanks filled in."""
    status, message = CODES[code]
    return RpcError(status, code, message.format(*blanks))


def explain(problem: Problem) -> RpcError:
    """Return ALB's words for a bad parameter; a missing or unknown one is refused by the gateway."""
    if problem.flaw in ("missing", "unknown"):
        return explain_generally(problem)
    return refusal("InvalidParameter", problem.path)
