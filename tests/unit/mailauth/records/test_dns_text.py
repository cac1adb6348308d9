from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.records.dns_text import BadText, quoted, strings, unquoted


@pytest.mark.statement("14.22")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("v=DMARC1; p=none", '"v=DMARC1; p=none"'),
        ("", '""'),
        ('say "no" \\ never', r'"say \"no\" \\ never"'),
        ("a\tb\x7f", r'"a\011b\177"'),
        ("café", r'"caf\303\251"'),
    ],
)
def test_values_are_quoted_and_escaped(text: str, value: str) -> None:
    assert quoted(text) == value
    assert unquoted(value) == text


@pytest.mark.statement("14.22", "1.22")
@pytest.mark.parametrize(("length", "sizes"), [(255, [255]), (256, [255, 1]), (700, [255, 255, 190])])
def test_long_texts_are_several_strings(length: int, sizes: list[int]) -> None:
    text = "k" * length
    assert [len(string) for string in strings(text)] == sizes
    assert quoted(text).count('" "') == len(sizes) - 1
    assert unquoted(quoted(text)) == text


@pytest.mark.statement("1.22")
def test_the_cut_may_fall_inside_a_character() -> None:
    text = "k" * 254 + "é"
    assert quoted(text) == '"' + "k" * 254 + r'\303" "\251"'
    assert unquoted(quoted(text)) == text


@pytest.mark.parametrize("between", ["", " ", "\t", " \n "])
def test_strings_are_joined_with_nothing(between: str) -> None:
    assert unquoted(f' "v=DMARC1; "{between}"p=none" ') == "v=DMARC1; p=none"


@pytest.mark.parametrize(
    "value", ["", " ", "v=DMARC1", '"open', '"a" b', r'"end\"', r'"\9"', r'"\777"', '"a"b"']
)
def test_what_is_not_quoted_strings_is_refused(value: str) -> None:
    with pytest.raises(BadText):
        unquoted(value)


@given(st.binary(max_size=600))
def test_any_octets_come_back(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    value = quoted(text)
    assert value.isascii()
    assert value.isprintable()
    assert unquoted(value) == text
    assert all(len(string) <= 255 for string in strings(text))


@given(st.text(alphabet=st.sampled_from('"\\ 0179ab\n'), max_size=40))
def test_any_value_is_read_or_refused(value: str) -> None:
    try:
        text = unquoted(value)
    except BadText:
        return
    assert unquoted(quoted(text)) == text
