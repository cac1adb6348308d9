"""SPF records of any kind and length."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.findings import MOST_ALIKE, Severity
from shared.mailauth.records.spf import MECHANISMS, QUALIFIERS, parse


def test_thousands_of_mistakes_are_not_all_listed() -> None:
    assert len(parse(f"v=spf1{' nonsense' * 5_000}").findings) == MOST_ALIKE


@pytest.mark.parametrize(
    "text",
    [
        f"v=spf1 include:x.{'a' * 65_000}!",
        f"v=spf1 a:{'1' * 65_000}",
        f"v=spf1 a:{'a-' * 32_000}",
        f"v=spf1 a{'/1' * 32_000}",
        f"v=spf1 {'%{d' * 20_000}",
        f"v=spf1 {'x' * 65_000}",
        f"v=spf1 exists:{'%%' * 32_000}_",
        f"v=spf1 exists:%{{d{'9' * 65_000}}}",
        f"v=spf1 ip4:{'1.' * 32_000}",
        f"v=spf1 ip6:{':' * 65_000}",
        f"v=spf1 a/{'1' * 65_000}",
        f"v=spf1 a=%{{l{'-' * 65_000}",
    ],
)
def test_the_longest_texts_take_no_time(text: str) -> None:
    start = time.perf_counter()
    parse(text)
    assert time.perf_counter() - start < 1


_WORDS = [
    *MECHANISMS,
    *"+-~?:/=%{}. ",
    "%{d}",
    "%{ir}",
    "192.0.2.1",
    "2001:db8::",
    "/24",
    "h.example",
    "redirect=",
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(_WORDS)).map("".join)), st.booleans())
def test_parsing_never_raises(rest: str, versioned: bool) -> None:
    text = f"v=spf1 {rest}" if versioned else rest
    record = parse(text)
    errors = [
        each for each in record.findings if each.severity is Severity.ERROR and each.code != "spf_pass_all"
    ]
    assert record.valid is not bool(errors)
    assert all(text[each.start : each.end] == each.text for each in record.mechanisms)
    assert all(text[each.start : each.end] == each.text for each in record.modifiers)
    if record.valid:
        assert len(record.mechanisms) + len(record.modifiers) == len(text[6:].strip(" ").split())


_NAMES = st.from_regex(r"[a-z0-9]{1,8}(\.[a-z]{2,6}){1,3}", fullmatch=True)
_TERMS = st.one_of(
    st.sampled_from(
        ["a", "mx", "ptr", "all", "a/24//64", "mx//0", "ip4:0.0.0.0/0", "exists:%{ir}.%{v}.%{d}"]
    ),
    st.builds("{}:{}".format, st.sampled_from(["a", "mx", "ptr", "include", "exists"]), _NAMES),
    st.builds("ip4:{}/{}".format, st.ip_addresses(v=4), st.integers(0, 32)),
    st.builds("ip6:{}/{}".format, st.ip_addresses(v=6), st.integers(0, 128)),
)


@given(st.lists(st.tuples(st.sampled_from(["", *QUALIFIERS]), _TERMS), max_size=12))
def test_what_the_grammar_allows_is_read(terms: list[tuple[str, str]]) -> None:
    record = parse(" ".join(["v=spf1", *("".join(term) for term in terms)]))
    assert record.valid
    assert [each.text for each in record.mechanisms] == ["".join(term) for term in terms]
    assert [each.result for each in record.mechanisms] == [QUALIFIERS[sign or "+"] for sign, _ in terms]
