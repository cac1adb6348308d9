from __future__ import annotations

from pathlib import Path

import pytest

from tests.statements import LEFT_OUT, LISTED, Section, Shown, collected, faults, listed, marks, table

SECTIONS = (Section("1", "Records", {"1.1": "one", "1.2": "two", "1.2b": "two again"}),)
FOUND = {
    "1.1": [Shown("tests/unit/test_b.py", "test_z"), Shown("tests/unit/test_a.py", "test_y")],
    "1.2b": [Shown("tests/unit/test_a.py", "test_x"), Shown("tests/unit/test_a.py", "test_y")],
    "7.1": [Shown("tests/unit/test_a.py", "test_x")],
}
SOURCE = """
import pytest

@pytest.mark.statement("1.1", "1.2")
@pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.statement("1.3"))])
def test_one(x): ...

@pytest.mark.statement("2.1")
class TestMore:
    @pytest.mark.statement("2.2", "2.1")
    def test_two(self): ...
    def helper(self): ...

@pytest.mark.slow
def test_three(): ...
"""


def test_marks_are_read_off_the_source() -> None:
    assert list(marks(SOURCE)) == [
        ("test_one", "1.1"),
        ("test_one", "1.2"),
        ("test_one", "1.3"),
        ("test_two", "2.1"),
        ("test_two", "2.2"),
    ]


def test_tests_are_collected_from_files(tmp_path: Path) -> None:
    for place in ("tests/unit/test_a.py", "tests/bench/.venv/test_b.py", "tests/unit/helper.py"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text('@pytest.mark.statement("1.1")\ndef test_it(): ...\n')
    assert collected(tmp_path) == {"1.1": [Shown("tests/unit/test_a.py", "test_it")]}


@pytest.mark.parametrize(
    ("left_out", "wrong"),
    [
        ({"1.2": "A price."}, []),
        ({}, ["1.2 has no test"]),
        ({"1.2": "A price.", "1.1": "No use."}, ["1.1 is left out and has a test"]),
        ({"1.2": "A price.", "1.9": "No use."}, ["1.9 is left out and is no statement"]),
    ],
)
def test_what_is_wrong(left_out: dict[str, str], wrong: list[str]) -> None:
    assert faults(SECTIONS, FOUND, left_out) == wrong


def test_a_mark_for_no_statement() -> None:
    found = {**FOUND, "1.3": [Shown("tests/unit/test_a.py", "test_x")]}
    assert faults(SECTIONS, found, {"1.2": "A price."}) == [
        "1.3 is no statement: tests/unit/test_a.py::test_x"
    ]


def test_the_table() -> None:
    assert table(SECTIONS, FOUND, {"1.2": "A price."}).splitlines()[5:] == [
        "## 1 Records",
        "",
        "| | Statement | Tests |",
        "|---|---|---|",
        "| 1.1 | one | [unit/test_a.py](../tests/unit/test_a.py): `test_y`<br>"
        "[unit/test_b.py](../tests/unit/test_b.py): `test_z` |",
        "| 1.2 | two | left out: A price. |",
        "| 1.2b | two again | [unit/test_a.py](../tests/unit/test_a.py): `test_x`, `test_y` |",
    ]


def test_a_statement_without_a_test_shows() -> None:
    assert "| 1.2 | two | **none** |" in table(SECTIONS, FOUND, {})


def test_the_list_and_what_is_left_out_of_it() -> None:
    sections = listed(LISTED.read_text(encoding="utf-8"))
    numbers = [number for section in sections for number in section.statements]
    assert [section.number for section in sections] == [
        "1",
        "2",
        "3",
        "6",
        "7",
        "8",
        "8H",
        "9",
        "10",
        "11",
        "12",
        "13",
    ]
    assert all(
        number.startswith(f"{section.number}.") for section in sections for number in section.statements
    )
    assert len(numbers) == len(set(numbers)) == 146
    assert set(LEFT_OUT) <= set(numbers)
