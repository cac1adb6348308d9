"""The HTTP API's routes as data: few catch-alls per resource, for the limit is 300 (the code routes on)."""

from __future__ import annotations

from typing import Final

BASES: Final = ("/v1", "/dmarctrust/api/v1")
"""The same resources answer under both: clients of DMARCTrust change their base URL and nothing else."""

RESOURCES: Final = {
    "access": "api/groups",
    "account": "api/account",
    "accounts": "api/account",
    "alerts": "api/alerts",
    "api-keys": "api/api_keys",
    "audit": "api/audit",
    "detail-reports": "api/detail_reports",
    "domain-groups": "api/groups",
    "domains": "api/domains",
    "failure-jobs": "api/failure_reports",
    "failure-reports": "api/failure_reports",
    "inspect": "api/inspect",
    "issues": "api/advice",
    "policy-domains": "api/advice",
    "policy-filters": "api/advice",
    "quarantine": "api/quarantine",
    "reports": "api/reports",
    "senders": "api/domains",
    "source-domains": "api/sources",
    "source-filters": "api/sources",
    "sources": "api/sources",
    "tags": "api/groups",
    "tasks": "api/advice",
    "tls": "api/tls",
    "uploads": "api/reports",
    "users": "api/users",
    "validate": "api/inspect",
    "webhooks": "api/alerts",
}
"""First part of the path after the base -> function that answers for it and for all below it."""

WITHIN_DOMAINS: Final = {
    "domains/{id}/hosting": "api/hosting",
    "domains/{id}/hosting/{proxy+}": "api/hosting",
    "domains/{id}/dmarc-record": "api/hosting",
    "domains/{id}/parked-records": "api/hosting",
    "domains/{id}/approved-traffic": "api/sources",
    "domains/{id}/favorites": "api/sources",
    "domains/{id}/favorites/{proxy+}": "api/sources",
    "domains/{id}/ips": "api/sources",
    "domains/{id}/ips/{proxy+}": "api/sources",
    "domains/{id}/policy-plan": "api/advice",
    "domains/{id}/simulate": "api/advice",
}
"""What of ``domains`` another function answers for: API Gateway takes the route that says most."""

OTHERS: Final = {
    "/tlsrpt/{token}": "api/tlsrpt",
    "/v1/activate": "api/letters",
    "/v1/activations": "api/letters",
    "/v1/address-confirmations": "api/letters",
    "/v1/confirm-address": "api/letters",
    "/v1/docs": "api/docs",
    "/v1/openapi.json": "api/docs",
    "/v1/password-resets": "api/letters",
    "/v1/password-resets/confirm": "api/letters",
    "/v1/reset-password": "api/letters",
    "/v1/sign-in": "api/docs",
    "/v1/unsubscribe": "api/letters",
    "/v1/unsubscriptions": "api/letters",
}

UNKNOWN: Final = "api/docs"
"""Answers what no route matches, so that a wrong path gets the error envelope like everything else."""


def routes() -> dict[str, str]:
    """Path of every route -> path of its function's folder."""
    table = dict(OTHERS)
    for base in BASES:
        for resource, function in RESOURCES.items():
            table[f"{base}/{resource}"] = function
            table[f"{base}/{resource}/{{proxy+}}"] = function
        for path, function in WITHIN_DOMAINS.items():
            table[f"{base}/{path}"] = function
    return table
