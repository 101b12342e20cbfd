"""What the settings in targets.yml are made of: the model's base, numbers, ids, switches, tags."""

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

RESOURCE_ID = r"^[A-Za-z0-9][A-Za-z0-9-]{1,62}$"
ALB_DESCRIPTION = r"^[A-Za-z0-9\u4e00-\u9fff/._-]*$"
CLB_DESCRIPTION = r"^[A-Za-z0-9/._-]*$"  # its page names no Chinese characters, as ALB's does
RESERVED_PREFIXES = ("aliyun", "acs:")
URL_SCHEMES = ("http://", "https://")
OUR_TAG = "certdrop"
LONGEST_TAG_TEXT = 128
TAGS_AT_MOST = 19  # of twenty that a listener takes; one is certdrop's own

ResourceId = Annotated[str, Field(pattern=RESOURCE_ID)]
WholeNumber = Annotated[int, Field(strict=True)]  # YAML's yes and on are no numbers
Port = Annotated[WholeNumber, Field(ge=1, le=65535)]


class TargetsModel(BaseModel):
    """A part of targets.yml: frozen, and no key that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def read_switch(value: object) -> object:
    """Take `off` for nothing and `on` for the defaults; YAML 1.1 reads both as booleans."""
    if value is False or value == "off":
        return None
    return {} if value is True or value == "on" else value


def check_tags(longest_key: int, *, values_needed: bool) -> Callable[[Mapping[str, str]], Mapping[str, str]]:
    """Return a validator that holds tags to the service's rules, and keeps certdrop's own tag for certdrop."""

    def check(tags: Mapping[str, str]) -> Mapping[str, str]:
        for key, value in tags.items():
            problem = _find_tag_problem(key, value, longest_key, values_needed=values_needed)
            if problem:
                raise PydanticCustomError("bad_tag", "{problem}", {"problem": problem, "below": (key,)})
        return tags

    return check


def _find_tag_problem(key: str, value: str, longest_key: int, *, values_needed: bool) -> str | None:
    problems = (
        (key == OUR_TAG, "certdrop marks its listeners with this tag itself"),
        (not 1 <= len(key) <= longest_key, f"expected a key of 1 to {longest_key} characters"),
        (len(value) > LONGEST_TAG_TEXT, f"expected at most {LONGEST_TAG_TEXT} characters"),
        (values_needed and not value, "expected a value that is not empty"),
        (any(text.startswith(RESERVED_PREFIXES) for text in (key, value)), "must not start with aliyun or acs:"),
        (any(scheme in key + value for scheme in URL_SCHEMES), "must not hold http:// or https://"),
    )
    return next((text for is_so, text in problems if is_so), None)


AlbTags = Annotated[
    Mapping[str, str],
    Field(max_length=TAGS_AT_MOST),
    AfterValidator(check_tags(LONGEST_TAG_TEXT, values_needed=False)),
]
ClbTags = Annotated[
    Mapping[str, str], Field(max_length=TAGS_AT_MOST), AfterValidator(check_tags(64, values_needed=True))
]
