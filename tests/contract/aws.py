"""The real stores on moto: one table, one index, buckets and queues, as the stacks make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

from shared import settings
from shared.adapters.dynamodb.keys import INDEX
from shared.adapters.dynamodb.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGION = "us-east-1"
TABLE = "postseal"


def make_table(client: DynamoDBClient) -> Table:
    """An empty table. Nothing ever waits: what moto refuses is asked again at once."""
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", f"{INDEX}pk", f"{INDEX}sk")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": INDEX,
                "KeySchema": [
                    {"AttributeName": f"{INDEX}pk", "KeyType": "HASH"},
                    {"AttributeName": f"{INDEX}sk", "KeyType": "RANGE"},
                ],
                "Projection": {
                    "ProjectionType": "INCLUDE",
                    "NonKeyAttributes": list(settings.INDEX_ATTRIBUTES),
                },
            }
        ],
    )
    return Table(client, TABLE, sleep=lambda seconds: None)


def client(service: str) -> DynamoDBClient:
    return boto3.client(service, region_name=REGION)  # type: ignore[call-overload,no-any-return]
