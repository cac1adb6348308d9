"""The nightly export: it says what the statistics say, follows what comes and goes, and may be done twice."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.lake import parquet
from shared.adapters.lake.shelf import facts_key, sheet_key
from shared.core.clock import epoch_of
from shared.core.ids import DomainId
from shared.core.lake import exporting
from shared.core.lake.day_statistics import NAMES
from shared.core.lake.exporting import Contended
from shared.core.queues import LakeTask
from shared.mailauth.reports.values import Kind
from tests.contract import given
from tests.contract.lake_scene import DAY, SENDER, TODAY, LakeScene
from tests.contract.stores import AwsStores
from tests.unit.core.world import row

EARLIER = DAY - timedelta(days=20)
_SUMS = (
    "SELECT domain, sum(messages)::BIGINT, sum(messages) FILTER (dmarc_pass)::BIGINT, "
    "coalesce(sum(messages) FILTER (standing = 'threat_unknown'), 0)::BIGINT FROM facts GROUP BY 1 ORDER BY 1"
)
_SAID = "SELECT domain, messages, dmarc_pass, threat_unknown FROM statistics WHERE messages > 0 ORDER BY 1"


@pytest.fixture
def scene(aws: AwsStores) -> LakeScene:
    return LakeScene(aws)


def test_sums_over_the_rows_are_the_statistics(scene: LakeScene, tmp_path: Path) -> None:
    scene.report(scene.home)
    scene.report(scene.home, row(count=9, disposition="reject", overrides=("forwarded",)), report_id="r2")
    scene.report(scene.other, row("198.51.100.9", 11, header_from="mill.example", spf="fail"))
    assert scene.night() == [DAY]

    rows = scene.sql(DAY, _SUMS, tmp_path)
    assert rows == scene.sql(DAY, _SAID, tmp_path)
    assert {name: (messages, passed) for name, messages, passed, _ in rows} == {
        home.name: tuple(scene.messages(home).values()) for home in (scene.home, scene.other)
    }
    assert scene.keys(DAY) == set(scene.objects())


def test_a_row_says_all_that_the_report_does_and_what_is_known(scene: LakeScene, tmp_path: Path) -> None:
    scene.report(scene.home, row(SENDER, 3, overrides=("mailing_list",), selector="s2"))
    scene.night()
    wanted = (
        "source_ip, messages, spf_aligned, overrides, dkim, spf, p, host, country, reporter_report_id, "
        "epoch(period_begin)::BIGINT, trust, typeof(period_end)"
    )
    (found,) = scene.sql(DAY, f"SELECT {wanted} FROM facts", tmp_path)

    assert found == (
        *(SENDER, 3, True, [{"type": "mailing_list", "comment": None}]),
        [{"domain": "orchard.example", "selector": "s2", "result": "pass"}],
        [{"domain": "orchard.example", "scope": "mfrom", "result": "pass"}],
        *("none", "mx.orchard.example", "SE", "r1", epoch_of(DAY), "authenticated", "TIMESTAMP"),
    )


def test_a_late_report_has_its_day_written_again_and_no_other(scene: LakeScene, tmp_path: Path) -> None:
    scene.report(scene.home)
    scene.report(scene.home, day=EARLIER)
    assert scene.night() == [EARLIER, DAY]
    assert scene.night() == []

    late = scene.report(scene.other, row(count=5, header_from="mill.example"), day=EARLIER, report_id="late")
    assert scene.night() == [EARLIER]
    assert scene.sql(EARLIER, _SUMS, tmp_path) == scene.sql(EARLIER, _SAID, tmp_path)

    scene.aws.reports.remove(late.summary)
    scene.roll_up(scene.other, EARLIER)
    assert scene.night() == [EARLIER]
    assert [name for name, *_ in scene.sql(EARLIER, _SUMS, tmp_path)] == [scene.home.name]


def test_once_a_week_all_retained_days_are_looked_at(scene: LakeScene) -> None:
    long_ago = TODAY - timedelta(days=60)
    scene.report(scene.home, day=long_ago)
    assert scene.night() == []
    scene.aws.clock.time += 4 * 86_400
    assert scene.night() == [long_ago]


def test_a_message_that_comes_twice_changes_nothing(scene: LakeScene) -> None:
    scene.report(scene.home)
    scene.night()
    before = scene.objects()
    assert scene.run(LakeTask(scene.account.id, DAY)) == 1
    assert scene.objects() == before
    assert scene.night() == []


def test_a_day_without_reports_leaves_nothing(scene: LakeScene) -> None:
    gone = scene.report(scene.home)
    scene.night()
    scene.aws.reports.remove(gone.summary)
    scene.roll_up(scene.home)
    assert scene.night() == [DAY]
    assert scene.objects() == {}
    assert scene.ledger.after(scene.account.id, None, 9) == []
    assert scene.night() == []


def test_the_lake_keeps_what_the_plan_does_not(scene: LakeScene) -> None:
    """Reports and rollups expire; what was exported of them stays as it is."""
    scene.report(scene.home)
    scene.night()
    before = scene.objects()
    scene.aws.clock.time += 365 * 86_400
    for later in range(7):
        scene.aws.clock.time += 86_400 * later
        assert scene.night() == []
    assert scene.objects() == before


def test_failure_and_tls_reports_are_numbers_only(scene: LakeScene) -> None:
    for kind in (Kind.TLS, Kind.FAILURE):
        scene.aws.reports.file(given.fact(scene.home, kind=kind, day=DAY, report_id=kind.value, says=[]))
    totals = given.rollup(scene.home, day=DAY)
    assert scene.aws.rollups.replace(totals, expected=0)
    scene.night()

    written = scene.objects()
    assert facts_key(scene.account.id, DAY) not in written
    (line,) = csv.DictReader(io.StringIO(written[sheet_key(scene.account.id, DAY)].decode()))
    assert tuple(line) == NAMES
    assert line["domain"] == scene.home.name
    assert int(line["tls_failed"]) == totals.totals.tls.failed


def test_a_removed_domain_is_forgotten_on_every_day(
    scene: LakeScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_CHUNK", 2)
    days = [EARLIER + timedelta(days=number) for number in range(5)]
    for day in days:
        scene.report(scene.home, day=day)
    own = row(count=2, header_from="mill.example", signed_by="mill.example", returned_to="mill.example")
    scene.report(scene.other, own, day=days[1])
    scene.night()
    untouched = given.domain(scene.aws, scene.account, "third.example")
    before = scene.objects()
    assert scene.forget(scene.home) == 0  # It is there: nobody removed it.

    scene.aws.domains.remove(untouched)
    assert scene.forget(untouched) == 5
    assert scene.objects() == before

    scene.aws.domains.remove(scene.home)
    assert scene.forget(scene.home) == 5
    assert set(scene.objects()) == scene.keys(days[1])
    assert scene.sql(days[1], _SUMS, tmp_path) == [("mill.example", 2, 2, 0)]
    assert scene.home.name.encode() not in b"".join(scene.objects().values())
    assert scene.night() == [days[1]]
    assert scene.forget(scene.home) == 1


def test_a_domain_that_goes_while_its_day_is_written_is_not_left_in_it(
    scene: LakeScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.report(scene.home)
    shelf, removals = scene.exporter.shelf, [scene.home]

    def put(account: Any, day: date, lines: Any) -> None:
        shelf.put_statistics(account, day, lines)
        if removals:
            scene.aws.domains.remove(removals.pop())
            scene.forget(scene.home)

    monkeypatch.setattr(scene, "exporter", replace(scene.exporter, shelf=_With(shelf, put)))
    scene.night()
    assert scene.objects() == {}


def test_two_that_write_one_day_do_not_lose_what_the_other_saw(scene: LakeScene, tmp_path: Path) -> None:
    scene.report(scene.home)
    shelf, interruptions = scene.exporter.shelf, [True]
    undisturbed = scene.exporter

    def put(account: Any, day: date, lines: Any) -> None:
        if interruptions:
            interruptions.pop()
            scene.report(scene.home, row(count=50), report_id="late")
            undisturbed.run(LakeTask(account, day), int(scene.aws.clock()))
        shelf.put_statistics(account, day, lines)

    scene.exporter = replace(scene.exporter, shelf=_With(shelf, put))
    assert scene.night() == [DAY]
    assert scene.sql(DAY, _SUMS, tmp_path) == scene.sql(DAY, _SAID, tmp_path)
    assert scene.messages(scene.home)["messages"] == 57


def test_endless_contention_brings_the_message_back(scene: LakeScene) -> None:
    scene.report(scene.home)
    shelf = scene.exporter.shelf

    def put(account: Any, day: date, lines: Any) -> None:
        assert scene.ledger.note(account, scene.ledger.get(account, day), "other")

    scene.exporter = replace(scene.exporter, shelf=_With(shelf, put))
    with pytest.raises(Contended):
        scene.run(LakeTask(scene.account.id, DAY))


def test_of_a_closing_account_nothing_is_written(scene: LakeScene) -> None:
    scene.report(scene.home)
    scene.aws.accounts.close(scene.account.id, closes=int(scene.aws.clock()) + 1)
    assert scene.run(LakeTask(scene.account.id)) == scene.run(LakeTask(scene.account.id, DAY)) == 0
    assert scene.objects() == {}
    assert scene.tasks.sent == []


def test_many_parts_become_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_PART", 7)
    bare = dict.fromkeys(parquet.COLUMNS)
    rows = [
        bare | {"domain_id": number % 3, "messages": number, "host": "a\ud800\x00b"} for number in range(20)
    ]
    (tmp_path / "one").mkdir()
    path, count = parquet.write(rows, tmp_path / "one")
    left, kept, gone = parquet.without(path, DomainId(1), tmp_path)

    assert (count, kept, gone) == (20, 13, 7)
    assert left.stat().st_size > 0


class _With:
    """A shelf, with another way to put statistics."""

    def __init__(self, shelf: Any, put_statistics: Any) -> None:
        self._shelf = shelf
        self.put_statistics = put_statistics

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shelf, name)
