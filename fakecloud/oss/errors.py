"""What OSS refuses, with its documented codes and messages."""

from fakecloud.serving import ServiceError


class OssError(ServiceError):
    """A refusal of OSS; *details* are further elements of the error document."""

    def __init__(self, status: int, code: str, message: str, **details: str) -> None:
        super().__init__(status, code, message)
        self.details = details


class NoSuchKeyError(OssError):
    """The object is not there."""

    def __init__(self, key: str) -> None:
        super().__init__(404, "NoSuchKey", "The specified key does not exist.", Key=key)


class NoSuchBucketError(OssError):
    """The bucket is not there."""

    def __init__(self, bucket: str) -> None:
        super().__init__(404, "NoSuchBucket", "The specified bucket does not exist.", BucketName=bucket)


class FileAlreadyExistsError(OssError):
    """The object is there, and overwriting is forbidden."""

    def __init__(self, key: str) -> None:
        super().__init__(
            409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten."
        )
        self.key = key


class PreconditionFailedError(OssError):
    """A condition of the request does not hold."""

    def __init__(self, condition: str) -> None:
        message = "At least one of the pre-conditions you specified did not hold."
        super().__init__(412, "PreconditionFailed", message, Condition=condition)


class NotModifiedError(OssError):
    """The caller has the object as it is."""

    def __init__(self) -> None:
        super().__init__(304, "NotModified", "Not Modified")


class InvalidArgumentError(OssError):
    """A parameter or header has a value that is not allowed."""

    def __init__(self, message: str, name: str, value: str) -> None:
        super().__init__(400, "InvalidArgument", message, ArgumentName=name, ArgumentValue=value)


class InvalidObjectNameError(OssError):
    """The key is empty, too long, or starts with a slash or a backslash."""

    def __init__(self, key: str) -> None:
        super().__init__(400, "InvalidObjectName", "The specified object is not valid.", ObjectName=key)


class InvalidDigestError(OssError):
    """The body does not have the Content-MD5 that was sent."""

    def __init__(self) -> None:
        super().__init__(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")


class MalformedXmlBodyError(OssError):
    """The body is not the XML that the operation takes."""

    def __init__(self) -> None:
        message = "The XML you provided was not well-formed or did not validate against our published schema."
        super().__init__(400, "MalformedXML", message)


class InvalidTagError(OssError):
    """The tags are too many or have characters that are not allowed."""

    def __init__(self, message: str) -> None:
        super().__init__(400, "InvalidTag", message)


class UnsupportedOperationError(OssError):
    """The operation is documented, and fakecloud does not have it."""

    def __init__(self, what: str) -> None:
        super().__init__(400, "NotImplemented", f"fakecloud does not have {what}.")
