from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.ids import AccountId, UserId
from shared.core.member_tokens import new_token, owner_of, shown

NUMBERS = st.integers(1, 2**53 - 1)
SECRETS = st.from_regex(r"[A-Za-z0-9_-]{43}", fullmatch=True)


@given(NUMBERS, NUMBERS, SECRETS)
def test_a_token_says_whose_it_is(account: int, user: int, secret: str) -> None:
    token = new_token(AccountId(account), UserId(user), lambda: secret)
    assert owner_of(token) == (account, user)
    assert token.startswith(shown(token))
    assert len(token) - len(shown(token)) == 39


@pytest.mark.parametrize(
    "token",
    [
        "",
        "ps_user_",
        "ps_user_1_" + "a" * 43,
        "ps_user_1_2_" + "a" * 42,
        "ps_user_1_2_" + "a" * 44,
        "ps_user_0_2_" + "a" * 43,
        "ps_user_01_2_" + "a" * 43,
        "ps_user_A_2_" + "a" * 43,
        "ps_user_1_2_" + "\u00e9" * 43,
        "ps_user_\u0661_2_" + "a" * 43,
        "ps_user_1_2_" + "a" * 43 + "\n",
        "ps_user_zzzzzzzzzzz_2_" + "a" * 43,
        "ps_live_1_2_" + "a" * 43,
    ],
)
def test_what_is_no_token_is_nobodys(token: str) -> None:
    assert owner_of(token) is None
