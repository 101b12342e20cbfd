"""What is found wrong or worth knowing about a drop; loads no cryptography."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Severity = Literal["error", "warning"]


class Finding(BaseModel):
    """One reason for a refusal or a warning.

    *code* is stable kebab-case (the table is in bundle/codes), *subject* names the file, certificate or name that it
    is about, *message* says what is so, *fix* what to do. None of them ever holds a byte of a key.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    code: str
    severity: Severity
    subject: str
    message: str
    fix: str
