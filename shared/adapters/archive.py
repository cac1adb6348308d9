"""Exports in the data bucket."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

from shared import settings
from shared.core.exports import ArchivedFile, Entry
from shared.core.ids import AccountId

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Archive:
    """``Archive``: an archive grows on disk, and is sent from there in parts."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def write(self, account: AccountId, export: int, name: str, entries: Iterable[Entry]) -> None:
        with tempfile.TemporaryFile() as disk:
            with zipfile.ZipFile(disk, "w", zipfile.ZIP_DEFLATED) as archive:
                for entry, chunks in entries:
                    with archive.open(entry, "w", force_zip64=True) as file:
                        for chunk in chunks:
                            file.write(chunk)
            disk.seek(0)
            self._client.upload_fileobj(disk, self._bucket, _folder(account, export) + name)

    def files(self, account: AccountId, export: int) -> list[ArchivedFile]:
        folder = _folder(account, export)
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=folder)
        return [
            ArchivedFile(held["Key"].removeprefix(folder), held["Size"])
            for page in pages
            for held in page.get("Contents", ())
        ]

    def link(self, account: AccountId, export: int, name: str, *, seconds: int) -> str:
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": _folder(account, export) + name,
                "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
                "ResponseContentType": "application/zip",
            },
            ExpiresIn=seconds,
        )


def _folder(account: AccountId, export: int) -> str:
    return f"{settings.EXPORTS}{account}/{export}/"
