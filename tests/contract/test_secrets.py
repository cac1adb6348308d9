from __future__ import annotations

from shared.adapters.dynamodb.secrets import kept_secret
from tests.contract.stores import AwsStores


def test_a_secret_is_made_once(aws: AwsStores) -> None:
    assert kept_secret(aws.table, "redaction", lambda: b"first") == b"first"
    assert kept_secret(aws.table, "redaction", lambda: b"second") == b"first"
    assert kept_secret(aws.table, "other", lambda: b"third") == b"third"


def test_of_two_that_make_it_at_once_both_get_the_first(aws: AwsStores) -> None:
    def late() -> bytes:
        kept_secret(aws.table, "redaction", lambda: b"first")
        return b"second"

    assert kept_secret(aws.table, "redaction", late) == b"first"
