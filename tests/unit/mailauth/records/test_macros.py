from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.records.macros import BadMacro, Macro, is_domain_spec, is_dynamic, parse_macros


def macro(
    letter: str, keep: int = 0, reverse: bool = False, delimiters: str = ".", escaped: bool = False
) -> Macro:
    return Macro(letter, keep, reverse, delimiters, escaped)


@pytest.mark.statement("9.12")
@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", ()),
        ("h.example", ("h.example",)),
        ("%{d}", (macro("d"),)),
        ("%{D}", (macro("d", escaped=True),)),
        ("%{d2}", (macro("d", 2),)),
        ("%{d02}", (macro("d", 2),)),
        ("%{d128}", (macro("d", 128),)),
        ("%{d9999999999}", (macro("d"),)),
        ("%{ir}", (macro("i", reverse=True),)),
        ("%{i3R}", (macro("i", 3, reverse=True),)),
        ("%{l-}", (macro("l", delimiters="-"),)),
        ("%{l1r.-+,/_=}", (macro("l", 1, True, ".-+,/_="),)),
        ("%{ir}.%{v}._spf.%{d2}", (macro("i", reverse=True), ".", macro("v"), "._spf.", macro("d", 2))),
        ("a%%b%_c%-d", ("a", "%", "b", " ", "c", "%20", "d")),
        ("{d}", ("{d}",)),
        ("!#$&~", ("!#$&~",)),
    ],
)
def test_pieces(text: str, pieces: tuple[str | Macro, ...]) -> None:
    assert parse_macros(text) == pieces


@pytest.mark.statement("9.12")
@pytest.mark.parametrize("letter", "slodipvh")
def test_letters(letter: str) -> None:
    assert parse_macros(f"%{{{letter}}}%{{{letter.upper()}}}") == (macro(letter), macro(letter, escaped=True))


@pytest.mark.statement("9.12")
@pytest.mark.parametrize("letter", "crt")
def test_letters_of_explanations(letter: str) -> None:
    assert parse_macros(f"%{{{letter}}}", explains=True) == (macro(letter),)
    with pytest.raises(BadMacro):
        parse_macros(f"%{{{letter}}}")


@pytest.mark.statement("9.12")
@pytest.mark.parametrize(
    "text",
    [
        "%",
        "a%",
        "%d",
        "%(d)",
        "%{}",
        "%{",
        "%{d",
        "%{d}%",
        "%{a}",
        "%{d0}",
        "%{d000r}",
        "%{dr1}",
        "%{dd}",
        "%{d:}",
        "%{d-1}",
        "%{-}",
        "%{1}",
        "%{ d}",
        "%{d }",
        "%{%{d}}",
        "a b",
        "a\tb",
        "caf\xe9",
        "\x7f",
        "%{\u0661}",
        "%{d\u0661}",
    ],
)
def test_what_is_no_macro_string(text: str) -> None:
    with pytest.raises(BadMacro):
        parse_macros(text)


def test_explanations_hold_spaces() -> None:
    assert parse_macros(" a  %{i} ", explains=True) == (" ", "a", " ", " ", macro("i"), " ")
    with pytest.raises(BadMacro):
        parse_macros("a\nb", explains=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("h.example", True),
        ("h.example.", True),
        (".example", True),
        ("h.4u", True),
        ("h.xn--p1ai", True),
        ("h.1-1", True),
        ("h.a--b", True),
        ("_x.*!/:.example", True),
        ("%{d}", True),
        ("h.%{d}", True),
        ("%{d}.example", True),
        ("a%%", True),
        ("a%_", True),
        ("a%-", True),
        ("%%.example", True),
        ("", False),
        (".", False),
        ("example", False),
        ("example.", False),
        ("h.example..", False),
        ("h.123", False),
        ("192.0.2.1", False),
        ("h.-a", False),
        ("h.a-", False),
        ("h.a_b", False),
        ("h.exa%{d}mple", False),
        ("%{d}.", False),
        ("%{d}x", False),
        ("%{d.}x", False),
        ("%{d}.%{i}1", False),
        ("a%%_", False),
        ("a%%-", False),
        ("a.b%%c", False),
        ("h.example%", False),
        ("h example", False),
    ],
)
def test_how_a_domain_spec_ends(text: str, expected: bool) -> None:
    assert is_domain_spec(text) is expected


@pytest.mark.statement("9.12")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("h.example", False),
        ("%{d}", False),
        ("%{D2r}.example", False),
        ("a%%b", False),
        ("", False),
        ("%", False),
    ]
    + [(f"x.%{{{letter}}}", True) for letter in "sloipvh"],
)
def test_what_differs_from_mail_to_mail(text: str, expected: bool) -> None:
    assert is_dynamic(text) is expected


@given(st.one_of(st.text(), st.text("%{}drsl019.-_+ ", max_size=30)), st.booleans())
def test_any_text_is_read_or_refused(text: str, explains: bool) -> None:
    is_domain_spec(text)
    is_dynamic(text)
    try:
        pieces = parse_macros(text, explains=explains)
    except BadMacro:
        assert not is_domain_spec(text)
        return
    if "%" not in text:
        assert "".join(str(piece) for piece in pieces) == text
