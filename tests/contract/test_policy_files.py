from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

from shared.adapters.policy_files import S3PolicyFiles
from shared.core.hosting.policies import policy_of
from tests.contract.aws import REGION
from tests.contract.stores import CREDENTIALS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BODY = policy_of("enforce", ["mx.orchard.example"], 604_800).body


@pytest.fixture
def s3() -> Iterator[S3Client]:
    with patch.dict("os.environ", CREDENTIALS), mock_aws():
        client = boto3.client("s3", region_name=REGION)
        client.create_bucket(Bucket="policies")
        yield client


@pytest.mark.statement("8.3", "8.4", "8H.12")
def test_a_policy_is_plain_text_that_caches_keep_for_a_minute(s3: S3Client) -> None:
    S3PolicyFiles(s3, "policies").put("label4", BODY)

    stored = s3.get_object(Bucket="policies", Key="label4/.well-known/mta-sts.txt")
    assert stored["Body"].read() == BODY.encode()
    assert stored["ContentType"] == "text/plain"
    assert stored["CacheControl"] == "max-age=60"


@pytest.mark.statement("8.17")
def test_each_label_has_a_policy_of_its_own_and_only_that_goes(s3: S3Client) -> None:
    files = S3PolicyFiles(s3, "policies")
    files.put("label4", BODY)
    files.put("label5", BODY)
    files.put("label4", BODY)

    files.remove("label4")
    files.remove("label4")

    listed = s3.list_objects_v2(Bucket="policies")["Contents"]
    assert [held["Key"] for held in listed] == ["label5/.well-known/mta-sts.txt"]
