"""Chunks, and results made of them, against a plain recomputation over the rows."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.detail.pages import SqliteResult
from shared.adapters.detail.writing import put_together
from shared.core.detail import reading
from shared.core.detail.chunks import STANDINGS, Chunk, decode, encode
from shared.core.detail.questions import Filters, Question
from shared.core.detail.reading import Reader
from shared.core.detail.results import (
    ROW_ORDERINGS,
    SERVER_ORDERINGS,
    DetailRow,
    Figures,
    Ordering,
    RowFilter,
    ServerFigures,
)
from shared.core.ids import AccountId
from shared.core.reports import Fact
from shared.core.senders.standing import Standing
from tests.unit.core.detail.plain import Line, lines_of, proofs_of
from tests.unit.core.detail.strategies import FILTERS, KNOWN, NAMES, only, questions, stored_facts

LARGEST = 2**53 - 1
ASKED = settings(max_examples=15, deadline=None)


def chunks_of(question: Question, stored: Sequence[Fact]) -> Iterator[Chunk]:
    """As the parts of a job make them: one of each domain."""
    for domain in (19, 20):
        mine = [
            each
            for each in stored
            if each.summary.domain_id == domain
            and question.first <= each.summary.day <= question.last
            and domain in (question.domains or (19, 20))
        ]
        yield from Reader(question.filters, KNOWN.knowledge, AccountId(7)).chunks(mine)


@contextmanager
def result_of(question: Question, stored: Sequence[Fact]) -> Iterator[SqliteResult]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "result")
        put_together((decode(encode(chunk)) for chunk in chunks_of(question, stored)), path)
        result = SqliteResult(path)
        yield result
        result.close()


def line_of(row: DetailRow) -> Line:
    server = KNOWN.hosts.get(row.ip)
    return Line(
        from_domain=row.from_domain,
        ip=row.ip,
        ptr=row.ptr,
        ptr_org=row.ptr_org,
        country_code=row.country_code,
        policy_applied=row.policy_applied,
        reason=row.reason,
        override_comment=row.override_comment,
        dkim_policy_result=row.dkim_policy_result,
        dkim_result=row.dkim_result,
        dkim_d=row.dkim_d,
        spf_policy_result=row.spf_policy_result,
        spf_result=row.spf_result,
        spf_d=row.spf_d,
        number=row.source.number,
        standing=row.source.standing,
        server=server.name if server and server.confirmed and server.name else row.ip,
    )


def all_rows(result: SqliteResult, wanted: RowFilter, ordering: Ordering, limit: int) -> list[DetailRow]:
    found: list[DetailRow] = []
    for page in count():
        rows, total = result.rows(wanted, ordering, offset=page * limit, limit=limit)
        found += rows
        if len(rows) < limit:
            assert len(found) == total
            return found
    raise AssertionError


def figures(lines: Counter[Line]) -> Figures:
    def total(among: list[int]) -> int:
        return min(sum(among), LARGEST)

    # A line is cut to the largest number that every client reads exactly.
    held = [(line, min(messages, LARGEST)) for line, messages in lines.items()]
    return Figures(
        messages=total([messages for _, messages in held]),
        spf_pass=total([messages for line, messages in held if line.spf_policy_result == "pass"]),
        dkim_pass=total([messages for line, messages in held if line.dkim_policy_result == "pass"]),
        dmarc_pass=total([messages for line, messages in held if line.passed]),
        affected=total([messages for line, messages in held if line.affected]),
        forwarded=total([messages for line, messages in held if line.forwarded]),
    )


def lines_in(chunk: Chunk) -> Iterator[tuple[Line, int]]:
    numbers = iter(chunk.lines)
    for place, ip, said, messages in zip(numbers, numbers, numbers, numbers, strict=True):
        source, address, verdict = chunk.sources[place], chunk.addresses[ip], chunk.verdicts[said]
        line = Line(
            verdict.from_domain,
            address.ip,
            address.host,
            address.organization,
            address.country,
            verdict.policy_applied,
            verdict.reason,
            verdict.override_comment,
            verdict.dkim_aligned,
            verdict.dkim_result,
            verdict.dkim_domain,
            verdict.spf_aligned,
            verdict.spf_result,
            verdict.spf_domain,
            source.number,
            source.standing,
            address.server,
        )
        yield line, messages


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_lets_through_what_it_says(name: str) -> None:
    @settings(max_examples=15, deadline=None)
    @given(stored_facts(), questions, only(name))
    def check(stored: list[Fact], question: Question, filters: Filters) -> None:
        asked = replace(question, filters=filters)
        lines, _ = lines_of(asked, stored, KNOWN)
        found: Counter[Line] = Counter()
        for chunk in chunks_of(asked, stored):
            for line, messages in lines_in(decode(encode(chunk))):
                found[line] += messages
        assert {line: min(messages, LARGEST) for line, messages in found.items()} == {
            line: min(messages, LARGEST) for line, messages in lines.items()
        }

    check()


@pytest.mark.parametrize("field", ROW_ORDERINGS)
@settings(max_examples=12, deadline=None)
@given(stored_facts(), questions, st.booleans(), st.sampled_from((2, 7, 100)))
def test_rows_by_every_ordering(
    field: str, stored: list[Fact], question: Question, descending: bool, limit: int
) -> None:
    lines, _ = lines_of(question, stored, KNOWN)

    with result_of(question, stored) as result:
        rows = all_rows(result, RowFilter(), Ordering(field, descending), limit)

    assert {line_of(row): row.message_count for row in rows} == {
        line: min(messages, LARGEST) for line, messages in lines.items()
    }
    assert len(rows) == len(lines)
    keys = [line_of(row).key(field, row.message_count) for row in rows]
    assert keys == sorted(keys, reverse=descending)  # type: ignore[type-var]


@ASKED
@given(
    stored_facts(),
    questions,
    st.sampled_from((*NAMES, "unknown")),
    st.sampled_from((None, *Standing)),
    st.sampled_from(("", "sendgrid.net", "orchard.example")),
)
def test_rows_of_a_source_a_standing_and_an_organization(
    stored: list[Fact], question: Question, name: str, standing: Standing | None, organization: str
) -> None:
    lines, _ = lines_of(question, stored, KNOWN)
    numbers = sorted({line.number for line in lines})
    number = numbers[len(name) % len(numbers)] if numbers and name != "unknown" else None

    with result_of(question, stored) as result:
        wanted = RowFilter(organization, number, standing)
        rows = all_rows(result, wanted, Ordering("message_count", True), 100)

    assert {line_of(row) for row in rows} == {
        line
        for line in lines
        if (number is None or line.number == number)
        and (standing is None or line.standing is standing)
        and (not organization or line.ptr_org == organization)
    }


@ASKED
@given(stored_facts(), questions)
def test_sources_and_days(stored: list[Fact], question: Question) -> None:
    lines, days = lines_of(question, stored, KNOWN)
    proofs = proofs_of(question, stored, KNOWN)
    telling = ("dkim", "return_path", "host_name", "selector", "none")

    with result_of(question, stored) as result:
        found = {standing: result.sources(standing, 100) for standing in Standing}
        told = result.days()

    for standing, (sources, total) in found.items():
        assert total == len(sources) == len({line.number for line in lines if line.standing is standing})
        assert [each.figures.messages for each in sources] == sorted(
            (each.figures.messages for each in sources), reverse=True
        )
        for each in sources:
            mine = Counter(
                {
                    line: messages
                    for line, messages in lines.items()
                    if (line.number, line.standing) == (each.source.number, standing)
                }
            )
            assert each.figures == figures(mine)
            assert each.addresses == len({line.ip for line in mine})
            known = proofs[each.source.number, standing]
            assert each.proof == min(known, key=lambda proof: (telling.index(proof[0]), proof[1]))
    assert told == {
        day: {standing: min(counted[standing], LARGEST) for standing in STANDINGS}
        for day, counted in days.items()
    }


@ASKED
@given(
    stored_facts(),
    questions,
    st.sampled_from(SERVER_ORDERINGS),
    st.booleans(),
    st.sampled_from(("", "OUT", "sendgrid", "8.8", "_", "%")),
    st.sampled_from((None, *Standing)),
)
def test_servers_of_a_source_by_every_ordering(
    stored: list[Fact],
    question: Question,
    field: str,
    descending: bool,
    search: str,
    standing: Standing | None,
) -> None:
    lines, _ = lines_of(question, stored, KNOWN)
    ordering = Ordering(field, descending)
    with result_of(question, stored) as result:
        for number in {line.number for line in lines}:
            servers, total = result.servers(number, standing, search, ordering, offset=0, limit=100)
            paged = [
                each
                for offset in range(total)
                for each in result.servers(number, standing, search, ordering, offset=offset, limit=1)[0]
            ]
            assert paged == list(servers)
            expected: dict[str, Counter[Line]] = {}
            for line, messages in lines.items():
                if line.number == number and standing in (None, line.standing):
                    expected.setdefault(line.server, Counter())[line] = messages
            assert {each.server: (each.addresses, each.figures) for each in servers} == {
                server: (len({line.ip for line in mine}), figures(mine))
                for server, mine in expected.items()
                if search.lower() in server.lower()
            }
            column: list[Any] = [_shown(each)[field] for each in servers]
            assert column == sorted(column, reverse=descending)


def _shown(server: ServerFigures) -> dict[str, int | str]:
    return {
        "message_count": server.figures.messages,
        "server_name": server.server,
        "ip_count": server.addresses,
    }


@settings(max_examples=15, deadline=None)
@given(stored_facts(), questions)
def test_many_chunks_say_what_one_says(stored: list[Fact], question: Question) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_LINES", 2)
        patch.setattr(reading, "_PENDING", 0)
        with result_of(question, stored) as result:
            small = all_rows(result, RowFilter(), Ordering("ip", False), 100)
            days = result.days()
    with result_of(question, stored) as result:
        whole = all_rows(result, RowFilter(), Ordering("ip", False), 100)
        assert days == result.days()

    assert small == whole
