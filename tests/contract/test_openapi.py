"""The OpenAPI document: whole, consistent, and true to DMARCTrust's wire format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from functions.api.docs.build import document
from infra.routes import OTHERS, RESOURCES
from shared.core.inspections import Kind

DOCUMENT = document()
OPERATIONS = [
    (method, path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
NOTHING_MISSING = {("post", "/tlsrpt/{token}"), ("put", "/v1/senders/{sender}")}
"""What takes any name: mail that is nobody's goes to the operator, a sender that is not there is made."""

NAMES = [f"{method} {path}" for method, path, _ in OPERATIONS]

EXPECTED = {
    "/v1/account": {"get", "patch"},
    "/v1/api-keys": {"get", "post"},
    "/v1/api-keys/{key_id}": {"patch", "delete"},
    "/v1/domains": {"get", "post"},
    "/v1/domains/{domain_id}": {"get", "patch", "delete"},
    "/v1/domains/{domain_id}/activate": {"post"},
    "/v1/domains/{domain_id}/deactivate": {"post"},
    "/v1/domains/{domain_id}/refresh_dns": {"post"},
    "/v1/domains/{domain_id}/verify": {"get", "post"},
    "/v1/domains/{domain_id}/dns": {"get"},
    "/v1/domains/{domain_id}/dns/history": {"get"},
    "/v1/domains/{domain_id}/approved_sources": {"get"},
    "/v1/domains/{domain_id}/approved_sources/{slug}": {"put", "delete"},
    "/v1/domains/{domain_id}/stats": {"get"},
    "/v1/domains/{domain_id}/sources": {"get"},
    "/v1/domains/{domain_id}/reporters": {"get"},
    "/v1/domains/{domain_id}/hosting": {"get"},
    "/v1/domains/{domain_id}/hosting/dmarc": {"get", "put", "delete"},
    "/v1/domains/{domain_id}/hosting/dmarc/verify": {"get", "post"},
    "/v1/domains/{domain_id}/hosting/mta-sts": {"get", "put", "delete"},
    "/v1/domains/{domain_id}/hosting/mta-sts/verify": {"get", "post"},
    "/v1/domains/{domain_id}/dmarc-record": {"get", "post"},
    "/v1/domains/{domain_id}/parked-records": {"get"},
    "/v1/reports": {"get", "post"},
    "/v1/reports/{report_id}": {"get", "delete"},
    "/v1/reports/{report_id}/raw": {"get"},
    "/v1/uploads": {"post"},
    "/v1/uploads/{upload_id}": {"get"},
    "/v1/quarantine": {"get"},
    "/v1/quarantine/replay": {"post"},
    "/v1/quarantine/{entry_id}": {"get", "delete"},
    "/v1/quarantine/{entry_id}/raw": {"get"},
    "/v1/quarantine/{entry_id}/replay": {"post"},
    "/v1/inspect": {"get"},
    **{f"/v1/inspect/{kind}": {"get"} for kind in Kind},
    "/v1/inspect/spf/check": {"get"},
    **{f"/v1/validate/{kind}": {"get", "post"} for kind in Kind if kind is not Kind.MX},
    "/v1/audit": {"get"},
    "/v1/access": {"get"},
    "/v1/account/close": {"post"},
    "/v1/account/export": {"get", "post"},
    "/v1/account/reopen": {"post"},
    "/v1/accounts": {"get", "post"},
    "/v1/accounts/{account_id}": {"get", "patch"},
    "/v1/accounts/{account_id}/close": {"post"},
    "/v1/accounts/{account_id}/owner": {"post"},
    "/v1/accounts/{account_id}/owner/totp-reset": {"post"},
    "/v1/accounts/{account_id}/reopen": {"post"},
    "/v1/activate": {"get"},
    "/v1/activations": {"post"},
    "/v1/address-confirmations": {"post"},
    "/v1/api-keys/{key_id}/rotate": {"post"},
    "/v1/confirm-address": {"get"},
    "/v1/domain-groups": {"get", "post"},
    "/v1/domain-groups/{group_id}": {"get", "delete", "patch"},
    "/v1/domain-groups/{group_id}/access": {"get", "post"},
    "/v1/domain-groups/{group_id}/add-domains": {"post"},
    "/v1/domain-groups/{group_id}/move-domains": {"post"},
    "/v1/domain-groups/{group_id}/remove-domains": {"post"},
    "/v1/password-resets": {"post"},
    "/v1/password-resets/confirm": {"post"},
    "/v1/reset-password": {"get"},
    "/v1/sign-in": {"get"},
    "/v1/alerts": {"get"},
    "/v1/alerts/{alert_id}": {"get", "patch"},
    "/v1/unsubscribe": {"get", "post"},
    "/v1/unsubscriptions": {"post"},
    "/v1/webhooks": {"get", "post"},
    "/v1/webhooks/{webhook_id}": {"get", "patch", "delete"},
    "/v1/webhooks/{webhook_id}/deliveries": {"get"},
    "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver": {"post"},
    "/v1/webhooks/{webhook_id}/rotate": {"post"},
    "/v1/webhooks/{webhook_id}/test": {"post"},
    "/v1/issues": {"get"},
    "/v1/issues/{issue_id}": {"get", "patch", "put"},
    "/v1/policy-domains": {"get"},
    "/v1/policy-filters": {"get", "post"},
    "/v1/policy-filters/{policy_filter_id}": {"get", "delete"},
    "/v1/tasks": {"get"},
    "/v1/tasks/{task_id}": {"get", "patch", "put"},
    "/v1/domains/{domain_id}/policy-plan": {"get"},
    "/v1/domains/{domain_id}/simulate": {"post"},
    "/v1/tags": {"get", "post"},
    "/v1/tags/{tag_id}": {"get", "delete", "patch"},
    "/v1/users": {"get", "post"},
    "/v1/users/me/totp": {"post", "delete"},
    "/v1/users/me/totp/verify": {"post"},
    "/v1/users/{user_id}": {"get", "put", "delete", "patch"},
    "/v1/users/{user_id}/activation-reminder": {"post"},
    "/v1/users/{user_id}/api-token": {"post", "delete"},
    "/v1/users/{user_id}/convert-to-sso": {"post"},
    "/v1/users/{user_id}/make-owner": {"post"},
    "/v1/users/{user_id}/password-change": {"post"},
    "/v1/users/{user_id}/password-reset": {"post"},
    "/v1/users/{user_id}/totp-reset": {"post"},
    "/v1/openapi.json": {"get"},
    "/v1/docs": {"get"},
    "/tlsrpt/{token}": {"post"},
    "/v1/detail-reports": {"get", "post"},
    "/v1/detail-reports/{report_token}": {"get", "delete"},
    "/v1/detail-reports/{report_token}/charts": {"get"},
    "/v1/detail-reports/{report_token}/domains": {"get"},
    "/v1/detail-reports/{report_token}/progress": {"get"},
    "/v1/detail-reports/{report_token}/sources": {"get"},
    "/v1/detail-reports/{report_token}/sources/{source_number}": {"get"},
    "/v1/domains/{domain_id}/approved-traffic": {"get"},
    "/v1/domains/{domain_id}/favorites": {"get"},
    "/v1/domains/{domain_id}/favorites/{ip}": {"put", "delete"},
    "/v1/domains/{domain_id}/ips": {"get"},
    "/v1/domains/{domain_id}/ips/{ip}": {"get"},
    "/v1/failure-jobs": {"get", "post"},
    "/v1/failure-jobs/{search_token}": {"get"},
    "/v1/failure-reports": {"get", "delete"},
    "/v1/failure-reports/all": {"delete"},
    "/v1/failure-reports/{report_id}": {"get"},
    "/v1/senders": {"get"},
    "/v1/senders/{sender}": {"get", "put", "delete"},
    "/v1/source-domains": {"get"},
    "/v1/source-filters": {"get", "post"},
    "/v1/source-filters/{source_filter_id}": {"get", "delete"},
    "/v1/sources": {"get"},
    "/v1/sources/refresh": {"get", "post"},
    "/v1/sources/{source_number}/domains": {"get"},
    "/v1/tls/failures": {"get"},
    "/v1/tls/failures/summary": {"get"},
    "/v1/tls/policies": {"get"},
    "/v1/tls/policies/{tls_policy_id}": {"get"},
}


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def fields(name: str) -> set[str]:
    return set(DOCUMENT["components"]["schemas"][name]["properties"])


def test_every_route_is_there_and_no_other() -> None:
    assert {path: set(operations) for path, operations in DOCUMENT["paths"].items()} == EXPECTED


def test_every_reference_leads_somewhere() -> None:
    for reference in set(references(DOCUMENT)):
        node: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=NAMES)
def test_every_operation_says_what_it_takes_and_answers(method: str, path: str, operation: Any) -> None:
    public = operation.get("security") == []
    assert public == (path in OTHERS)
    assert operation["summary"]
    assert len(operation["tags"]) == 1
    responses = operation["responses"]
    assert {"429", "default"} <= set(responses)
    either = operation.get("security") == [{"apiKey": []}, {}]
    assert either == path.startswith(("/v1/inspect", "/v1/validate"))
    assert public or "401" in responses
    assert public or either or "403" in responses
    in_path = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", path))
    assert not in_path or "404" in responses or (method, path) in NOTHING_MISSING
    for status, response in responses.items():
        if status.startswith(("2", "3")):
            assert set(response["headers"]) >= {"X-Request-Id", "X-RateLimit-Remaining"}


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=NAMES)
def test_every_route_leads_to_the_function_that_has_it(method: str, path: str, operation: Any) -> None:
    if path not in OTHERS:
        assert path.split("/")[2] in RESOURCES


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ("Account", {"id", "email", "reporting_address", "subscription", "usage"}),
        (
            "Subscription",
            {
                "plan",
                "status",
                "included_domains",
                "extra_domains",
                "total_allowed_domains",
                "active_domains",
                "retention_days",
                "current_period_end",
            },
        ),
        ("Usage", {"reports_30d", "messages_30d"}),
        (
            "Domain",
            {
                "id",
                "domain",
                "active",
                "dns_status",
                "dns_status_message",
                "activated_at",
                "created_at",
                "reporting_address",
            },
        ),
        ("DomainDetail", {"stats_30d", "last_checked_at", "deactivated_at", "updated_at"}),
        (
            "Totals",
            {
                "reports",
                "total_messages",
                "accepted",
                "quarantined",
                "rejected",
                "spf_pass",
                "spf_fail",
                "dkim_pass",
                "dkim_fail",
                "dmarc_pass",
                "dmarc_fail",
                "pass_rate",
            },
        ),
        ("DmarcState", {"status", "record", "policy", "dmarctrust_configured"}),
        ("SpfState", {"status", "record", "all_mechanism"}),
        ("BimiState", {"status", "record"}),
        ("DayFigures", {"date", "total_messages", "spf_pass", "spf_fail", "dkim_pass", "dkim_fail"}),
        (
            "Source",
            {
                "sender_domain",
                "total_messages",
                "accepted",
                "quarantined",
                "rejected",
                "spf_alignment",
                "dkim_alignment",
                "dmarc_alignment",
                "ip_count",
                "ips",
            },
        ),
        (
            "SourceAddress",
            {
                "ip",
                "hostname",
                "country",
                "total_messages",
                "accepted",
                "quarantined",
                "rejected",
                "spf_aligned",
                "dkim_aligned",
                "first_seen",
                "last_seen",
            },
        ),
        (
            "ReportItem",
            {
                "id",
                "domain_id",
                "domain",
                "sender_org",
                "report_id",
                "email",
                "begin_date",
                "end_date",
                "received_at",
                "policy",
                "total_messages",
                "pass_count",
                "fail_count",
                "created_at",
            },
        ),
        (
            "Record",
            {
                "source_ip",
                "hostname",
                "country",
                "count",
                "disposition",
                "header_from",
                "envelope_from",
                "envelope_to",
                "dmarc_result",
                "spf_result",
                "spf_domain",
                "spf_aligned",
                "dkim_result",
                "dkim_domain",
                "dkim_selector",
                "dkim_aligned",
                "override_reasons",
            },
        ),
        ("ListMeta", {"total_count", "has_more", "next_cursor", "request_id"}),
    ],
)
def test_shapes_have_every_field_of_the_vendors(schema: str, wanted: set[str]) -> None:
    assert wanted <= fields(schema)
