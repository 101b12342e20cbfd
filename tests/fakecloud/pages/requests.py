"""A page's call as certdrop's typed request, and what that sends."""

from collections.abc import Mapping

from certdrop.cloud import alb_models, clb_models
from certdrop.cloud.flattening import flatten
from certdrop.cloud.wire import RpcRequest
from tests.fakecloud.pages.calls import nest
from tests.fakecloud.pages.page import Page, Value

MODELS = {"alb": alb_models, "clb": clb_models}


def make_request(page: Page, flat: Mapping[str, Value]) -> RpcRequest:
    """Return certdrop's request of a call; raises InvalidRequestError."""
    model = getattr(MODELS[page.product], f"{page.action}Request")
    request: RpcRequest = model.model_validate(nest(flat))
    return request


def sent_by(request: RpcRequest) -> dict[str, str]:
    """Return what certdrop sends, by wire name."""
    return dict(flatten(request.model_dump(by_alias=True, exclude_none=True)))
