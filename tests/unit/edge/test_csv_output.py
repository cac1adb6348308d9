from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from shared.edge.csv_output import columns_of, write


class Inner(BaseModel):
    a: str
    b: int | None


class Row(BaseModel):
    name: str
    inner: Inner
    perhaps: Inner | None
    words: list[str]
    many: list[Inner]


def cell(value: Any) -> str:
    return next(csv.reader(io.StringIO(write(["x"], [{"x": value}]).partition("\r\n")[2])), [""])[0]


def test_columns_are_flat_and_lists_of_objects_left_out() -> None:
    assert columns_of(Row) == ["name", "inner_a", "inner_b", "perhaps_a", "perhaps_b", "words"]


def test_rows_follow_the_columns_whatever_is_missing() -> None:
    row: dict[str, Any] = {
        "name": "n",
        "inner": {"a": "x,y", "b": 1},
        "perhaps": None,
        "words": ["p", "q"],
        "many": [{}],
    }
    assert write(columns_of(Row), [row]) == (
        'name,inner_a,inner_b,perhaps_a,perhaps_b,words\r\nn,"x,y",1,,,p q\r\n'
    )


def test_an_empty_list_still_says_its_columns() -> None:
    assert write(["a", "b"], []) == "a,b\r\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    assert cell(f"{start}1+1").startswith("'")
    assert cell([f"{start}1"]).startswith("'")


@pytest.mark.parametrize(
    ("value", "shown"), [(-5, "-5"), (1.5, "1.5"), (True, "true"), (None, ""), ("x=1", "x=1")]
)
def test_other_values_stay_what_they_are(value: object, shown: str) -> None:
    assert cell(value) == shown


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_comes_back_and_none_is_a_formula(text: str) -> None:
    shown = cell(text)
    assert shown in {text, f"'{text}"}
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r"))
