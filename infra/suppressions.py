"""The rules of cdk-nag that we break on purpose, where, and why. Another finding fails the synthesis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from aws_cdk import (
    Acknowledgment,
    Annotations,
    Stack,
    Validations,
    aws_apigatewayv2,
    aws_cloudfront,
    aws_cognito,
    aws_lambda,
    aws_s3,
    aws_sns,
    aws_sqs,
)
from constructs import IConstruct

from infra import grants
from infra.constructs.function import EntryFunction
from infra.grants import Owners
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
        "AwsSolutions-COG1",
        aws_cognito.CfnUserPool,
        "Twelve characters at least, whichever they are: rules of composition make people choose what is "
        "guessed first (NIST SP 800-63B section 5.1.1.2).",
    ),
    Suppression(
        "AwsSolutions-COG2",
        aws_cognito.CfnUserPool,
        "A second factor is each person's choice, and who signs in by an identity provider has that one's.",
    ),
    Suppression(
        "AwsSolutions-COG3",
        aws_cognito.CfnUserPool,
        "Threat protection takes the Plus tier, at four times the price a user of Lite.",
    ),
    Suppression(
        "AwsSolutions-COG8",
        aws_cognito.CfnUserPool,
        "Lite has what is used: passwords, TOTP, OIDC and SAML. An operator who wants more changes the tier.",
    ),
    Suppression(
        "AwsSolutions-IAM5[Resource::*]",
        EntryFunction,
        "The two X-Ray actions, and asking for a certificate, which is narrowed by its names: AWS grants "
        "them on no narrower resource. On the emulator also what it asks grants on everything for.",
    ),
    Suppression(
        "AwsSolutions-IAM5[Resource::arn:aws:route53:::change/*]",
        EntryFunction,
        "Changes have ids that nobody knows before, and can be looked at only.",
    ),
    Suppression(
        "AwsSolutions-CFR1",
        aws_cloudfront.CfnDistribution,
        "Mail comes from everywhere, and whoever sends it fetches the policy first.",
    ),
    Suppression(
        "AwsSolutions-CFR2",
        aws_cloudfront.CfnDistribution,
        "Public text files of a few hundred bytes, served from the cache; a firewall that challenged or "
        "counted senders would keep the policy from them.",
    ),
    Suppression(
        "AwsSolutions-CFR3",
        aws_cloudfront.CfnDistribution,
        "Multi-tenant distributions do not support this kind of log.",
    ),
    Suppression(
        "AwsSolutions-CFR4",
        aws_cloudfront.CfnDistribution,
        "No viewer meets the distribution's own certificate: each tenant has one of its own.",
    ),
)

ON_THE_EMULATOR: Final = tuple(
    Suppression(rule, kind, "The emulator of the local stage listens on loopback, in plain HTTP.")
    for rule, kind in (
        ("AwsSolutions-S10", aws_s3.CfnBucket),
        ("AwsSolutions-S10", aws_s3.CfnBucketPolicy),
        ("AwsSolutions-SNS3", aws_sns.CfnTopic),
        ("AwsSolutions-SQS4", aws_sqs.CfnQueue),
    )
)

UNKNOWN_YET: Final = (
    ("cloudfront::{account}:distribution-tenant/*", "CloudFront gives tenants their ids when it makes them."),
    (
        "acm:us-east-1:{account}:certificate/*",
        "CloudFront's own certificates, whose ids nobody knows before.",
    ),
)
"""ARNs less what all begin with, and why they end so."""

UNDER_PREFIX: Final = (
    "Objects of our own bucket under this prefix: what their keys will be, nobody knows before."
)

SNAP_START_WARNING: Final = "@aws-cdk/aws-lambda:snapStartRequirePublish"
"""Says to publish versions, which every function here does."""


def suppress(root: IConstruct, stage: Stage, owners: Owners) -> None:
    """Acknowledge every suppression on each construct of its kind."""
    on_the_emulator = stage.deploys_as_caller and not stage.requires_tls
    known = SUPPRESSIONS + ON_THE_EMULATOR if on_the_emulator else SUPPRESSIONS
    for construct in root.node.find_all():
        for suppression in known:
            if isinstance(construct, suppression.kind):
                _acknowledge(construct, suppression.rule, suppression.reason)
        if isinstance(construct, EntryFunction):
            for finding in _prefixes(construct, owners):
                _acknowledge(construct, f"AwsSolutions-IAM5[Resource::{finding}]", UNDER_PREFIX)
            for arn, reason in UNKNOWN_YET:
                named = f"arn:aws:{arn.format(account=stage.account or '<AWS::AccountId>')}"
                _acknowledge(construct, f"AwsSolutions-IAM5[Resource::{named}]", reason)
        if isinstance(construct, aws_lambda.Function):
            Annotations.of(construct).acknowledge_warning(SNAP_START_WARNING, "Every function publishes.")


def _prefixes(function: EntryFunction, owners: Owners) -> Iterable[str]:
    """The granted prefixes in cdk-nag's own spelling: the name of the bucket's export, then the prefix."""
    for bucket, within in grants.prefixes(function.entry, owners):
        owner = Stack.of(bucket)
        imported = owner.resolve(owner.export_value(bucket.bucket_arn))
        yield f"{imported['Fn::ImportValue']}/{within}*"


def _acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))
