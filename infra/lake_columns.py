"""Columns of the tables over the nightly export, with Athena's types."""

from __future__ import annotations

from typing import Final

_METHOD: Final = "array<struct<domain:string,{detail}:string,result:string>>"

FACTS: Final = {
    "domain": "string",
    "domain_id": "bigint",
    "report_id": "bigint",
    "reporter_report_id": "string",
    "reporter": "string",
    "period_begin": "timestamp",
    "period_end": "timestamp",
    "trust": "string",
    "policy_domain": "string",
    "p": "string",
    "sp": "string",
    "np": "string",
    "adkim": "string",
    "aspf": "string",
    "testing": "string",
    "source_ip": "string",
    "messages": "bigint",
    "disposition": "string",
    "spf_aligned": "boolean",
    "dkim_aligned": "boolean",
    "dmarc_pass": "boolean",
    "header_from": "string",
    "envelope_from": "string",
    "envelope_to": "string",
    "overrides": "array<struct<type:string,comment:string>>",
    "dkim": _METHOD.format(detail="selector"),
    "spf": _METHOD.format(detail="scope"),
    "sender_domain": "string",
    "sender_name": "string",
    "standing": "string",
    "host": "string",
    "country": "string",
}
"""Columns of the rows of aggregate reports, as the files have them."""

STATISTICS: Final = {
    "domain": "string",
    **dict.fromkeys(
        (
            "domain_id",
            "reports",
            "messages",
            "dmarc_pass",
            "spf_pass",
            "dkim_pass",
            "accepted",
            "quarantined",
            "rejected",
            "forwarded",
            "dmarc_capable",
            "non_compliant",
            "forwarders",
            "threat_unknown",
            "tls_reports",
            "tls_successful",
            "tls_failed",
            "failure_reports",
            "failure_incidents",
            "failure_complaints",
        ),
        "bigint",
    ),
}
"""Columns of the day statistics of domains."""
