"""The nightly export through the deployed worker, and its tables as Athena answers for them."""

from __future__ import annotations

from typing import Any

from shared.core import ids
from shared.core.ids import AccountId
from shared.core.messages import encode_lake_task
from shared.core.queues import LakeTask
from tests.local.running import RunningStack
from tests.local.tenants import open_tenant, report, until
from tests.local.workers import works

_SUMS = (
    "SELECT day, sum(messages) AS messages, sum(CASE WHEN {passed} THEN {counted} ELSE 0 END) AS passed "
    "FROM {table} WHERE account = '{account}' GROUP BY day"
)


def test_sql_over_the_export_says_what_the_api_does(stack: RunningStack) -> None:
    tenant = open_tenant(stack)
    report(tenant)
    account = ids.parse("usr", tenant.data("/account")["id"])
    assert works(stack, "export-lake", encode_lake_task(LakeTask(AccountId(account))))

    said = [
        [day["date"], str(day["total_messages"]), str(day["dmarc_pass"])]
        for day in tenant.data(f"/domains/{tenant.domain}/stats")["daily_stats"]
        if day["total_messages"]
    ]
    assert [messages for _, messages, _ in said] == ["8"]
    facts = _SUMS.format(table="facts", account=account, passed="dmarc_pass", counted="messages")
    assert until(lambda: ask(stack, facts)) == said
    lines = _SUMS.format(table="statistics", account=account, passed="true", counted="dmarc_pass")
    assert until(lambda: ask(stack, lines)) == said


def ask(stack: RunningStack, query: str) -> list[list[Any]]:
    """The rows that Athena finds, as text."""
    athena = stack.aws("athena")
    started = athena.start_query_execution(
        QueryString=query,
        QueryExecutionContext={"Database": "postseal_local"},
        WorkGroup="postseal-local",
    )
    number = started["QueryExecutionId"]

    def ended() -> dict[str, Any] | None:
        status = athena.get_query_execution(QueryExecutionId=number)["QueryExecution"]["Status"]
        return dict(status) if status["State"] in ("SUCCEEDED", "FAILED") else None

    status = until(ended)
    assert status["State"] == "SUCCEEDED", status
    rows = athena.get_query_results(QueryExecutionId=number)["ResultSet"]["Rows"]
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows[1:]]
