"""How strictly CLB reads PEM."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakecloud import authority
from fakecloud.clb.pem import require_form
from fakecloud.rpc.operation import RpcError

ROOT = authority.root_ca(key="rsa-2048")
PEM = (ROOT.pem + ROOT.pem).decode().rstrip("\n")


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_blocks_one_after_the_other_are_accepted(end: str) -> None:
    require_form(PEM + end, "CERTIFICATE", "ServerCertificate")


@given(st.integers(0, len(PEM) - 1), st.sampled_from(" \t\n\r."))
def test_anything_put_in_between_is_refused(position: int, extra: str) -> None:
    with pytest.raises(RpcError, match="InvalidParameter"):
        require_form(PEM[:position] + extra + PEM[position:], "CERTIFICATE", "ServerCertificate")


def test_blocks_of_another_label_are_refused() -> None:
    with pytest.raises(RpcError, match="InvalidParameter"):
        require_form(ROOT.key_pem.decode(), "CERTIFICATE", "ServerCertificate")
