from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.records.quoting import quoted, unquoted


@pytest.mark.statement("14.22")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("v=DMARC1; p=none", '"v=DMARC1; p=none"'),
        ('say "no"', r'"say \"no\""'),
        ("back\\slash", r'"back\\slash"'),
        ("\xe9\x07", r'"\351\007"'),
        ("", '""'),
        ("a" * 256, f'"{"a" * 255}" "a"'),
    ],
)
def test_values_as_route_53_writes_them(text: str, value: str) -> None:
    assert quoted(text) == value
    assert unquoted(value) == text


@given(st.text(st.characters(max_codepoint=255), max_size=600))
def test_nothing_is_lost(text: str) -> None:
    value = quoted(text)
    assert value.isascii()
    assert unquoted(value) == text
