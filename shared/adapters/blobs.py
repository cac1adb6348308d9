"""The data bucket: what is too large for an item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared import settings
from shared.core.clock import DAY_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def kept_until(expires: int, now: float) -> str:
    """The first part of the key of an object that is needed until then. The table lets its items expire
    by itself; the bucket's lifecycle then ends what they led to, a while later."""
    days = (expires - now) / DAY_SECONDS
    return str(next((kept for kept in settings.KEPT_DAYS if kept > days), settings.KEPT_DAYS[-1]))


class Blobs:
    """Bytes by key. Keys are never reused for other bytes."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, data: bytes) -> None:
        self._client.put_object(Bucket=self._bucket, Key=key, Body=data)

    def get(self, key: str) -> bytes | None:
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise

    def remove(self, key: str) -> None:
        """No error when it is gone already."""
        self._client.delete_object(Bucket=self._bucket, Key=key)
