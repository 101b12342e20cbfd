"""What MNS refuses, with its documented codes and messages."""

from fakecloud.serving import ServiceError


class MnsError(ServiceError):
    """A refusal of MNS."""


class MessageNotExistError(MnsError):
    """The queue is empty, or the receipt handle no longer stands for a message in flight."""

    def __init__(self) -> None:
        super().__init__(404, "MessageNotExist", "Message not exist.")


class QueueNotExistError(MnsError):
    """The queue is not there."""

    def __init__(self) -> None:
        super().__init__(404, "QueueNotExist", "The queue name you provided is not exist.")


class QueueAlreadyExistError(MnsError):
    """The queue is there, with other attributes."""

    def __init__(self) -> None:
        super().__init__(409, "QueueAlreadyExist", "The queue you want to create is already exist.")


class ReceiptHandleError(MnsError):
    """The receipt handle is none."""

    def __init__(self) -> None:
        super().__init__(400, "ReceiptHandleError", "The receipt handle you provide is not valid.")


class InvalidArgumentError(MnsError):
    """An attribute or parameter has a value that is not allowed."""

    def __init__(self, message: str) -> None:
        super().__init__(400, "InvalidArgument", message)


class InvalidQueueNameError(MnsError):
    """The name has characters that are not allowed."""

    def __init__(self) -> None:
        message = "The queue name you provided is invalid. Queue name should contain letters, digits and '-' only."
        super().__init__(400, "InvalidQueueName", message)


class QueueNameLengthError(MnsError):
    """The name is empty or too long."""

    def __init__(self) -> None:
        super().__init__(400, "QueueNameLengthError", "Queue name length should be between 1 and 120.")


class MalformedXmlError(MnsError):
    """The body is not the XML that the operation takes."""

    def __init__(self) -> None:
        super().__init__(400, "MalformedXML", "The XML you provided is not well formatted.")
