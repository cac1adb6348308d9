from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.printable import printable, printable_json


@pytest.mark.parametrize(
    "text", ["a\x1b[2Jb", "\x9b31m", "\x7f", "\u202etxt.exe", "\x1b]0;owned\x07", "\ud800"]
)
def test_a_terminal_is_told_nothing(text: str) -> None:
    assert printable(text).isprintable()
    assert printable_json(json.dumps(text, ensure_ascii=False)).isprintable()


def test_what_people_read_stays() -> None:
    assert printable("Grüße, 送信者 [red]") == "Grüße, 送信者 [red]"
    assert printable_json('"Grüße, 送信者"') == '"Grüße, 送信者"'


@given(st.text(st.characters()))
def test_json_means_the_same(text: str) -> None:
    line = printable_json(json.dumps({text: [text]}, ensure_ascii=False))
    assert line.isprintable()
    assert json.loads(line) == {text: [text]}
