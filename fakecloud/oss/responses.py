"""OSS on the wire: which action a request is, who signed it, what is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from fakecloud.http import Request, Response, http_date
from fakecloud.identification import IdentificationError, Reason
from fakecloud.markup import branch, document, leaf
from fakecloud.oss import bucket_operations as bucket
from fakecloud.oss import object_operations as objects
from fakecloud.oss.call import OssCall
from fakecloud.oss.errors import OssError, UnsupportedOperationError
from fakecloud.oss.permissions import find_needs
from fakecloud.oss.signatures import authenticate
from fakecloud.serving import ServiceError, Visit, serve
from fakecloud.world import Identity, World

_SUBRESOURCES = """
    acl append bucketInfo callback comp cors delete encryption inventory lifecycle live location logging metaQuery
    objectMeta partNumber policy referer replication requestPayment resourceGroup restore stat style symlink tagging
    transferAcceleration uploadId uploads versioning versions website worm x-oss-process
"""
_KNOWN_SUBRESOURCES = frozenset(_SUBRESOURCES.split())

_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)
_REFUSALS = {
    Reason.NOT_SIGNED: (403, "AccessDenied", "You have no right to access this object because of bucket acl."),
    Reason.MALFORMED: (403, "AccessDenied", "OSS authentication requires a valid signature."),
    Reason.UNKNOWN_KEY: (
        403,
        "InvalidAccessKeyId",
        "The OSS Access Key Id you provided does not exist in our records.",
    ),
    Reason.WRONG_TOKEN: (403, "InvalidSecurityToken", "The security token you provided is invalid."),
    Reason.EXPIRED_TOKEN: (403, "SecurityTokenExpired", "The security token you provided has expired."),
    Reason.SKEWED: (
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
    ),
    Reason.EXPIRED: (403, "AccessDenied", "Request has expired."),
    Reason.WRONG_SIGNATURE: (403, "SignatureDoesNotMatch", _MISMATCH),
}


@dataclass(frozen=True)
class Operation:
    """One action: its name, whether it changes something, what does it."""

    action: str
    mutating: bool
    work: Callable[[OssCall], Response]


# (what it is about, method, subresource or what stands for one)
OPERATIONS = {
    ("service", "GET", ""): Operation("ListBuckets", False, bucket.list_buckets),
    ("bucket", "PUT", ""): Operation("PutBucket", True, bucket.put_bucket),
    ("bucket", "DELETE", ""): Operation("DeleteBucket", True, bucket.delete_bucket),
    ("bucket", "GET", ""): Operation("ListObjects", False, bucket.list_objects),
    ("bucket", "GET", "list-type"): Operation("ListObjectsV2", False, bucket.list_objects_v2),
    ("bucket", "GET", "bucketInfo"): Operation("GetBucketInfo", False, bucket.get_bucket_info),
    ("bucket", "GET", "location"): Operation("GetBucketLocation", False, bucket.get_bucket_location),
    ("bucket", "GET", "versioning"): Operation("GetBucketVersioning", False, bucket.get_bucket_versioning),
    ("bucket", "PUT", "versioning"): Operation("PutBucketVersioning", True, bucket.put_bucket_versioning),
    ("bucket", "POST", "delete"): Operation("DeleteMultipleObjects", True, bucket.delete_multiple_objects),
    ("object", "PUT", ""): Operation("PutObject", True, objects.put_object),
    ("object", "PUT", "copy"): Operation("CopyObject", True, objects.copy_object),
    ("object", "GET", ""): Operation("GetObject", False, objects.get_object),
    ("object", "HEAD", ""): Operation("HeadObject", False, objects.head_object),
    ("object", "HEAD", "objectMeta"): Operation("GetObjectMeta", False, objects.get_object_meta),
    ("object", "DELETE", ""): Operation("DeleteObject", True, objects.delete_object),
    ("object", "PUT", "tagging"): Operation("PutObjectTagging", True, objects.put_object_tagging),
    ("object", "GET", "tagging"): Operation("GetObjectTagging", False, objects.get_object_tagging),
    ("object", "DELETE", "tagging"): Operation("DeleteObjectTagging", True, objects.delete_object_tagging),
}


def find_operation(request: Request, query: Mapping[str, str], bucket_name: str, key: str) -> Operation:
    """Return what *request* asks for; one that fakecloud does not have is answered with NotImplemented."""
    subresource = min(_KNOWN_SUBRESOURCES.intersection(query), default="") if query else ""
    scope = "object" if key else "bucket" if bucket_name else "service"
    if scope == "bucket" and not subresource and query.get("list-type") == "2":
        subresource = "list-type"
    if scope == "object" and not subresource and "x-oss-copy-source" in request.headers:
        subresource = "copy"
    operation = OPERATIONS.get((scope, request.method, subresource))
    return operation or _unsupported(f"{request.method} {subresource} of a {scope}")


def _unsupported(what: str) -> Operation:
    def refuse(_: OssCall) -> Response:
        raise UnsupportedOperationError(what)

    return Operation("Unsupported", False, refuse)


class OssResponses:
    """Answers the requests of OSS, path style: /<bucket>/<key>."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        bucket_name, _, key = request.path.removeprefix("/").partition("/")
        query = dict(request.query) if request.raw_query else {}
        operation = find_operation(request, query, bucket_name, key)
        visit = Visit(
            service="oss",
            action=operation.action,
            resource=f"{bucket_name}/{key}" if key else bucket_name,
            mutating=operation.mutating,
            request_id=self._world.ids.hex(24).upper(),
        )
        call = OssCall(self._world, request, query, visit.request_id, bucket_name, key)
        response = serve(
            self._world,
            visit,
            authenticate=lambda: self._authenticate(request),
            needs=lambda: find_needs(call, operation.action),
            deny=lambda denial: OssError(403, "AccessDenied", denial.message),
            work=lambda: operation.work(call),
            refuse=lambda error: self._refuse(call, error),
        )
        return self._sign_off(response, visit.request_id)

    def _authenticate(self, request: Request) -> Identity:
        try:
            return authenticate(self._world, request)
        except IdentificationError as error:
            status, code, message = _REFUSALS[error.reason]
            details = {"StringToSign": error.detail} if error.reason is Reason.WRONG_SIGNATURE else {}
            raise OssError(status, code, message, **details) from error

    def _refuse(self, call: OssCall, error: ServiceError) -> Response:
        if call.request.method == "HEAD" or error.status == HTTPStatus.NOT_MODIFIED:
            return Response(error.status)
        details = error.details if isinstance(error, OssError) else {}
        host = f"oss-{self._world.region}.aliyuncs.com"
        root = branch(
            "Error",
            leaf("Code", error.code),
            leaf("Message", error.message),
            leaf("RequestId", call.request_id),
            leaf("HostId", f"{call.bucket}.{host}" if call.bucket else host),
            *(leaf(name, value) for name, value in details.items()),
        )
        return Response(error.status, {"Content-Type": "application/xml"}, document(root))

    def _sign_off(self, response: Response, request_id: str) -> Response:
        now = self._world.clock.now()
        response.headers.update({"Server": "AliyunOSS", "Date": http_date(now), "x-oss-request-id": request_id})
        return response
