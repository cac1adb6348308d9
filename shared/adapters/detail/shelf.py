"""Parts and results in the data bucket; results that are read stay on the disk for a while."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from shared import settings
from shared.adapters.detail.pages import SqliteResult
from shared.adapters.detail.writing import put_together
from shared.core.detail.chunks import Chunk, decode
from shared.core.detail.results import DetailResult
from shared.core.ids import AccountId

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING: Final = frozenset({"NoSuchKey", "404"})
_ON_DISK: Final = 4
"""Results that are kept on the disk: a few hundred MB of them at the very most."""


class S3DetailShelf:
    """``DetailShelf``: a result is a SQLite file, fetched once by whoever reads pages of it."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket
        self._folder = tempfile.TemporaryDirectory(prefix="details-")
        self._open: dict[str, SqliteResult] = {}

    def put_chunk(self, account: AccountId, token: str, name: str, data: bytes) -> None:
        self._client.put_object(Bucket=self._bucket, Key=_key(account, token, name), Body=data)

    def put_together(self, account: AccountId, token: str, chunks: Iterable[str], name: str) -> None:
        with tempfile.TemporaryDirectory(prefix="result-") as folder:
            path = Path(folder, "result")
            put_together((self._chunk(account, token, chunk) for chunk in chunks), path)
            with path.open("rb") as file:
                self._client.put_object(Bucket=self._bucket, Key=_key(account, token, name), Body=file)

    def result(self, account: AccountId, token: str, name: str) -> DetailResult | None:
        key = _key(account, token, name)
        found = self._open.pop(key, None) or self._fetched(key)
        if found is None:
            return None
        # The one that was read last stays longest.
        self._open[key] = found
        for oldest in list(self._open)[:-_ON_DISK]:
            self._open.pop(oldest).close()
            self._place(oldest).unlink(missing_ok=True)
        return found

    def clear(self, account: AccountId, token: str) -> None:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=_key(account, token, "")
        )
        for page in pages:
            for held in page.get("Contents", ()):
                self._client.delete_object(Bucket=self._bucket, Key=held["Key"])

    def _chunk(self, account: AccountId, token: str, name: str) -> Chunk:
        answer = self._client.get_object(Bucket=self._bucket, Key=_key(account, token, name))
        return decode(answer["Body"].read())

    def _fetched(self, key: str) -> SqliteResult | None:
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise
        path = self._place(key)
        with path.open("wb") as file:
            shutil.copyfileobj(body, file)
        return SqliteResult(path)

    def _place(self, key: str) -> Path:
        return Path(self._folder.name, key.replace("/", "_"))


def _key(account: AccountId, token: str, name: str) -> str:
    return f"{settings.DETAILS}{account}/{token}/{name}"
