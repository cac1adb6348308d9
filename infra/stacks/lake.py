"""The tables over the nightly export, and the group of who queries them.

Nothing crawls: which days there are follows from the calendar, and which account is asked about from the
query (partition projection).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.lake_columns import FACTS, STATISTICS
from infra.stage import Stage
from shared import settings

FIRST_DAY: Final = "2020-01-01"
"""Of the days that queries are about, unless they say otherwise: before any that was exported."""

CUTOFF: Final = 50 * 10**9
"""Bytes that a query may read: a quarter of a dollar."""

_PARQUET: Final = (
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
)
_JSON_LINES: Final = (
    "org.apache.hadoop.mapred.TextInputFormat",
    "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "org.openx.data.jsonserde.JsonSerDe",
)


class LakeStack(Stack):
    """Database, two tables and a workgroup; the files are in the data bucket."""

    def __init__(self, scope: Construct, name: str, stage: Stage, data: s3.Bucket, **kwargs: Any) -> None:
        super().__init__(scope, name, **kwargs)
        self.database = f"postseal_{stage.name.replace('-', '_')}"
        database = glue.CfnDatabase(
            self,
            "database",
            catalog_id=self.account,
            database_input=glue.CfnDatabase.DatabaseInputProperty(
                name=self.database, description="Postseal: years of reports"
            ),
        )
        for table in (
            self._table("facts", FACTS, f"s3://{data.bucket_name}/{settings.LAKE_FACTS}", _PARQUET),
            self._table(
                "statistics", STATISTICS, f"s3://{data.bucket_name}/{settings.LAKE_STATISTICS}", _JSON_LINES
            ),
        ):
            table.add_dependency(database)
        group = _workgroup(self, stage, data)
        CfnOutput(self, "LakeDatabase", value=self.database)
        CfnOutput(self, "LakeWorkgroup", value=group.name)

    def _table(
        self, name: str, columns: Mapping[str, str], location: str, formats: tuple[str, str, str]
    ) -> glue.CfnTable:
        reads, writes, serde = formats
        return glue.CfnTable(
            self,
            name,
            catalog_id=self.account,
            database_name=self.database,
            table_input=glue.CfnTable.TableInputProperty(
                name=name,
                table_type="EXTERNAL_TABLE",
                partition_keys=[
                    glue.CfnTable.ColumnProperty(name="account", type="string"),
                    glue.CfnTable.ColumnProperty(name="day", type="string"),
                ],
                parameters={"EXTERNAL": "TRUE", **_projection(location)},
                storage_descriptor=glue.CfnTable.StorageDescriptorProperty(
                    columns=[
                        glue.CfnTable.ColumnProperty(name=column, type=kind)
                        for column, kind in columns.items()
                    ],
                    location=location,
                    input_format=reads,
                    output_format=writes,
                    serde_info=glue.CfnTable.SerdeInfoProperty(serialization_library=serde),
                ),
            ),
        )


def _projection(location: str) -> dict[str, str]:
    """A query has to say whose days it wants: of what nobody names there is no list."""
    return {
        "projection.enabled": "true",
        "projection.account.type": "injected",
        "projection.day.type": "date",
        "projection.day.format": "yyyy-MM-dd",
        "projection.day.range": f"{FIRST_DAY},NOW",
        "projection.day.interval": "1",
        "projection.day.interval.unit": "DAYS",
        "storage.location.template": f"{location}account=${{account}}/day=${{day}}/",
    }


def _workgroup(scope: Construct, stage: Stage, data: s3.Bucket) -> athena.CfnWorkGroup:
    """Whoever queries cannot choose another place for what is found, nor leave it in the clear."""
    return athena.CfnWorkGroup(
        scope,
        "workgroup",
        name=f"postseal-{stage.name}",
        description="Postseal: queries of the lake",
        recursive_delete_option=not stage.retain,
        work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
            enforce_work_group_configuration=True,
            publish_cloud_watch_metrics_enabled=True,
            bytes_scanned_cutoff_per_query=CUTOFF,
            result_configuration=athena.CfnWorkGroup.ResultConfigurationProperty(
                output_location=f"s3://{data.bucket_name}/{settings.LAKE_RESULTS}",
                encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(
                    encryption_option="SSE_S3"
                ),
            ),
        ),
    )
