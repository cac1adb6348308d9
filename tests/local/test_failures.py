"""A failure report by mail and a TLS report by upload, read by who may and by who may not."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest

from tests.fixtures.packaging import failure_mail
from tests.fixtures.reports import FEEDBACK, feedback_report
from tests.local.running import RunningStack
from tests.local.tenants import Tenant, open_tenant, tls_policy, until

pytestmark = pytest.mark.statement("6.1", "6.12")


@pytest.fixture(scope="module")
def tenant(stack: RunningStack) -> Tenant:
    return open_tenant(stack)


def failed(tenant: Tenant, feedback_type: str) -> bytes:
    said = {
        "Feedback-Type": feedback_type,
        "Reported-Domain": tenant.domain,
        "Arrival-Date": format_datetime(datetime.now(UTC)),
    }
    left_out = () if feedback_type == "auth-failure" else ("Auth-Failure", "Identity-Alignment")
    fields = [(name, said.get(name, value)) for name, value in FEEDBACK]
    headers = [
        f"Message-ID: <{feedback_type}@{tenant.domain}>",
        "From: r@reporter.example",
        "MIME-Version: 1.0",
    ]
    return failure_mail(feedback_report(fields, without=left_out), headers=headers)


def keyed(tenant: Tenant, *scopes: str) -> Tenant:
    made = tenant.ask("POST", "/api-keys", json={"name": "-".join(scopes), "scopes": list(scopes)})
    return Tenant(tenant.url, made.json()["data"]["key"], tenant.domain)


def test_failure_reports_from_the_mail_to_their_deletion(stack: RunningStack, tenant: Tenant) -> None:
    kept = {"report_kinds": {"failure": True}}
    assert tenant.ask("PATCH", f"/domains/{tenant.domain}", json=kept).status_code == 200
    address = str(tenant.data(f"/domains/{tenant.domain}")["reporting_address"])
    for feedback_type in ("auth-failure", "abuse"):
        stack.send_mail(failed(tenant, feedback_type), [address])
    listed: Any = until(lambda: found if len(found := tenant.data("/failure-reports")) == 2 else None)
    assert {item["feedback_type"] for item in listed} == {"auth-failure", "abuse"}
    assert "john" not in str(listed)
    assert {item["urls"][0] for item in listed} == {"hxxp://evil[.]example/"}
    today = datetime.now(UTC).date().isoformat()
    asked = {"start_date": today, "end_date": today, "address": "john@reporter.example"}
    job = tenant.ask("POST", "/failure-jobs", json=asked).json()["data"]
    assert (job["progress"], job["total_count"]) == (100, 2)
    paged = tenant.data("/failure-reports", search_token=job["search_token"])
    assert [item["id"] for item in paged] == [item["id"] for item in listed]
    reader, forensic = keyed(tenant, "read", "write"), keyed(tenant, "read", "forensic")
    path = f"/failure-reports/{listed[0]['id']}"
    for denied in ("/failure-reports", "/failure-jobs", path):
        assert reader.ask("GET", denied).status_code == 403
    assert forensic.data(path)["redacted"] is True
    assert forensic.ask("GET", f"{path}?redact=false").status_code == 403
    assert tenant.data(path, redact="false")["to_address"] == "john@reporter.example"
    reads = tenant.data("/audit", action="read_failure_report")
    assert [each["detail"]["redact"] for each in reads] == ["false", "true"]
    assert apart(stack, tenant) == 2
    gone = tenant.ask("DELETE", "/failure-reports", json={"email_file_names": [listed[0]["email_file_name"]]})
    assert gone.json()["data"]["deleted"] == [listed[0]["id"]]
    gone = tenant.ask("DELETE", "/failure-reports/all")
    assert gone.json()["data"] == {"deleted_reports": 1, "deleted_jobs": 1, "has_more": False}
    assert tenant.data("/failure-reports") == []
    assert apart(stack, tenant) == 0


def apart(stack: RunningStack, tenant: Tenant) -> int:
    """Mails of the tenant that rest where failure reports do."""
    s3 = stack.aws("s3")
    found = s3.list_objects_v2(Bucket=stack.mail_bucket, Prefix="failures/").get("Contents", ())
    bodies = (s3.get_object(Bucket=stack.mail_bucket, Key=each["Key"])["Body"].read() for each in found)
    return sum(tenant.domain.encode() in body for body in bodies)


def test_tls_failures_and_policies(stack: RunningStack, tenant: Tenant) -> None:
    policy = tenant.data(f"/tls/policies/{tls_policy(tenant)}")
    assert (policy["p_type"], policy["sts_p_mode"], policy["sum_failed"]) == ("sts", "enforce", 1)
    (item,) = tenant.data("/tls/failures")
    assert (item["policy_domain"], item["result_type"]) == (tenant.domain, "certificate-expired")
    summary = tenant.data("/tls/failures/summary")
    assert (summary["total_failed"], summary["unexplained"]) == (1, 0)
    assert len(tenant.data("/reports", type="tls")) == 1
    rows = tenant.ask("GET", "/tls/failures?format=csv").text.splitlines()
    assert len(rows) == 2
