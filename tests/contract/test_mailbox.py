from __future__ import annotations

import boto3
import pytest
from moto import mock_aws

from shared.adapters.s3 import S3Mailbox
from shared.core.errors import NotFound
from tests.contract.aws import REGION
from tests.contract.stores import AwsStores, Stores

KEY = "inbound/a+b c"
MAIL = b"From: a\r\n\r\nbody" * 20_000


def read(stores: Stores, key: str = KEY) -> bytes:
    with stores.mailbox.open(key) as stream:
        return stream.read()


def test_a_delivery_is_read_back(stores: Stores) -> None:
    stores.mailbox.put(KEY, MAIL)

    assert read(stores) == MAIL
    with stores.mailbox.open(KEY) as stream:
        assert stream.read(4) + stream.read(3) == MAIL[:7]


def test_what_is_not_there_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.mailbox.open(KEY)
    with pytest.raises(NotFound):
        stores.mailbox.seclude(KEY)
    with pytest.raises(NotFound):
        stores.mailbox.link(KEY, seconds=60, filename="a.eml")


def test_removing_twice_is_harmless(stores: Stores) -> None:
    stores.mailbox.put(KEY, MAIL)
    stores.mailbox.remove(KEY)
    stores.mailbox.remove(KEY)

    with pytest.raises(NotFound):
        stores.mailbox.open(KEY)


def test_a_secluded_delivery_keeps_its_name(stores: Stores) -> None:
    stores.mailbox.put(KEY, MAIL)
    assert not stores.mailbox.is_secluded(KEY)
    stores.mailbox.seclude(KEY)
    stores.mailbox.seclude(KEY)
    assert stores.mailbox.is_secluded(KEY)

    assert read(stores) == MAIL
    assert stores.mailbox.link(KEY, seconds=60, filename="a.eml")
    stores.mailbox.remove(KEY)
    with pytest.raises(NotFound):
        stores.mailbox.open(KEY)
    with pytest.raises(NotFound):
        stores.mailbox.is_secluded(KEY)


@pytest.mark.statement("6.12")
def test_a_secluded_delivery_rests_apart_under_its_own_key(aws: AwsStores) -> None:
    with mock_aws():
        s3 = boto3.client("s3", region_name=REGION)
        key = boto3.client("kms", region_name=REGION).create_key()["KeyMetadata"]["Arn"]
        mailbox = S3Mailbox(s3, "mail", failure_key=key)
        mailbox.put(KEY, MAIL)

        mailbox.seclude(KEY)

        listing = s3.list_objects_v2(Bucket="mail")["Contents"]
        assert [found["Key"] for found in listing] == [f"failures/{KEY}"]
        head = s3.head_object(Bucket="mail", Key=f"failures/{KEY}")
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)


def test_links_are_signed_for_one_purpose(aws: AwsStores) -> None:
    aws.mailbox.put(KEY, MAIL)

    get = aws.mailbox.link(KEY, seconds=60, filename='r"é.eml')
    put = aws.mailbox.upload_link("uploads/7/1", seconds=60)

    assert "filename%2A%3DUTF-8%27%27r%2522%25C3%25A9.eml" in get
    assert "uploads/7/1" in put
    assert "Signature" in get
    assert "Signature" in put
