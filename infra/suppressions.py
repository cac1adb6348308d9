"""The rules of cdk-nag that we break on purpose, where, and why. Another finding fails the synthesis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from aws_cdk import (
    Acknowledgment,
    Annotations,
    Validations,
    aws_apigatewayv2,
    aws_lambda,
    aws_s3,
    aws_sns,
    aws_sqs,
)
from constructs import IConstruct

from infra import grants
from infra.constructs.function import EntryFunction
from infra.stacks.data import DataStack
from infra.stage import Stage


@dataclass(frozen=True, slots=True)
class Suppression:
    """A rule, the kind of construct that breaks it, and the reason."""

    rule: str
    kind: type[IConstruct]
    reason: str


SUPPRESSIONS: Final = (
    Suppression(
        "AwsSolutions-S1",
        aws_s3.CfnBucket,
        "Only SES and the functions reach the buckets, and the functions log what they do. Access logs would "
        "need a third bucket to say it again; who must have them turns on CloudTrail's data events.",
    ),
    Suppression(
        "AwsSolutions-L1",
        aws_lambda.CfnFunction,
        "Python 3.13 is the version that the wheels in the layers are locked and tested for.",
    ),
    Suppression(
        "AwsSolutions-APIG4",
        aws_apigatewayv2.CfnRoute,
        "The functions authenticate: by API key with its rate, in one read and one write, with our own error "
        "envelope, which an authorizer could neither save nor give.",
    ),
    Suppression(
        "AwsSolutions-IAM5[Resource::*]",
        EntryFunction,
        "The two X-Ray actions, which AWS grants on no narrower resource.",
    ),
)

ON_THE_EMULATOR: Final = tuple(
    Suppression(rule, kind, "The emulator of the local stage listens on loopback, in plain HTTP.")
    for rule, kind in (
        ("AwsSolutions-S10", aws_s3.CfnBucket),
        ("AwsSolutions-SNS3", aws_sns.CfnTopic),
        ("AwsSolutions-SQS4", aws_sqs.CfnQueue),
    )
)

UNDER_PREFIX: Final = (
    "Objects of our own bucket under this prefix: what their keys will be, nobody knows before."
)

SNAP_START_WARNING: Final = "@aws-cdk/aws-lambda:snapStartRequirePublish"
"""Says to publish versions, which every function here does."""


def suppress(root: IConstruct, stage: Stage, data: DataStack) -> None:
    """Acknowledge every suppression on each construct of its kind."""
    for construct in root.node.find_all():
        for suppression in SUPPRESSIONS if stage.requires_tls else SUPPRESSIONS + ON_THE_EMULATOR:
            if isinstance(construct, suppression.kind):
                _acknowledge(construct, suppression.rule, suppression.reason)
        if isinstance(construct, EntryFunction):
            for finding in _prefixes(construct, data):
                _acknowledge(construct, f"AwsSolutions-IAM5[Resource::{finding}]", UNDER_PREFIX)
        if isinstance(construct, aws_lambda.Function):
            Annotations.of(construct).acknowledge_warning(SNAP_START_WARNING, "Every function publishes.")


def _prefixes(function: EntryFunction, data: DataStack) -> Iterable[str]:
    """The granted prefixes in cdk-nag's own spelling: the name of the bucket's export, then the prefix."""
    for grant in function.entry.grants:
        bucket = grants.bucket(grant.thing, data)
        if bucket is not None:
            imported = data.resolve(data.export_value(bucket.bucket_arn))
            yield f"{imported['Fn::ImportValue']}/{grant.within}*"


def _acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))
