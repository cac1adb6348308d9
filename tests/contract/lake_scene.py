"""An account whose days are exported, with its queue, and the export as SQL sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import boto3
import duckdb

from shared.adapters.dynamodb.lake_ledger import DynamoLakeLedger
from shared.adapters.lake.shelf import S3LakeShelf, facts_key, sheet_key, statistics_key
from shared.core.accounts import Account
from shared.core.addresses import HostName
from shared.core.clock import epoch_of
from shared.core.domains import Domain
from shared.core.lake.exporting import LakeExporter
from shared.core.queues import LakeTask
from shared.core.reports import Fact
from shared.core.rolling import roll_up
from shared.core.segments import SegmentWriter
from shared.mailauth.reports.values import Row
from tests import fakes
from tests.contract import given
from tests.contract.aws import REGION
from tests.contract.stores import AwsStores
from tests.unit.core.detail.plain import Known
from tests.unit.core.world import row

TODAY = date(2026, 9, 16)
"""A Wednesday."""

DAY = TODAY - timedelta(days=2)
SENDER = "11.22.33.44"
KNOWN = Known({SENDER: "SE"}, {SENDER: HostName("mx.orchard.example", True, 1)})


@dataclass
class LakeScene:
    aws: AwsStores

    def __post_init__(self) -> None:
        self.aws.clock.time = float(epoch_of(TODAY)) + 3_600
        self.account = given.account(self.aws)
        self.home = given.domain(self.aws, self.account, "orchard.example")
        self.other = given.domain(self.aws, self.account, "mill.example")
        self.s3 = boto3.client("s3", region_name=REGION)
        self.ledger = DynamoLakeLedger(self.aws.table, self.aws.clock)
        self.tasks = fakes.FakeLakeTasks()
        self.exporter = LakeExporter(
            accounts=self.aws.accounts,
            domains=self.aws.domains,
            reports=self.aws.reports,
            rollups=self.aws.rollups,
            ledger=self.ledger,
            shelf=S3LakeShelf(self.s3, "data"),
            tasks=self.tasks,
            knowledge=KNOWN.knowledge,
        )

    def report(self, home: Domain, *rows: Row, day: date = DAY, report_id: str = "r1") -> Fact:
        """One that is stored and rolled up."""
        writer = SegmentWriter()
        for each in rows or (row(count=3), row("2001:db8::7", 4, dkim="fail", spf="fail")):
            writer(each)
        bare = given.fact(home, day=day, report_id=report_id, says=[report_id, home.id, str(day)])
        made = replace(bare, segment=writer.pack())
        self.aws.reports.file(made)
        self.roll_up(home, day)
        return made

    def roll_up(self, home: Domain, day: date = DAY) -> None:
        facts = self.aws.reports.of_day(home.account, home.id, day)
        catalogue = KNOWN.knowledge.catalogue(home.account)
        rolled = roll_up(
            home.account, home.id, day, facts, places=KNOWN, catalogue=catalogue, hosts=KNOWN.names
        )
        version = self.aws.rollups.version(home.account, home.id, day)
        assert self.aws.rollups.replace(rolled.rollup, expected=version)

    def run(self, task: LakeTask) -> int:
        return self.exporter.run(task, int(self.aws.clock()))

    def night(self, account: Account | None = None) -> list[date]:
        """The days that were due, which are written."""
        self.tasks.sent.clear()
        self.run(LakeTask((account or self.account).id))
        days = [task.day for task, _ in self.tasks.sent if task.day is not None]
        for day in days:
            assert self.run(LakeTask(self.account.id, day)) == 1
        return days

    def forget(self, home: Domain) -> int:
        """All of what a removed domain has in the lake; how many days were looked at."""
        self.tasks.sent.clear()
        task: LakeTask | None = LakeTask(self.account.id, forget=home.id)
        looked = 0
        while task is not None:
            looked += self.run(task)
            task = self.tasks.sent.pop()[0] if self.tasks.sent else None
        return looked

    def objects(self) -> dict[str, bytes]:
        listed = self.s3.list_objects_v2(Bucket="data", Prefix="lake/").get("Contents", ())
        return {
            each["Key"]: self.s3.get_object(Bucket="data", Key=each["Key"])["Body"].read() for each in listed
        }

    def keys(self, *days: date) -> set[str]:
        kinds = (facts_key, statistics_key, sheet_key)
        return {kind(self.account.id, day) for day in days for kind in kinds}

    def sql(self, day: date, query: str, folder: Path) -> list[tuple[Any, ...]]:
        """``query`` over ``facts`` and ``statistics`` of a day."""
        found = self.objects()
        facts, lines = folder / "f.parquet", folder / "s.jsonl"
        facts.write_bytes(found[facts_key(self.account.id, day)])
        lines.write_bytes(found[statistics_key(self.account.id, day)])
        with duckdb.connect() as engine:
            engine.execute(f"CREATE VIEW facts AS SELECT * FROM read_parquet('{facts}')")
            engine.execute(f"CREATE VIEW statistics AS SELECT * FROM read_json('{lines}')")
            return engine.execute(query).fetchall()

    def messages(self, home: Domain, day: date = DAY) -> Mapping[str, int]:
        """As the API's statistics have them."""
        (totals,) = self.aws.rollups.totals(given.right(self.aws, self.account, home), day, day)
        counters = totals.share().counters
        return {"messages": counters.messages, "dmarc_pass": counters.dmarc_pass}
