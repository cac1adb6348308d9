from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.segments import SegmentWriter, pack_document, unpack, unpack_document
from shared.mailauth.reports.values import (
    AuthResults,
    DkimAuth,
    Evaluated,
    Identifiers,
    Override,
    Row,
    SpfAuth,
)

WORDS = st.sampled_from(["pass", "fail", "none", "", "ünï", "\ud800", "x" * 300])
MAYBE = st.none() | WORDS
ROWS = st.builds(
    Row,
    source_ip=st.sampled_from(["192.0.2.1", "2001:db8::1", "not an address", ""]),
    count=st.integers(0, 2**40),
    evaluated=st.builds(
        Evaluated,
        MAYBE,
        MAYBE,
        MAYBE,
        st.lists(st.builds(Override, WORDS, MAYBE), max_size=2).map(tuple),
    ),
    identifiers=st.builds(Identifiers, WORDS, MAYBE, MAYBE),
    auth=st.builds(
        AuthResults,
        st.lists(st.builds(DkimAuth, WORDS, MAYBE, WORDS, MAYBE), max_size=2).map(tuple),
        st.lists(st.builds(SpfAuth, WORDS, MAYBE, WORDS, MAYBE), max_size=2).map(tuple),
    ),
)


def packed(rows: list[Row]) -> bytes:
    writer = SegmentWriter()
    for row in rows:
        writer(row)
    return writer.pack()


def summed(rows: list[Row]) -> dict[tuple[object, ...], int]:
    sums: dict[tuple[object, ...], int] = {}
    for row in rows:
        key = (row.source_ip, row.evaluated, row.identifiers, row.auth)
        sums[key] = sums.get(key, 0) + row.count
    return sums


@given(st.lists(ROWS, max_size=12))
def test_unpacking_gives_the_rows_with_equal_ones_summed(rows: list[Row]) -> None:
    unpacked = list(unpack(packed(rows)))
    assert len(unpacked) == len(summed(unpacked))
    assert summed(unpacked) == summed(rows)


@given(st.lists(ROWS, max_size=12), st.randoms(use_true_random=False))
def test_the_same_rows_in_any_order_and_split_are_the_same_bytes(
    rows: list[Row], chance: random.Random
) -> None:
    halves = [
        Row(row.source_ip, part, row.evaluated, row.identifiers, row.auth)
        for row in rows
        for part in (row.count // 2, row.count - row.count // 2)
    ]
    chance.shuffle(halves)
    assert packed(halves) == packed(rows)


def test_equal_parts_are_shared_after_unpacking() -> None:
    same = Evaluated("none", "pass", "pass"), Identifiers("a.example"), AuthResults()
    first, second = unpack(packed([Row("192.0.2.1", 1, *same), Row("192.0.2.2", 1, *same)]))
    assert first.evaluated is second.evaluated
    assert first.auth is second.auth


def test_ten_usual_rows_take_a_few_hundred_bytes() -> None:
    rows = [
        Row(
            f"203.0.113.{n}",
            n + 1,
            Evaluated("none", "pass" if n % 2 else "fail", "pass"),
            Identifiers("shop.example", "bounce.shop.example"),
            AuthResults(
                (DkimAuth("shop.example", f"s{n % 3}", "pass"),),
                (SpfAuth("shop.example", "mfrom", "pass"),),
            ),
        )
        for n in range(10)
    ]
    assert len(packed(rows)) < 300


def test_a_format_from_the_future_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="format"):
        list(unpack(b"\x02" + packed([])[1:]))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3),
    )
)
def test_documents_survive(document: object) -> None:
    assert unpack_document(pack_document(document)) == document
