"""The table of what the protocols ask for and of the tests that show it, made of the tests' own marks.

``python -m tests.statements`` writes ``docs/statements.md``; with ``--check`` it only tells whether that is
up to date, every statement has a test or a reason to have none, and every mark names a statement there is.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
TABLE: Final = ROOT / "docs" / "statements.md"
LISTED: Final = ROOT / "tests" / "fixtures" / "statements.toml"

LEFT_OUT: Final = {
    "6.11": "What reporters do: nothing here reports failures. The advice for public suffixes is 1.18.",
    "8.10": "Advice to whoever moves mail hosts: nothing here acts on it.",
    "8.15": "What senders do; nothing here depends on it.",
    "8H.10": "Quotas of AWS accounts: no code depends on the numbers.",
    "8H.15": "A price.",
    "8H.16": "A decision; nothing to run.",
}
"""Statements that no test can show, and why."""


@dataclass(frozen=True, slots=True)
class Section:
    number: str
    title: str
    statements: Mapping[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Shown:
    """A test, and the file it is in, from the root of the repository."""

    path: str
    test: str


def listed(text: str) -> tuple[Section, ...]:
    """``text`` is TOML: a table a section, with its title and its statements by number."""
    return tuple(
        Section(number, held["title"], {key: words for key, words in held.items() if key != "title"})
        for number, held in tomllib.loads(text).items()
    )


def marks(source: str) -> Iterator[tuple[str, str]]:
    """(test, number) for each ``pytest.mark.statement`` on a test, on its class, or on one of its cases."""
    for node in ast.parse(source).body:
        yield from _marks_of(node, ())


def _marks_of(node: ast.stmt, above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.ClassDef):
        for inner in node.body:
            yield from _marks_of(inner, (*above, *_numbers(node.decorator_list)))
    elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
        for number in dict.fromkeys((*above, *_numbers(node.decorator_list))):
            yield node.name, number


def _numbers(decorators: Iterable[ast.expr]) -> Iterator[str]:
    for call in (each for decorator in decorators for each in ast.walk(decorator)):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.statement":
            yield from (str(each.value) for each in call.args if isinstance(each, ast.Constant))


def collected(root: Path) -> dict[str, list[Shown]]:
    """Number -> tests."""
    found: dict[str, list[Shown]] = {}
    for path in sorted((root / "tests").rglob("test_*.py")):
        if ".venv" in path.parts:
            continue
        for test, number in marks(path.read_text(encoding="utf-8")):
            found.setdefault(number, []).append(Shown(path.relative_to(root).as_posix(), test))
    return found


def faults(
    sections: Iterable[Section], found: Mapping[str, list[Shown]], left_out: Mapping[str, str]
) -> list[str]:
    """What is wrong, in words. Marks of sections that are not listed are nobody's business here."""
    every = {number: section for section in sections for number in section.statements}
    prefixes = {f"{section.number}." for section in every.values()}
    wrong = [f"{number} has no test" for number in every if number not in found and number not in left_out]
    wrong += [f"{number} is left out and has a test" for number in left_out if number in found]
    wrong += [f"{number} is left out and is no statement" for number in left_out if number not in every]
    for number, tests in found.items():
        if number not in every and number.partition(".")[0] + "." in prefixes:
            wrong.append(f"{number} is no statement: {tests[0].path}::{tests[0].test}")
    return wrong


def table(sections: Iterable[Section], found: Mapping[str, list[Shown]], left_out: Mapping[str, str]) -> str:
    lines = [
        "# Statements and tests",
        "",
        "What the protocols ask for, in a few words, and the tests that show it. Made of the marks in the",
        "tests by `python -m tests.statements`; do not edit.",
    ]
    for section in sections:
        lines += ["", f"## {section.number} {section.title}", "", "| | Statement | Tests |", "|---|---|---|"]
        for number, words in section.statements.items():
            lines.append(f"| {number} | {words} | {_cell(found.get(number, []), left_out.get(number))} |")
    return "\n".join(lines) + "\n"


def _cell(tests: Iterable[Shown], reason: str | None) -> str:
    by_file: dict[str, list[str]] = {}
    for shown in sorted(tests):
        by_file.setdefault(shown.path, []).append(f"`{shown.test}`")
    if not by_file:
        return f"left out: {reason}" if reason is not None else "**none**"
    return "<br>".join(
        f"[{path.removeprefix('tests/')}](../{path}): {', '.join(names)}" for path, names in by_file.items()
    )


def main(arguments: list[str]) -> int:
    sections = listed(LISTED.read_text(encoding="utf-8"))
    found = collected(ROOT)
    wrong = faults(sections, found, LEFT_OUT)
    made = table(sections, found, LEFT_OUT)
    if "--check" not in arguments:
        TABLE.write_text(made, encoding="utf-8")
    elif not TABLE.exists() or TABLE.read_text(encoding="utf-8") != made:
        wrong.append(f"{TABLE.relative_to(ROOT)} is out of date: python -m tests.statements")
    for fault in wrong:
        print(fault)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
