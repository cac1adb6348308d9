from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import Malformed
from shared.core.paging import Cursor

NUMBERS = st.integers(0, 2**53 - 1)


@given(NUMBERS, st.none() | NUMBERS)
def test_a_cursor_survives_the_wire(number: int, total: int | None) -> None:
    assert Cursor.decode(Cursor(number, total).encode()) == Cursor(number, total)


def test_a_cursor_is_url_safe_json_that_starts_with_the_id() -> None:
    text = Cursor(914).encode()
    assert base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).startswith(b'{"id":914')
    assert not set(text) & set("+/=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "====",
        "e30",
        "W10",
        "bnVsbA",
        "eyJpZCI6Ii4uIn0",
        "eyJpZCI6LTF9",
        "eyJpZCI6dHJ1ZX0",
        "é",
        "\x00",
    ],
)
def test_garbage_is_refused_by_name(text: str) -> None:
    with pytest.raises(Malformed) as refusal:
        Cursor.decode(text)
    assert refusal.value.param == "cursor"


@given(
    st.text(max_size=60) | st.binary(max_size=40).map(lambda data: base64.urlsafe_b64encode(data).decode())
)
def test_nothing_else_than_a_refusal_comes_of_garbage(text: str) -> None:
    try:
        cursor = Cursor.decode(text)
    except Malformed:
        return
    assert 0 <= cursor.id < 2**53
