"""The mail bucket."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast
from urllib.parse import quote

from botocore.exceptions import ClientError

from shared.core.errors import NotFound

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

APART: Final = "failures/"
"""Where deliveries rest that hold failure reports."""

_READ: Final = 2**16
_MISSING: Final = frozenset({"NoSuchKey", "NotFound", "404"})


class S3Mailbox:
    """``Mailbox`` on the mail bucket. Failure reports rest under ``failure_key`` (ARN of a KMS key);
    empty means the bucket's own key. With ``apart`` it looks for deliveries among those alone."""

    def __init__(self, client: S3Client, bucket: str, *, failure_key: str = "", apart: bool = False) -> None:
        self._client = client
        self._bucket = bucket
        self._failure_key = failure_key
        self._apart = apart

    def open(self, key: str) -> BinaryIO:
        """Reads from the network as it is read; holds 64 kB at most."""
        for place in self._places(key):
            try:
                body = self._client.get_object(Bucket=self._bucket, Key=place)["Body"]
            except ClientError as error:
                _require_missing(error)
            else:
                return io.BufferedReader(cast("io.RawIOBase", body), _READ)
        raise _missing()

    def put(self, key: str, data: bytes) -> None:
        self._client.put_object(Bucket=self._bucket, Key=key, Body=data)

    def seclude(self, key: str) -> None:
        if self.is_secluded(key):
            return
        encryption: dict[str, Any] = {}
        if self._failure_key:
            encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._failure_key}
        self._client.copy_object(
            Bucket=self._bucket,
            Key=APART + key,
            CopySource={"Bucket": self._bucket, "Key": key},
            **encryption,
        )
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def is_secluded(self, key: str) -> bool:
        return self._place(key) != key

    def remove(self, key: str) -> None:
        for place in self._places(key):
            self._client.delete_object(Bucket=self._bucket, Key=place)

    def link(self, key: str, *, seconds: int, filename: str) -> str:
        disposition = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": self._place(key),
                "ResponseContentDisposition": disposition,
                "ResponseContentType": "application/octet-stream",
            },
            ExpiresIn=seconds,
        )

    def upload_link(self, key: str, *, seconds: int) -> str:
        return self._client.generate_presigned_url(
            "put_object", Params={"Bucket": self._bucket, "Key": key}, ExpiresIn=seconds
        )

    def _places(self, key: str) -> tuple[str, ...]:
        return (APART + key,) if self._apart else (key, APART + key)

    def _place(self, key: str) -> str:
        """Where the delivery rests now."""
        for place in self._places(key):
            try:
                self._client.head_object(Bucket=self._bucket, Key=place)
            except ClientError as error:
                _require_missing(error)
            else:
                return place
        raise _missing()


def _missing() -> NotFound:
    return NotFound("The requested resource could not be found")


def _require_missing(error: ClientError) -> None:
    if error.response["Error"]["Code"] not in _MISSING:
        raise error
