"""What Function Compute refuses, with its documented codes and messages (the vendor's page of error codes)."""

from fakecloud.serving import ServiceError

SYNCHRONOUS_LIMIT = 32 * 1024 * 1024  # bytes of an event
ASYNCHRONOUS_LIMIT = 128 * 1024


class FcError(ServiceError):
    """An invocation that was not run, or whose end nobody heard of."""


class FunctionNotFoundError(FcError):
    """No function of this name is deployed."""

    def __init__(self, name: str) -> None:
        super().__init__(404, "FunctionNotFound", f"function '{name}' does not exist")


class EntityTooLargeError(FcError):
    """The event is larger than this kind of invocation takes."""

    def __init__(self, limit: int) -> None:
        super().__init__(400, "EntityTooLarge", f"payload size exceeds maximum allowed size ({limit} bytes)")


class ResourceExhaustedError(FcError):
    """As many instances run as the function's reserved concurrency allows."""

    def __init__(self, name: str, limit: int) -> None:
        super().__init__(
            429, "ResourceExhausted", f"function '{name}' already runs {limit} time(s), its reserved limit"
        )


class UnavailableError(FcError):
    """Nothing is deployed yet, or everything was stopped."""

    def __init__(self) -> None:
        super().__init__(503, "ServiceUnavailable", "Function Compute is not running")


class DeploymentError(Exception):
    """A template cannot be deployed into this World: a bucket or queue is missing."""
