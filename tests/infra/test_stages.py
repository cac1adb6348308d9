"""Stages differ in what infra/stage.py says, and in nothing else."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.stage import hosted
from shared import settings
from tests.infra.synthesis import Templates, synthesize


def test_two_hosted_stages_have_the_same_resources(prod: Templates, staging: Templates) -> None:
    def shape(templates: Templates) -> dict[str, list[str]]:
        return {
            name: sorted(resource["Type"] for resource in template["Resources"].values())
            for name, template in templates.stacks.items()
        }

    one, other = shape(prod), shape(staging)
    # Only prod names an address for alarms.
    one["observability"].remove("AWS::SNS::Subscription")
    assert one == other


def test_local_lacks_ses_and_what_the_emulator_does_not_know(synthesized: dict[str, Templates]) -> None:
    def kinds(name: str) -> set[str]:
        templates = synthesized[name].stacks.values()
        return {resource["Type"] for template in templates for resource in template["Resources"].values()}

    assert kinds("prod") - kinds("local") == {
        "AWS::CloudFront::ConnectionGroup",
        "AWS::SES::EmailIdentity",
        "AWS::SES::ReceiptRule",
        "AWS::SES::ReceiptRuleSet",
        "AWS::SNS::TopicPolicy",
    }
    assert not kinds("local") - kinds("prod")


def test_local_and_hosted_functions_may_do_the_same(synthesized: dict[str, Templates]) -> None:
    def verbs(name: str) -> str:
        policies = synthesized[name].resources("AWS::IAM::Policy")
        actions = {
            key: sorted(_known_to_aws(policy["PolicyDocument"]["Statement"]))
            for key, policy in policies.items()
        }
        return json.dumps(actions, sort_keys=True)

    assert verbs("local") == verbs("prod") == verbs("staging")


def _known_to_aws(statements: list[dict[str, Any]]) -> Iterator[str]:
    """The actions, without the one that only the emulator asks for."""
    for statement in statements:
        named = statement["Action"]
        for action in [named] if isinstance(named, str) else named:
            if action != "sqs:SendMessageBatch":
                yield action


def test_a_template_without_an_account_names_none(prod: Templates) -> None:
    assert not re.search(r"\b\d{12}\b", json.dumps(prod.stacks))


def test_the_same_stage_gives_the_same_templates(prod: Templates, tmp_path: Path) -> None:
    assert synthesize(prod.stage, tmp_path).stacks == prod.stacks


def test_a_finding_without_a_reason_fails_the_synthesis(tmp_path: Path) -> None:
    """cdk-nag is not for show: the same stage without TLS has reasons on the emulator only."""
    exposed = dataclasses.replace(
        hosted("prod", report_domain="reports.example.com", region="eu-west-1"), requires_tls=False
    )
    assert exposed.deploys_as_caller is False
    with pytest.raises(RuntimeError, match=r"[Vv]alidation"):
        synthesize(exposed, tmp_path)


def test_every_function_of_a_stage_has_the_operators_senders(prod: Templates, own: Templates) -> None:
    def named(templates: Templates) -> set[str | None]:
        functions = templates.resources("AWS::Lambda::Function").values()
        ours = [each["Environment"]["Variables"] for each in functions if "Environment" in each]
        return {held.get(settings.SENDER_CATALOGUE) for held in ours if settings.STAGE in held}

    assert (named(prod), named(own)) == ({None}, {"senders.toml"})


def test_a_stage_cannot_be_changed() -> None:
    stage = hosted("prod", report_domain="reports.example.com", region="eu-west-1")
    with pytest.raises(dataclasses.FrozenInstanceError):
        stage.name = "prod"  # type: ignore[misc]
