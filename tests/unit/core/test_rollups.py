from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.core.counters import Counters, Standings
from shared.core.rollups import SourceLine
from shared.core.senders.standing import Standing

COUNTS = st.tuples(*[st.integers(0, 9)] * 4)
LINE = SourceLine("a.example", "A", "crm", "network", "192.0.2.1", Counters((1, *[0] * 11)))


@given(COUNTS, COUNTS)
def test_standings_are_added_each_to_its_own(mine: tuple[int, ...], theirs: tuple[int, ...]) -> None:
    added = Standings(mine) + Standings(theirs)
    for place, standing in enumerate(Standing):
        assert added[standing] == mine[place] + theirs[place]


@given(COUNTS)
def test_the_dominant_standing_has_most_messages_and_ties_go_to_the_worse(
    counts: tuple[int, ...],
) -> None:
    found = Standings(counts).dominant
    assert counts[list(Standing).index(found)] == max(counts)
    assert not any(each == max(counts) for each in counts[list(Standing).index(found) + 1 :])


def test_merged_lines_sum_and_keep_the_more_telling_evidence() -> None:
    other = replace(LINE, evidence="dkim", evidence_value="a.example", dkim_domains=("a.example",))
    for merged in (LINE.merged(other), other.merged(LINE)):
        assert (merged.evidence, merged.evidence_value) == ("dkim", "a.example")
        assert (merged.counters.messages, merged.dkim_domains) == (2, ("a.example",))


def test_a_merged_line_keeps_no_more_names_than_one_line_may_have() -> None:
    many = replace(LINE, header_from=tuple(f"h{n:02}.example" for n in range(15)))
    more = replace(LINE, header_from=tuple(f"i{n:02}.example" for n in range(15)))
    assert len(many.merged(more).header_from) == 20
