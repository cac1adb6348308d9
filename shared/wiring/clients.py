"""Clients of AWS, one of each kind for the life of the process. The SDK finds region, credentials and, on
the local stack, the endpoint (``AWS_ENDPOINT_URL``) in the environment."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_route53 import Route53Client
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient

_RETRIES: Final = 6


def _config(*, read_timeout: int) -> Config:
    """Half a second and doubling, with jitter, between attempts; never waits long for a dead connection."""
    return Config(
        retries={"mode": "standard", "total_max_attempts": _RETRIES},
        connect_timeout=3,
        read_timeout=read_timeout,
        signature_version="v4",
        tcp_keepalive=True,
    )


@cache
def dynamodb() -> DynamoDBClient:
    return boto3.client("dynamodb", config=_config(read_timeout=5))


@cache
def s3() -> S3Client:
    # Path style works wherever the endpoint is; s3v4 is what presigned links of KMS-encrypted objects take.
    config = _config(read_timeout=30).merge(Config(signature_version="s3v4", s3={"addressing_style": "path"}))
    return boto3.client("s3", config=config)


@cache
def sqs() -> SQSClient:
    return boto3.client("sqs", config=_config(read_timeout=10))


@cache
def events() -> EventBridgeClient:
    return boto3.client("events", config=_config(read_timeout=10))


@cache
def route53() -> Route53Client:
    return boto3.client("route53", config=_config(read_timeout=20))


@cache
def cloudfront() -> CloudFrontClient:
    return boto3.client("cloudfront", config=_config(read_timeout=20))


@cache
def cognito() -> CognitoIdentityProviderClient:
    return boto3.client("cognito-idp", config=_config(read_timeout=10))


@cache
def ses() -> SESV2Client:
    return boto3.client("sesv2", config=_config(read_timeout=10))
