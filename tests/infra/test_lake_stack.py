"""The tables over the nightly export say what its files hold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.lake_columns import FACTS, STATISTICS
from shared import settings
from shared.adapters.lake.parquet import COLUMNS
from shared.core.lake.day_statistics import NAMES
from tests.infra.synthesis import Templates

_GLUE = {
    "VARCHAR": "string",
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "STRUCT(type VARCHAR, comment VARCHAR)[]": "array<struct<type:string,comment:string>>",
    "STRUCT(domain VARCHAR, selector VARCHAR, result VARCHAR)[]": (
        "array<struct<domain:string,selector:string,result:string>>"
    ),
    "STRUCT(domain VARCHAR, scope VARCHAR, result VARCHAR)[]": (
        "array<struct<domain:string,scope:string,result:string>>"
    ),
}


def table(templates: Templates, name: str) -> dict[str, Any]:
    tables = (one["TableInput"] for one in templates.resources("AWS::Glue::Table").values())
    (found,) = (one for one in tables if one["Name"] == name)
    return dict(found)


def test_tables_have_the_columns_of_the_files() -> None:
    kinds = {name: _GLUE[kind] for name, kind in COLUMNS.items()}
    kinds |= {"period_begin": "timestamp", "period_end": "timestamp"}
    assert list(FACTS.items()) == list(kinds.items())
    assert tuple(STATISTICS) == NAMES


@pytest.mark.parametrize(
    ("name", "columns", "prefix"),
    [("facts", FACTS, settings.LAKE_FACTS), ("statistics", STATISTICS, settings.LAKE_STATISTICS)],
)
def test_partitions_follow_from_the_calendar(
    templates: Templates, name: str, columns: dict[str, str], prefix: str
) -> None:
    made = table(templates, name)
    held = made["StorageDescriptor"]

    assert {one["Name"]: one["Type"] for one in held["Columns"]} == columns
    assert [one["Name"] for one in made["PartitionKeys"]] == ["account", "day"]
    assert made["Parameters"]["projection.account.type"] == "injected"
    assert made["Parameters"]["projection.day.type"] == "date"
    assert f"{prefix}account=${{account}}/day=${{day}}/" in json.dumps(
        made["Parameters"]["storage.location.template"]
    )
    assert json.dumps(held["Location"]).endswith(f'/{prefix}"]]}}')


def test_queries_end_in_our_bucket_encrypted_and_bounded(templates: Templates) -> None:
    group = templates.only("AWS::Athena::WorkGroup")["WorkGroupConfiguration"]
    result = group["ResultConfiguration"]

    assert group["EnforceWorkGroupConfiguration"] is True
    assert group["BytesScannedCutoffPerQuery"] == 5 * 10**10
    assert result["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
    assert f"/{settings.LAKE_RESULTS}" in json.dumps(result["OutputLocation"])


def test_only_the_exporter_writes_the_lake_and_nothing_else(templates: Templates) -> None:
    writing = {
        name
        for name, policy in templates.resources("AWS::IAM::Policy").items()
        if f"/{settings.LAKE}*" in json.dumps(policy)
    }
    (name,) = writing
    assert "exportlake" in name
    (policy,) = (one for key, one in templates.resources("AWS::IAM::Policy").items() if key == name)
    puts = [
        one["Resource"]
        for one in policy["PolicyDocument"]["Statement"]
        if "s3:PutObject" in str(one["Action"])
    ]
    assert len(puts) == 1
    assert f"/{settings.LAKE}*" in json.dumps(puts)
