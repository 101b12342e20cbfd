"""Tokens of pages: what was given out is read back, all else is refused."""

from hypothesis import given
from hypothesis import strategies as st

from fakecloud.alb.paging import make_token, read_token
from fakecloud.rpc.operation import RpcError


@given(st.integers(min_value=0, max_value=10**9 - 1))
def test_a_token_is_read_back(start: int) -> None:
    assert read_token(make_token(start)) == start


@given(st.text() | st.binary().map(lambda raw: raw.hex()) | st.integers().map(make_token))
def test_any_text_is_a_place_or_refused_with_its_code(token: str) -> None:
    code = ""
    try:
        start = read_token(token)
    except RpcError as error:
        start, code = 0, error.code

    assert 0 <= start < 10**9
    assert code in ("", "InvalidParameter")
