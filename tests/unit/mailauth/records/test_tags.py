from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.records.tags import parse_tags


def test_names_are_lower_case_and_values_without_space_around() -> None:
    found = parse_tags("V = DMARC1 ;\tp\t=\tReject;")
    assert [(tag.name, tag.value) for tag in found.tags] == [("v", "DMARC1"), ("p", "Reject")]
    assert found.malformed == ()


def test_spans_are_places_in_the_text() -> None:
    text = "v=DMARC1;  p = none ; rua=mailto:a@b.example"
    found = parse_tags(text)
    assert [text[slice(*tag.span)] for tag in found.tags] == [
        "v=DMARC1",
        "p = none",
        "rua=mailto:a@b.example",
    ]
    assert [text[slice(*tag.value_span)] for tag in found.tags] == ["DMARC1", "none", "mailto:a@b.example"]


def test_what_is_no_tag_is_kept_apart() -> None:
    found = parse_tags("v=DMARC1;; p; =x; 1a=b; q=")
    assert [piece.text for piece in found.malformed] == ["", "p", "=x", "1a=b"]
    assert found.value("q") == ""


def test_repeated_tags_are_all_kept_and_the_first_is_found() -> None:
    found = parse_tags("p=none; P=reject; p=none")
    assert found.value("p") == "none"
    assert [tag.value for tag in found.repeated] == ["reject", "none"]


def test_a_value_may_hold_equals_signs() -> None:
    assert parse_tags("p=MIIB==").value("p") == "MIIB=="


@given(st.text(max_size=200))
def test_any_text_is_read_and_nothing_of_it_is_lost(text: str) -> None:
    found = parse_tags(text)
    for tag in found.tags:
        assert text[slice(*tag.value_span)] == tag.value
    for piece in [tag.span for tag in found.tags] + [part.span for part in found.malformed]:
        assert 0 <= piece[0] <= piece[1] <= len(text)
    assert len(found.tags) + len(found.malformed) in (text.count(";"), text.count(";") + 1)
