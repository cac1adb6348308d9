"""What rests: protected, tidy, and told of uploads."""

from __future__ import annotations

import pytest

from shared import settings
from shared.core.plans import plan_named, plan_names
from tests.infra.synthesis import Templates

STATEFUL = (
    "AWS::DynamoDB::Table",
    "AWS::S3::Bucket",
    "AWS::KMS::Key",
    "AWS::Route53::HostedZone",
    "AWS::CloudFront::ConnectionGroup",
    "AWS::CloudFront::Distribution",
)


def test_table_expires_items_can_be_restored_and_costs_by_the_request(templates: Templates) -> None:
    table = templates.only("AWS::DynamoDB::Table")

    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]


def test_index_carries_what_the_runtime_reads_of_it(templates: Templates) -> None:
    (index,) = templates.only("AWS::DynamoDB::Table")["GlobalSecondaryIndexes"]

    assert [key["AttributeName"] for key in index["KeySchema"]] == ["gsi1pk", "gsi1sk"]
    assert index["Projection"]["ProjectionType"] == "INCLUDE"
    assert sorted(index["Projection"]["NonKeyAttributes"]) == sorted(settings.INDEX_ATTRIBUTES)


def test_every_bucket_is_private_and_encrypted(templates: Templates) -> None:
    buckets = templates.resources("AWS::S3::Bucket")

    assert len(buckets) == 3
    for bucket in buckets.values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["BucketEncryption"]
        assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_every_bucket_gives_up_unfinished_uploads_and_refuses_plain_http(prod: Templates) -> None:
    for bucket in prod.resources("AWS::S3::Bucket").values():
        rules = bucket["LifecycleConfiguration"]["Rules"]
        assert {"DaysAfterInitiation": 1} in [rule.get("AbortIncompleteMultipartUpload") for rule in rules]
    for policy in prod.resources("AWS::S3::BucketPolicy").values():
        denied = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"]
        assert [one["Condition"] for one in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]
    assert len(prod.resources("AWS::S3::BucketPolicy")) == 3


@pytest.mark.statement("6.12")
def test_raw_mail_rests_as_long_as_the_stage_says(templates: Templates) -> None:
    (mail,) = [
        one for one in templates.resources("AWS::S3::Bucket").values() if "NotificationConfiguration" in one
    ]
    days = {
        rule["Prefix"]: rule["ExpirationInDays"]
        for rule in mail["LifecycleConfiguration"]["Rules"]
        if "ExpirationInDays" in rule
    }
    kept = templates.stage.mail_days

    assert days == {
        "inbound/": kept,
        "uploads/": kept,
        "tlsrpt/": kept,
        "failures/": templates.stage.failure_days,
    }
    assert templates.stage.failure_days < kept


def test_large_bodies_outlive_every_plan(templates: Templates) -> None:
    (data,) = [
        one
        for name, one in templates.resources("AWS::S3::Bucket").items()
        if name.startswith("data/") and "NotificationConfiguration" not in one
    ]
    days = {
        rule["Prefix"]: rule["ExpirationInDays"]
        for rule in data["LifecycleConfiguration"]["Rules"]
        if "ExpirationInDays" in rule
    }

    assert days.pop(settings.EXPORTS) == settings.EXPORT_DAYS
    assert days.pop(settings.DETAILS) == settings.DETAIL_DAYS
    assert days.pop(settings.SOURCES) == settings.SOURCE_DAYS
    assert days.pop(settings.LAKE) == templates.stage.lake_days == 5 * 365
    assert days.pop(settings.LAKE_RESULTS) == settings.LAKE_RESULT_DAYS
    assert days == {f"{kept}/": kept for kept in settings.KEPT_DAYS}
    assert max(settings.KEPT_DAYS) > max(plan_named(name).retention_days for name in plan_names()) + 1


def test_uploads_reach_the_mail_queue(templates: Templates) -> None:
    (mail,) = [
        one for one in templates.resources("AWS::S3::Bucket").values() if "NotificationConfiguration" in one
    ]
    told = mail["NotificationConfiguration"]["QueueConfigurations"]

    assert [one["Filter"]["S3Key"]["Rules"][0]["Value"] for one in told] == ["uploads/", "tlsrpt/"]
    assert all("mailqueuemain" in one["Queue"]["Fn::GetAtt"][0] for one in told)


def test_nothing_in_prod_can_be_thrown_away_with_its_stack(prod: Templates) -> None:
    for kind in STATEFUL:
        found = dict(prod.entire(kind))
        assert found, kind
        for name, resource in found.items():
            assert resource["DeletionPolicy"] == "Retain", name
            assert resource["UpdateReplacePolicy"] == "Retain", name
    assert prod.only("AWS::DynamoDB::Table")["DeletionProtectionEnabled"] is True


@pytest.mark.statement("6.12")
def test_failure_reports_have_a_key_of_their_own_that_rotates(templates: Templates) -> None:
    assert templates.only("AWS::KMS::Key")["EnableKeyRotation"] is True
