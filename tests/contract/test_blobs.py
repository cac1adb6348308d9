from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared import settings
from shared.adapters.blobs import kept_until
from shared.core.clock import DAY_SECONDS
from tests.contract.stores import AwsStores


def test_bytes_come_back_until_they_are_removed(aws: AwsStores) -> None:
    aws.blobs.put("32/a", b"bytes")
    assert aws.blobs.get("32/a") == b"bytes"

    aws.blobs.remove("32/a")
    aws.blobs.remove("32/a")

    assert aws.blobs.get("32/a") is None


@given(st.integers(-1_000, 8_191), st.integers(0, DAY_SECONDS - 1))
def test_an_object_outlives_its_need(days: int, seconds: int) -> None:
    kept = int(kept_until(1_000_000_000 + days * DAY_SECONDS + seconds, 1_000_000_000))

    assert kept in settings.KEPT_DAYS
    assert kept * DAY_SECONDS > days * DAY_SECONDS + seconds
