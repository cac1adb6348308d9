"""SQL over the lake, as Athena answers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from tests.local.running import RunningStack
from tests.local.tenants import Tenant, until

FACTS: Final = ("facts", "dmarc_pass", "messages")
STATISTICS: Final = ("statistics", "true", "dmarc_pass")


def sums(
    stack: RunningStack, account: int, table: tuple[str, str, str], domains: Collection[str] = ()
) -> list[list[Any]]:
    """Day, messages and those that passed, as text, of an account's days in one of the tables; of all its
    domains, or of some."""
    name, passed, counted = table
    named = ", ".join(f"'{domain}'" for domain in domains)
    return ask(
        stack,
        f"SELECT day, sum(messages) AS messages, sum(CASE WHEN {passed} THEN {counted} ELSE 0 END) AS passed "
        f"FROM {name} WHERE account = '{account}' {f'AND domain IN ({named})' if named else ''} "
        "GROUP BY day ORDER BY day",
    )


def told(tenant: Tenant) -> list[list[str]]:
    """The same, as the API says it of the tenant's domain."""
    days = tenant.data(f"/domains/{tenant.domain}/stats")["daily_stats"]
    return sorted(
        [day["date"], str(day["total_messages"]), str(day["dmarc_pass"])]
        for day in days
        if day["total_messages"]
    )


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
