"""Rows, lines and fingerprints of the nightly export."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.addresses import HostName
from shared.core.counters import Counters, Standings
from shared.core.ids import DomainId
from shared.core.lake import rows
from shared.core.lake.day_statistics import NAMES, as_csv, as_json_lines, from_json_lines, line_of
from shared.core.lake.ledger import Version, fingerprint
from shared.core.lake.rows import rows_of
from shared.core.mail import Trust
from shared.core.rollups import DayTotals, FailureTotals, Share, TlsTotals
from tests.unit.core.detail.plain import Known
from tests.unit.core.world import ACCOUNT, DOMAIN, FORGED, TODAY, fact, row, said

VERSIONS = st.dictionaries(
    st.integers(1, 2**53).map(DomainId), st.builds(Version, st.integers(1, 9), st.booleans()), max_size=5
)


@given(VERSIONS, VERSIONS)
def test_days_are_the_same_if_the_versions_that_hold_something_are(
    one: dict[DomainId, Version], other: dict[DomainId, Version]
) -> None:
    def held(versions: dict[DomainId, Version]) -> dict[DomainId, int]:
        return {domain: version.number for domain, version in versions.items() if version.holds}

    assert (fingerprint(one) == fingerprint(other)) == (held(one) == held(other))
    assert fingerprint(dict(reversed(one.items()))) == fingerprint(one)
    assert bool(fingerprint(one)) == bool(held(one))


def test_rows_are_of_their_own_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a batch ends in the middle of one."""
    monkeypatch.setattr(rows, "_BATCH", 2)
    asked: list[list[str]] = []

    def hosts(addresses: Iterable[str]) -> dict[str, HostName]:
        asked.append(list(addresses))
        return {}

    known = replace(Known({"11.0.0.1": "SE"}, {}).knowledge, hosts=hosts)
    first = fact(said(row("11.0.0.1", 3), row("11.0.0.2", 4), row("11.0.0.3", 5)))
    second = fact(said(row("11.0.0.1", 6, dkim="fail", spf="fail"), report_id="r2"), verdicts=FORGED)
    made = list(rows_of(ACCOUNT.id, [first, second], known))

    assert [(each["reporter_report_id"], each["messages"]) for each in made] == [
        *(("r1", 3), ("r1", 4), ("r1", 5)),
        ("r2", 6),
    ]
    assert [each["trust"] for each in made] == ["authenticated"] * 3 + ["failed"]
    assert [each["country"] for each in made] == ["SE", None, None, "SE"]
    assert [each["dmarc_pass"] for each in made] == [True, True, True, False]
    assert asked == [["11.0.0.1", "11.0.0.2"], ["11.0.0.1", "11.0.0.3"]]


def test_a_line_has_every_number_of_the_day() -> None:
    cells = tuple(10**place for place in range(12))
    standings = Standings((1, 2, 3, 4))
    totals = DayTotals(
        TODAY,
        (
            (Trust.AUTHENTICATED, Share(2, Counters(cells, 7), standings)),
            (Trust.FAILED, Share(1, Counters(), standings)),
        ),
        TlsTotals(5, 60, 70),
        FailureTotals(8, 9, 10),
    )
    line = line_of(DOMAIN, totals)

    assert line == {
        "domain": "orchard.example",
        "domain_id": 19,
        "reports": 3,
        "messages": 111_111_111_111,
        "dmarc_pass": 111_011_101_110,
        "spf_pass": 110_011_001_100,
        "dkim_pass": 101_010_101_010,
        "accepted": 1_111,
        "quarantined": 11_110_000,
        "rejected": 111_100_000_000,
        "forwarded": 7,
        "dmarc_capable": 2,
        "non_compliant": 4,
        "forwarders": 6,
        "threat_unknown": 8,
        "tls_reports": 5,
        "tls_successful": 60,
        "tls_failed": 70,
        "failure_reports": 8,
        "failure_incidents": 9,
        "failure_complaints": 10,
    }
    assert from_json_lines(as_json_lines([line, line])) == [line, line]
    (read,) = csv.DictReader(io.StringIO(as_csv([line])))
    assert tuple(read) == NAMES
    assert {name: str(value) for name, value in line.items()} == read


def test_no_cell_is_a_formula() -> None:
    line = line_of(replace(DOMAIN, name="=1+1.example"), DayTotals(TODAY))
    assert as_csv([line]).splitlines()[1].startswith("'=1+1.example,19,0")
