"""Each function has a role of its own, with verbs on named things."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.entries import API, ENTRIES
from infra.entry import Daily, Every
from tests.infra.synthesis import Templates

XRAY = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}


def statements(templates: Templates) -> Iterator[dict[str, Any]]:
    for policy in templates.resources("AWS::IAM::Policy").values():
        yield from policy["PolicyDocument"]["Statement"]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_there_is_one_function_and_one_role_for_each_entry(templates: Templates) -> None:
    functions = templates.resources("AWS::Lambda::Function")
    roles = [json.dumps(function["Role"]) for function in functions.values()]

    assert {function["FunctionName"] for function in functions.values()} == {
        f"postseal-{templates.stage.name}-{entry.name}" for entry in ENTRIES
    }
    assert len(set(roles)) == len(roles) == len(ENTRIES)
    assert len(templates.resources("AWS::IAM::Role")) == len(ENTRIES)


def test_no_role_has_a_managed_policy(templates: Templates) -> None:
    for role in templates.resources("AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in role


def test_no_verb_has_a_wildcard(templates: Templates) -> None:
    for statement in statements(templates):
        assert not [verb for verb in listed(statement["Action"]) if "*" in verb], statement


@pytest.mark.parametrize("name", ["prod", "staging"])
def test_only_tracing_and_asking_for_certificates_are_allowed_on_everything(
    synthesized: dict[str, Templates], name: str
) -> None:
    anywhere = [one for one in statements(synthesized[name]) if "*" in listed(one["Resource"])]
    tracing = [one for one in anywhere if "Condition" not in one]
    (asking,) = (one for one in anywhere if "Condition" in one)

    assert len(tracing) == len(ENTRIES)
    for statement in tracing:
        assert set(statement["Action"]) == XRAY
    assert asking["Action"] == "acm:RequestCertificate"
    assert asking["Condition"] == {"ForAllValues:StringLike": {"acm:DomainNames": "mta-sts.*"}}


def test_other_wildcards_are_what_has_no_name_before_it_is_made(prod: Templates) -> None:
    """Objects of our own buckets, tenants, certificates, changes of zones."""
    services = set()
    for statement in statements(prod):
        for resource in listed(statement["Resource"]):
            if resource != "*" and "*" in json.dumps(resource):
                verbs = listed(statement["Action"])
                services |= {verb.partition(":")[0] for verb in verbs}
                assert "Bucket" not in json.dumps(verbs), statement
                if "Tenant" not in json.dumps(verbs):
                    assert {verb.partition(":")[0] for verb in verbs} == {"s3"} or verbs in (
                        ["route53:GetChange"],
                        ["acm:DescribeCertificate"],
                    )

    assert services == {"s3", "cloudfront", "route53", "acm"}


def granted(templates: Templates, worker: str, service: str) -> list[dict[str, Any]]:
    policies = templates.resources("AWS::IAM::Policy")
    (policy,) = (one for name, one in policies.items() if worker.replace("-", "") in name)
    return [
        one
        for one in policy["PolicyDocument"]["Statement"]
        if listed(one["Action"])[0].startswith(f"{service}:")
    ]


def test_zones_are_changed_by_one_function_in_known_ways(templates: Templates) -> None:
    verb = "route53:ChangeResourceRecordSets"
    (changing,) = (one for one in statements(templates) if verb in listed(one["Action"]))
    allowed = changing["Condition"]["ForAllValues:StringEquals"]

    assert changing in granted(templates, "publish-hosting", "route53")
    assert len(changing["Resource"]) == templates.stage.hosting_zones
    assert "HostedZone" not in json.dumps(allowed)
    assert allowed["route53:ChangeResourceRecordSetsRecordTypes"] == ["A", "AAAA", "CAA", "TXT"]
    assert allowed["route53:ChangeResourceRecordSetsActions"] == ["UPSERT", "DELETE"]


def test_tenants_are_those_of_our_distribution(prod: Templates) -> None:
    (tenants,) = granted(prod, "tend-hosting", "cloudfront")
    named = json.dumps(tenants["Resource"])

    assert len(tenants["Resource"]) == 3
    for kind in (":distribution-tenant/*", ":distribution/", ":connection-group/"):
        assert named.count(kind) == 1


def test_every_function_is_of_the_house_make(templates: Templates) -> None:
    for function in templates.resources("AWS::Lambda::Function").values():
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["arm64"]
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert function["LoggingConfig"]["LogGroup"]
        assert "POWERTOOLS_SERVICE_NAME" in function["Environment"]["Variables"]


def test_every_log_is_forgotten_in_time(templates: Templates) -> None:
    groups = templates.resources("AWS::Logs::LogGroup")

    assert len(groups) == len(ENTRIES) + 1
    assert {group["RetentionInDays"] for group in groups.values()} == {templates.stage.log_days}


def test_functions_start_from_a_snapshot_where_the_operator_pays_for_it(
    prod: Templates, own: Templates, staging: Templates
) -> None:
    def snapped(templates: Templates) -> set[str]:
        prefix = f"postseal-{templates.stage.name}-"
        functions = templates.resources("AWS::Lambda::Function").values()
        return {
            function["FunctionName"].removeprefix(prefix)
            for function in functions
            if function.get("SnapStart") == {"ApplyOn": "PublishedVersions"}
        }

    assert snapped(prod) == set()
    assert snapped(own) == {entry.name for entry in API}
    assert snapped(staging) == {entry.name for entry in ENTRIES}


def test_what_starts_a_function_starts_its_published_version(templates: Templates) -> None:
    aliases = templates.resources("AWS::Lambda::Alias")
    assert {alias["Name"] for alias in aliases.values()} == {"live"}
    assert len(aliases) == len(ENTRIES)

    started = [
        json.dumps(one["FunctionName"])
        for kind in ("AWS::Lambda::EventSourceMapping", "AWS::Lambda::Permission")
        for one in templates.resources(kind).values()
    ]
    assert len(started) == len(aliases)
    for name in aliases:
        assert [one for one in started if f'"{name.partition("/")[2]}"' in one], name


def test_the_clock_starts_what_waits_for_it_and_nothing_else(templates: Templates) -> None:
    rules = templates.resources("AWS::Events::Rule").values()
    started = {
        json.dumps(target["Arn"]): rule["ScheduleExpression"] for rule in rules for target in rule["Targets"]
    }
    expected = {
        entry.name: f"cron(17 {entry.trigger.hour} * * ? *)"
        if isinstance(entry.trigger, Daily)
        else _rate(entry.trigger.minutes)
        for entry in ENTRIES
        if isinstance(entry.trigger, Daily | Every)
    }

    assert len(started) == len(expected)
    for name, schedule in expected.items():
        (found,) = [said for arn, said in started.items() if f'"{name.replace("-", "")}live' in arn]
        assert found == schedule


def _rate(minutes: int) -> str:
    return "rate(1 hour)" if minutes == 60 else f"rate({minutes} minutes)"


def test_every_function_has_its_alarms(templates: Templates) -> None:
    alarms = templates.resources("AWS::CloudWatch::Alarm").values()
    counts = {"Errors": sum(not entry.says_no_by_failing for entry in ENTRIES), "Throttles": len(ENTRIES)}
    for metric, count in counts.items():
        watched = [one for one in alarms if one["MetricName"] == metric]
        assert len({json.dumps(one["Dimensions"]) for one in watched}) == count, metric
        assert all(one["AlarmActions"] for one in watched)


def test_a_function_learns_only_the_names_of_what_it_may_touch(prod: Templates) -> None:
    variables = {
        function["FunctionName"].removeprefix("postseal-prod-"): function["Environment"]["Variables"].keys()
        for function in prod.resources("AWS::Lambda::Function").values()
    }

    assert "POSTSEAL_DATA_BUCKET" not in variables["tlsrpt"]
    assert "POSTSEAL_MAIL_BUCKET" in variables["tlsrpt"]
    assert "POSTSEAL_MAIL_BUCKET" not in variables["rollup"]
    assert "POSTSEAL_HOSTS_QUEUE" in variables["rollup"]
    assert "POSTSEAL_DATA_BUCKET" in variables["account"]
    assert "POSTSEAL_HOSTING_ZONES" in variables["hosting"]
    assert "POSTSEAL_POLICY_BUCKET" in variables["tend-hosting"]
    assert "POSTSEAL_POLICY_BUCKET" not in variables["hosting"]
    assert "POSTSEAL_TABLE" in variables["schedule-hosting"]


def test_refused_changes_of_hosted_records_are_told(templates: Templates) -> None:
    alarms = templates.resources("AWS::CloudWatch::Alarm").values()
    (alarm,) = (one for one in alarms if one["MetricName"] == "HostingsRefused")
    assert (alarm["Namespace"], alarm["Statistic"], alarm["Threshold"]) == ("Postseal", "Sum", 1)
    assert alarm["Dimensions"] == [{"Name": "service", "Value": "publish-hosting"}]


def test_what_is_missing_from_the_audit_log_is_told(templates: Templates) -> None:
    alarms = templates.resources("AWS::CloudWatch::Alarm").values()
    (alarm,) = (one for one in alarms if one["MetricName"] == "AuditEntriesLost")
    assert (alarm["Namespace"], alarm["Statistic"], alarm["Threshold"]) == ("Postseal", "Sum", 1)
    assert alarm["Dimensions"] == [{"Name": "service", "Value": "api"}]
    assert alarm["AlarmActions"]


def test_who_changes_items_does_not_change_entries_of_the_audit_log(templates: Templates) -> None:
    changing = {"dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:UpdateItem"}
    policies = {
        name: policy["PolicyDocument"]["Statement"]
        for name, policy in templates.resources("AWS::IAM::Policy").items()
    }
    (closing,) = (name for name in policies if "closeaccount" in name)
    del policies[closing]
    assert policies
    for said in policies.values():
        allowed, denied = (
            {verb for one in said if one["Effect"] == effect for verb in listed(one["Action"])} & changing
            for effect in ("Allow", "Deny")
        )
        assert denied == allowed
        for one in said:
            if one["Effect"] == "Deny":
                assert one["Condition"] == {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["L#*"]}}
