"""How programs of this machine talk to the emulator: as the root of its one account."""

from __future__ import annotations

from typing import Final

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
