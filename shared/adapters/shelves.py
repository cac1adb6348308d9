"""The buckets, by what belongs to one account."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import TYPE_CHECKING, Final

from shared import settings
from shared.adapters.s3 import APART
from shared.core.ids import AccountId

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_LARGEST_BATCH: Final = 1_000


class NotRemoved(Exception):
    """S3 kept some objects that it was to remove."""


class S3Shelves:
    """``Shelves`` on the mail and the data bucket, whose keys begin with what they are and whose."""

    def __init__(self, client: S3Client, mail: str, data: str) -> None:
        self._client = client
        self._mail = mail
        self._data = data

    def wipe_account(self, account: AccountId, limit: int) -> int:
        bodies = [f"{days}/{kind}/{account}/" for days, kind in product(settings.KEPT_DAYS, _BODIES)]
        own = (f"{prefix}{account}/" for prefix in (settings.EXPORTS, settings.DETAILS, settings.SOURCES))
        lake = (f"{prefix}account={account}/" for prefix in _LAKE)
        data = [*bodies, *own, *lake]
        return self._wipe(self._mail, _twice(f"uploads/{account}/"), limit) or self._wipe(
            self._data, data, limit
        )

    def wipe_token(self, token: str, limit: int) -> int:
        return self._wipe(self._mail, _twice(f"tlsrpt/{token}/"), limit)

    def _wipe(self, bucket: str, prefixes: Iterable[str], limit: int) -> int:
        for prefix in prefixes:
            listed = self._client.list_objects_v2(
                Bucket=bucket, Prefix=prefix, MaxKeys=min(limit, _LARGEST_BATCH)
            )
            found = [{"Key": held["Key"]} for held in listed.get("Contents", ())]
            if found:
                answer = self._client.delete_objects(
                    Bucket=bucket,
                    Delete={"Objects": found, "Quiet": True},  # type: ignore[typeddict-item]
                )
                if answer.get("Errors"):
                    raise NotRemoved(f"{len(answer['Errors'])} objects below {prefix}")
                return len(found)
        return 0


_BODIES: Final = ("segments", "details")
"""Of reports and of rollups, in the data bucket."""

_LAKE: Final = (settings.LAKE_FACTS, settings.LAKE_STATISTICS, settings.LAKE_SHEETS)


def _twice(prefix: str) -> tuple[str, str]:
    """Deliveries that held a failure report rest apart, under the name that they had."""
    return prefix, APART + prefix
