from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from shared import settings
from shared.adapters.lake import parquet
from shared.core.ids import AccountId, DomainId
from shared.core.lake.day_statistics import Line, as_csv, as_json_lines, from_json_lines
from shared.core.lake.rows import LakeRow

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING: Final = frozenset({"NoSuchKey", "404"})


class S3LakeShelf:
    """``LakeShelf`` in the data bucket: three files for each account and day."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put_facts(self, account: AccountId, day: date, rows: Iterable[LakeRow]) -> int:
        with _folder() as folder:
            path, count = parquet.write(rows, folder)
            if count:
                self._put(facts_key(account, day), path)
            else:
                self._remove(facts_key(account, day))
        return count

    def put_statistics(self, account: AccountId, day: date, lines: list[Line]) -> None:
        for key, text in (
            (statistics_key(account, day), as_json_lines(lines)),
            (sheet_key(account, day), as_csv(lines)),
        ):
            if lines:
                self._client.put_object(Bucket=self._bucket, Key=key, Body=text.encode())
            else:
                self._remove(key)

    def forget(self, account: AccountId, day: date, domain: DomainId) -> bool | None:
        rows, rows_gone = self._forget_facts(account, day, domain)
        lines = self._lines(account, day)
        left = [line for line in lines if line["domain_id"] != domain]
        if len(left) < len(lines):
            self.put_statistics(account, day, left)
        elif not rows_gone:
            return None
        return bool(rows or left)

    def _forget_facts(self, account: AccountId, day: date, domain: DomainId) -> tuple[int, int]:
        """How many rows are left, and how many went."""
        key = facts_key(account, day)
        with _folder() as folder:
            source = folder / "facts.parquet"
            if not self._fetch(key, source):
                return 0, 0
            path, left, gone = parquet.without(source, domain, folder)
            if gone and left:
                self._put(key, path)
            elif gone:
                self._remove(key)
        return left, gone

    def _lines(self, account: AccountId, day: date) -> list[Line]:
        with _folder() as folder:
            path = folder / "statistics"
            found = self._fetch(statistics_key(account, day), path)
            return from_json_lines(path.read_text()) if found else []

    def _fetch(self, key: str, path: Path) -> bool:
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return False
            raise
        with path.open("wb") as file:
            shutil.copyfileobj(body, file)
        return True

    def _put(self, key: str, path: Path) -> None:
        with path.open("rb") as file:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=file)

    def _remove(self, key: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=key)


def facts_key(account: AccountId, day: date) -> str:
    return f"{settings.LAKE_FACTS}{_partition(account, day)}/facts.parquet"


def statistics_key(account: AccountId, day: date) -> str:
    return f"{settings.LAKE_STATISTICS}{_partition(account, day)}/statistics.jsonl"


def sheet_key(account: AccountId, day: date) -> str:
    return f"{settings.LAKE_SHEETS}{_partition(account, day)}/statistics.csv"


def _partition(account: AccountId, day: date) -> str:
    return f"account={account}/day={day}"


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lake-") as name:
        yield Path(name)
