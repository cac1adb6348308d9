"""How programs of this machine talk to the emulator: as the root of its one account."""

from __future__ import annotations

from typing import Any, Final

import boto3

ACCOUNT: Final = "000000000000"
REGION: Final = "us-east-1"


def client_environment(endpoint: str) -> dict[str, str]:
    """Variables with which the AWS SDKs and the CDK command line reach the emulator and nothing else."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def client(service: str, endpoint: str) -> Any:
    """A client of the emulator, whatever the environment of this process says."""
    root = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, endpoint_url=endpoint, region_name=REGION, **root)  # type: ignore[call-overload]
