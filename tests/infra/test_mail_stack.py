"""The report domain: mail comes in, nothing goes out, any domain may point its reports here."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.infra.synthesis import Templates


def records(templates: Templates) -> dict[tuple[str, str], list[Any]]:
    return {
        (record["Name"], record["Type"]): record["ResourceRecords"]
        for record in templates.resources("AWS::Route53::RecordSet").values()
        # The names of DKIM keys are SES's to say.
        if isinstance(record["Name"], str)
    }


def test_report_domain_takes_mail_and_sends_none(templates: Templates) -> None:
    domain, found = templates.stage.report_domain, records(templates)

    assert found[f"{domain}.", "MX"] == [f"10 {templates.stage.mail_host}"]
    assert found[f"{domain}.", "TXT"] == ['"v=spf1 -all"']
    assert found[f"_dmarc.{domain}.", "TXT"][0].startswith('"v=DMARC1; p=reject;')


def test_mail_exchanger_on_aws_is_that_of_ses_in_the_region(prod: Templates) -> None:
    assert records(prod)["reports.example.com.", "MX"] == ["10 inbound-smtp.eu-west-1.amazonaws.com"]


def test_every_domain_may_have_its_reports_sent_here(templates: Templates) -> None:
    domain = templates.stage.report_domain

    assert records(templates)[f"*._report._dmarc.{domain}.", "TXT"] == ['"v=DMARC1"']
    # A name below the wildcard's parent would hide the wildcard from that name's siblings (RFC 4592).
    below = [name for name, _ in records(templates) if name.endswith(f"._report._dmarc.{domain}.")]
    assert below == [f"*._report._dmarc.{domain}."]


@pytest.mark.statement("7.10")
def test_one_rule_takes_the_whole_domain_to_bucket_and_topic(prod: Templates) -> None:
    rule = prod.only("AWS::SES::ReceiptRule")["Rule"]
    (action,) = rule["Actions"]

    assert rule["Recipients"] == ["reports.example.com"]
    assert rule["ScanEnabled"] is True
    assert rule["TlsPolicy"] == "Optional"
    assert action["S3Action"]["ObjectKeyPrefix"] == "inbound/"
    assert "KmsKeyArn" not in action["S3Action"]
    assert "mailtopic" in json.dumps(action["S3Action"]["TopicArn"])


def test_only_this_account_s_ses_may_write_mail(prod: Templates) -> None:
    granted = [
        statement
        for policy in prod.resources("AWS::S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "ses.amazonaws.com"}
    ]

    assert [one["Action"] for one in granted] == ["s3:PutObject"]
    assert granted[0]["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert '"/inbound/*"' in json.dumps(granted[0]["Resource"])


def test_topic_reaches_the_mail_queue(templates: Templates) -> None:
    subscription, *_ = (
        one for one in templates.resources("AWS::SNS::Subscription").values() if one["Protocol"] == "sqs"
    )

    assert "mailqueuemain" in json.dumps(subscription["Endpoint"])


def test_where_ses_is_not_the_rest_of_the_way_is(synthesized: dict[str, Templates]) -> None:
    local = synthesized["local"]

    assert not [kind for template in local.stacks.values() for kind in kinds(template) if "SES" in kind]
    assert local.resources("AWS::SNS::Subscription")


def kinds(template: dict[str, Any]) -> set[str]:
    return {resource["Type"] for resource in template["Resources"].values()}
