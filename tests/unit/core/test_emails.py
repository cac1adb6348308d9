from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.emails import LONGEST, identity, normalise
from shared.core.errors import Invalid


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("anna@orchard.example", "anna@orchard.example"),
        ("  Anna.Smith+x@Orchard.EXAMPLE ", "Anna.Smith+x@orchard.example"),
        ("anna@obstgärten.example", "anna@xn--obstgrten-z2a.example"),
        ("anna@XN--obstgrten-z2a.example.", "anna@xn--obstgrten-z2a.example"),
        ("o'neil/sales=a@orchard.example", "o'neil/sales=a@orchard.example"),
        (f"{'a' * 64}@orchard.example", f"{'a' * 64}@orchard.example"),
    ],
)
def test_an_address_has_one_spelling(text: str, expected: str) -> None:
    assert normalise(text) == expected
    assert normalise(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "anna",
        "anna@",
        "@orchard.example",
        "anna@localhost",
        "anna@192.0.2.1",
        "anna@[192.0.2.1]",
        "anna@orchard..example",
        "anna@-orchard.example",
        ".anna@orchard.example",
        "an..na@orchard.example",
        "anna.@orchard.example",
        "an na@orchard.example",
        '"an na"@orchard.example',
        "anna@bo@orchard.example",
        "änna@orchard.example",
        "anna\r\nBcc: bo@orchard.example",
        "anna@orchard.example\n",
        "anna@ orchard.example",
        "anna@orchard.example\r\nBcc: bo@orchard.example",
        "an\x00na@orchard.example",
        "anna@orch\u202eard.example",
        "Anna <anna@orchard.example>",
        "anna@orchard.example,bo@orchard.example",
        f"{'a' * 65}@orchard.example",
        f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.example",
    ],
)
def test_what_is_no_address_is_refused_by_name(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalise(text, param="address")
    assert refused.value.param == "address"
    assert refused.value.message.isprintable()


def test_the_longest_address_has_254_octets() -> None:
    host = ".".join(("b" * 63, "c" * 63, "d" * 53, "example"))
    assert len(normalise(f"{'a' * 64}@{host}")) == LONGEST
    with pytest.raises(Invalid):
        normalise(f"{'a' * 64}@e{host}")


def test_addresses_that_differ_in_case_are_one() -> None:
    assert identity(normalise("Anna@Orchard.example")) == identity(normalise("aNNa@orchard.EXAMPLE"))


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = normalise(text)
    except Invalid:
        return
    assert normalise(address) == address
    assert address.isascii()
    assert address.isprintable()
    assert len(address) <= LONGEST
