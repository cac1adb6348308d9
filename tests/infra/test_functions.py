"""Each function has a role of its own, with verbs on named things."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from infra.entries import API, WORKERS, Daily, Every
from tests.infra.synthesis import Templates

ENTRIES = (*API, *WORKERS)
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


def test_only_tracing_is_allowed_on_everything(templates: Templates) -> None:
    anywhere = [one for one in statements(templates) if "*" in listed(one["Resource"])]

    assert len(anywhere) == len(ENTRIES)
    for statement in anywhere:
        assert set(statement["Action"]) == XRAY


def test_other_wildcards_are_objects_of_our_own_buckets(templates: Templates) -> None:
    for statement in statements(templates):
        for resource in listed(statement["Resource"]):
            if resource != "*" and "*" in json.dumps(resource):
                assert {verb.partition(":")[0] for verb in listed(statement["Action"])} == {"s3"}, statement
                assert "Bucket" not in json.dumps(statement["Action"]), statement


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


def test_functions_that_somebody_waits_for_start_from_a_snapshot(prod: Templates, staging: Templates) -> None:
    def snapped(templates: Templates) -> set[str]:
        prefix = f"postseal-{templates.stage.name}-"
        functions = templates.resources("AWS::Lambda::Function").values()
        return {
            function["FunctionName"].removeprefix(prefix)
            for function in functions
            if function.get("SnapStart") == {"ApplyOn": "PublishedVersions"}
        }

    assert snapped(prod) == {entry.name for entry in API}
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
        else f"rate({entry.trigger.minutes} minutes)"
        for entry in ENTRIES
        if isinstance(entry.trigger, Daily | Every)
    }

    assert len(started) == len(expected)
    for name, schedule in expected.items():
        (found,) = [said for arn, said in started.items() if f'"{name.replace("-", "")}live' in arn]
        assert found == schedule


def test_every_function_has_its_alarms(templates: Templates) -> None:
    alarms = templates.resources("AWS::CloudWatch::Alarm").values()
    for metric in ("Errors", "Throttles"):
        watched = [one for one in alarms if one["MetricName"] == metric]
        assert len({json.dumps(one["Dimensions"]) for one in watched}) == len(ENTRIES), metric
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
