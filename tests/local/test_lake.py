"""The nightly export through the deployed worker, and its tables as Athena answers for them."""

from __future__ import annotations

from http import HTTPStatus

from shared import settings
from shared.core import ids
from shared.core.ids import AccountId
from shared.core.messages import encode_lake_task
from shared.core.queues import LakeTask
from tests.local.athena import FACTS, STATISTICS, sums, told
from tests.local.running import RunningStack
from tests.local.tenants import open_tenant, report, until
from tests.local.workers import works

KINDS = (settings.LAKE_FACTS, settings.LAKE_STATISTICS, settings.LAKE_SHEETS)


def test_sql_over_the_export_says_what_the_api_does_until_the_domain_goes(stack: RunningStack) -> None:
    tenant = open_tenant(stack)
    report(tenant)
    account = ids.parse(ids.ACCOUNT, tenant.data("/account")["id"])
    assert works(stack, "export-lake", encode_lake_task(LakeTask(AccountId(account))))

    said = told(tenant)
    assert [messages for _, messages, _ in said] == ["8"]
    for table in (FACTS, STATISTICS):
        assert until(lambda table=table: sums(stack, account, table)) == said  # type: ignore[misc]

    assert len(files(stack, account)) == len(KINDS)
    assert tenant.ask("DELETE", f"/domains/{tenant.domain}").status_code == HTTPStatus.ACCEPTED
    until(lambda: not files(stack, account))


def files(stack: RunningStack, account: int) -> list[str]:
    """Of the account, in the lake."""
    found = (
        stack.aws("s3").list_objects_v2(Bucket=stack.data_bucket, Prefix=f"{kind}account={account}/")
        for kind in KINDS
    )
    return [held["Key"] for page in found for held in page.get("Contents", ())]
