"""MTA-STS policies as objects that CloudFront serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared import settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CACHED: Final = "max-age=60"
"""As the distribution's own rule: a new id is given out after that."""


class S3PolicyFiles:
    """``PolicyFiles`` in a bucket: a folder for each label, with the policy's path in it."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, label: str, body: str) -> None:
        self._client.put_object(
            Bucket=self._bucket,
            Key=_key(label),
            Body=body.encode("ascii"),
            ContentType="text/plain",
            CacheControl=_CACHED,
        )

    def remove(self, label: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=_key(label))


def _key(label: str) -> str:
    return f"{label}{settings.POLICY_PATH}"
