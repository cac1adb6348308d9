"""Where customers' CNAMEs lead: zones below the report domain's, and a web host with nothing of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared import settings
from tests.infra.synthesis import Templates


def distribution(templates: Templates) -> dict[str, Any]:
    config: dict[str, Any] = templates.only("AWS::CloudFront::Distribution")["DistributionConfig"]
    return config


def hosting_zones(templates: Templates) -> list[str]:
    zones = templates.resources("AWS::Route53::HostedZone")
    return sorted(zone["Name"] for name, zone in zones.items() if name.startswith("hosting/"))


def numbers_of_zones(templates: Templates) -> dict[str, str]:
    """By logical id."""
    zones = templates.resources("AWS::Route53::HostedZone")
    return {name: zone["Name"].split(".")[0] for name, zone in zones.items() if name.startswith("hosting/")}


def test_hosting_zones_are_below_the_report_domain_and_delegated_there(templates: Templates) -> None:
    domain = templates.stage.report_domain
    names = [f"h1.dns.{domain}.", f"h2.dns.{domain}."]
    delegated = [
        record for record in templates.resources("AWS::Route53::RecordSet").values() if record["Type"] == "NS"
    ]

    assert hosting_zones(templates) == names
    assert sorted(record["Name"] for record in delegated) == names
    for record in delegated:
        assert "NameServers" in json.dumps(record["ResourceRecords"])


def test_zones_of_another_domain_are_left_to_the_operator_to_delegate(own: Templates) -> None:
    """Also where the other domain's name ends with the report domain's."""
    numbers = (1, 2, 3, 4, 5)

    assert hosting_zones(own) == [f"h{number}.hosting-example.com." for number in numbers]
    assert "NS" not in {one["Type"] for one in own.resources("AWS::Route53::RecordSet").values()}
    assert {f"NameServersH{number}" for number in numbers} <= own.stacks["hosting"]["Outputs"].keys()


def test_more_zones_leave_those_that_are_there(prod: Templates, own: Templates) -> None:
    """A zone that had another logical id would be made again, with other name servers."""
    here, wider = numbers_of_zones(prod), numbers_of_zones(own)

    assert sorted(here.values()) == ["h1", "h2"]
    assert len(wider) == 5
    assert here.items() <= wider.items()


@pytest.mark.statement("8H.1", "8H.13")
def test_the_distribution_serves_tenants_only_each_from_its_folder(templates: Templates) -> None:
    config = distribution(templates)
    (origin,) = config["Origins"]
    (parameter,) = config["TenantConfig"]["ParameterDefinitions"]

    assert config["ConnectionMode"] == "tenant-only"
    assert parameter["Name"] == settings.POLICY_PARAMETER
    assert parameter["Definition"]["StringSchema"]["Required"] is True
    assert origin["OriginPath"] == "/{{tenant}}"
    assert origin["OriginAccessControlId"]
    assert not {"Aliases", "PriceClass", "Logging", "DefaultRootObject"} & config.keys()


@pytest.mark.statement("8.7")
def test_old_versions_of_tls_are_not_spoken(templates: Templates) -> None:
    assert distribution(templates)["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"


def test_browsers_are_told_to_make_nothing_of_what_they_get(templates: Templates) -> None:
    headers = templates.only("AWS::CloudFront::ResponseHeadersPolicy")["ResponseHeadersPolicyConfig"]
    told = headers["SecurityHeadersConfig"]

    assert distribution(templates)["DefaultCacheBehavior"]["ResponseHeadersPolicyId"]
    assert told["ContentSecurityPolicy"]["ContentSecurityPolicy"].startswith("default-src 'none'")
    assert told["ContentTypeOptions"] == {"Override": True}
    assert told["StrictTransportSecurity"]["IncludeSubdomains"] is False


@pytest.mark.statement("8.3", "8H.14")
def test_policies_are_read_over_https_without_being_led_elsewhere(templates: Templates) -> None:
    behavior = distribution(templates)["DefaultCacheBehavior"]

    assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"
    assert behavior["AllowedMethods"] == ["GET", "HEAD"]
    assert "FunctionAssociations" not in behavior


@pytest.mark.statement("8.9", "8H.12")
def test_a_replaced_policy_leaves_the_edge_within_a_minute(templates: Templates) -> None:
    cache = templates.only("AWS::CloudFront::CachePolicy")["CachePolicyConfig"]
    keyed = cache["ParametersInCacheKeyAndForwardedToOrigin"]

    assert cache["DefaultTTL"] == cache["MaxTTL"] == 60
    assert keyed["QueryStringsConfig"] == {"QueryStringBehavior": "none"}
    assert keyed["CookiesConfig"] == {"CookieBehavior": "none"}
    assert keyed["HeadersConfig"] == {"HeaderBehavior": "none"}


@pytest.mark.statement("8.17")
def test_only_the_distribution_reads_policies_and_learns_what_is_missing(templates: Templates) -> None:
    (policy,) = (
        one
        for name, one in templates.resources("AWS::S3::BucketPolicy").items()
        if name.startswith("hosting/")
    )
    allowed = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]

    assert {one["Action"] for one in allowed} == {"s3:GetObject", "s3:ListBucket"}
    for statement in allowed:
        assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert ":distribution/" in json.dumps(statement["Condition"]["StringEquals"]["AWS:SourceArn"])
        if statement["Action"] == "s3:GetObject":
            assert json.dumps(statement["Resource"]).endswith(f'/*{settings.POLICY_PATH}"]]}}')


@pytest.mark.statement("8.17")
def test_a_missing_policy_is_forgotten_soon(templates: Templates) -> None:
    (missing,) = distribution(templates)["CustomErrorResponses"]
    assert missing == {"ErrorCode": 404, "ErrorCachingMinTTL": 10}


def test_the_stage_makes_its_own_connection_group_unless_it_is_given_one(
    prod: Templates, synthesized: dict[str, Templates]
) -> None:
    outputs = synthesized["local"].stacks["hosting"]["Outputs"]

    assert prod.only("AWS::CloudFront::ConnectionGroup")["Enabled"] is True
    assert not synthesized["local"].resources("AWS::CloudFront::ConnectionGroup")
    assert outputs["RoutingEndpoint"]["Value"] == "d1.cloudfront.net"
