"""A private bucket: encrypted, versionless, TLS only, and tidy after itself."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.stage import Stage


def private_bucket(scope: Construct, name: str, stage: Stage, *, days: Mapping[str, int]) -> s3.Bucket:
    """``days`` maps a key prefix to the days its objects rest; what is under no prefix rests for ever.

    No versions: every object is written once under a key of its own, and a deletion has to delete.
    """
    bucket = s3.Bucket(
        scope,
        name,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=stage.requires_tls,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        removal_policy=RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY,
    )
    bucket.add_lifecycle_rule(abort_incomplete_multipart_upload_after=Duration.days(1))
    for prefix, kept in days.items():
        bucket.add_lifecycle_rule(prefix=prefix, expiration=Duration.days(kept))
    return bucket
