from __future__ import annotations

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

import pytest

import shared.core
import shared.mailauth
from shared.mailauth.evaluate.fetching import trouble_with
from shared.mailauth.evaluate.questions import Fetched, Fetching
from shared.mailauth.findings import Flaw, Severity, has_errors

SHARED_CODES = {"dns_error"}
"""Said of whatever was asked for: nothing is known, and nothing is decided."""

RULE = re.compile(r"(RFC [1-9][0-9]{2,4}|BIMI draft|M3AAWG|SVG Tiny)\b.*")
FETCHING = "shared.mailauth.evaluate.fetching."
"""Its rule is that of the document which is fetched."""


def every_flaw() -> dict[str, Flaw]:
    """All constants of our own packages, by where they are."""
    flaws: dict[str, Flaw] = {}
    for package in (shared.mailauth, shared.core):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                flaws |= {f"{found.name}.{key}": flaw for key, flaw in within(name, value)}
    return flaws


def within(name: str, value: object) -> Iterator[tuple[str, Flaw]]:
    if isinstance(value, Flaw):
        yield name, value
    elif isinstance(value, Mapping):
        yield from ((f"{name}[{key}]", each) for key, each in value.items() if isinstance(each, Flaw))


FLAWS = every_flaw()


def test_there_are_many() -> None:
    assert len({flaw.code for flaw in FLAWS.values()}) > 150


@pytest.mark.parametrize("place", FLAWS)
def test_the_style_of_findings(place: str) -> None:
    """Whole sentences with what to do, and the rule."""
    flaw = FLAWS[place]
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", flaw.code)
    for text in (flaw.message, flaw.advice):
        assert text.endswith((".", "?"))
        assert not text.endswith("..")
        assert text == text.strip()
        assert "  " not in text
    assert RULE.fullmatch(flaw.rule) or (place.startswith(FETCHING) and not flaw.rule)
    assert flaw.severity in Severity


@pytest.mark.parametrize("outcome", Fetching)
@pytest.mark.parametrize("status", [200, 301, 404, 429, 503])
def test_whatever_is_fetched_in_vain_breaks_the_rule_that_is_given(outcome: Fetching, status: int) -> None:
    finding = trouble_with(Fetched(outcome, status), "https://example.com/", "RFC 8461 section 3.3")
    if outcome is Fetching.FETCHED and status == 200:
        assert finding is None
    else:
        assert finding is not None
        assert finding.rule == "RFC 8461 section 3.3"


def test_a_code_is_one_kind_of_finding() -> None:
    kinds: dict[str, set[Flaw]] = defaultdict(set)
    for flaw in FLAWS.values():
        kinds[flaw.code].add(flaw)
    assert {code for code, alike in kinds.items() if len(alike) > 1} <= SHARED_CODES


def test_what_is_found_is_filled_in() -> None:
    flaw = Flaw("a_code", Severity.WARNING, "{subject!r} has {count}.", "Take {count} away.", "RFC 1")
    finding = flaw.found("it's", (3, 7), count=5)
    assert (finding.code, finding.severity, finding.rule) == ("a_code", Severity.WARNING, "RFC 1")
    assert (finding.message, finding.advice) == ('"it\'s" has 5.', "Take 5 away.")
    assert (finding.subject, finding.start, finding.end) == ("it's", 3, 7)
    assert not has_errors([finding])
    assert (flaw.found(count=1).start, flaw.found(count=1).end) == (None, None)


def test_errors_are_told_from_the_rest() -> None:
    error = Flaw("a_code", Severity.ERROR, "It is wrong.", "Correct it.", "RFC 1").found()
    info = Flaw("another", Severity.INFO, "It is so.", "Nothing needs to be done.", "RFC 1").found()
    assert (has_errors([info, error]), has_errors([info]), has_errors([])) == (True, False, False)
