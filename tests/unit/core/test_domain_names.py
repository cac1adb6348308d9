from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.domain_names import (
    ancestors,
    normalise,
    organizational_domain,
    registrable,
)
from shared.core.errors import Invalid


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Example.COM", "example.com"),
        ("example.com.", "example.com"),
        ("  example.com ", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("_dmarc.example.com", "_dmarc.example.com"),
        ("mail。example.com", "mail.example.com"),
    ],
)
def test_every_spelling_becomes_one(text: str, name: str) -> None:
    assert normalise(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "a..b",
        "-a.example",
        "a-.example",
        "a b.example",
        "a/b.example",
        "ex\x00ample.com",
        "x" * 64 + ".example",
        ".".join(["abcdefgh"] * 29),
        "xn--\u00fc.example",
        "xn--a.example",
        "a@b.example",
    ],
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        normalise(text)
    assert refusal.value.param == "domain"


@pytest.mark.parametrize("text", ["com", "localhost", "gov.uk", "github.io", "192.0.2.1", "co.uk."])
def test_suffixes_single_labels_and_addresses_are_nobodys_domain(text: str) -> None:
    with pytest.raises(Invalid):
        registrable(text)


def test_a_domain_below_a_suffix_is_registrable() -> None:
    assert registrable("Someone.GitHub.io") == "someone.github.io"
    assert registrable("orchard.example") == "orchard.example"


def test_organizational_domain_follows_the_public_suffix_list() -> None:
    assert organizational_domain("a.b.example.co.uk") == "example.co.uk"
    assert organizational_domain("co.uk") == "co.uk"


def test_ancestors_go_up_to_two_labels() -> None:
    assert ancestors("a.b.example.com") == (
        "a.b.example.com",
        "b.example.com",
        "example.com",
    )
    assert ancestors("com") == ("com",)


@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing(text: str) -> None:
    try:
        once = normalise(text)
    except Invalid:
        return
    assert normalise(once) == once
    assert once.isascii()
