"""Lists page by page: to the end, and never for ever."""

from collections.abc import Callable
from typing import Any

import pytest

from certdrop.cloud import cas, paging
from certdrop.cloud.account import Account
from certdrop.errors import LostAnswerError
from tests.unit.cloud.doubles import answering

CERTIFICATE = {"CertificateId": 7, "CertIdentifier": "7-cn-hangzhou"}


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ({"NextToken": "more"}, lambda account: account.alb("cn-hangzhou").list_listeners("alb-1")),
        ({"CertificateList": [CERTIFICATE], "TotalCount": 10**6}, lambda account: account.cas.list_certificates()),
    ],
)
def test_a_list_without_end_is_left(
    answer: dict[str, Any], read: Callable[[Account], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 3)
    monkeypatch.setattr(cas, "MOST_PAGES", 3)
    cloud = answering(answer)

    with pytest.raises(LostAnswerError, match="a list of more than 3 pages"):
        read(cloud.account())
    assert len(cloud.requests) == 3
