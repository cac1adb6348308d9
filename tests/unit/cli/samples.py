"""Small deliveries of each kind for the command line's tests."""

from __future__ import annotations

import base64
import gzip
import json

RECORD = (
    "<record><row><source_ip>192.0.2.1</source_ip><count>{count}</count><policy_evaluated>"
    "<disposition>none</disposition><dkim>{dkim}</dkim><spf>fail</spf></policy_evaluated></row>"
    "<identifiers><header_from>example.com</header_from></identifiers>"
    "<auth_results><dkim><domain>example.com</domain><selector>=s1</selector><result>{dkim}</result></dkim>"
    "<spf><domain>example.com</domain><result>fail</result></spf></auth_results></record>"
)


def aggregate(report_id: str = "id-1", *, org: str = "reporter.example", rows: int = 2) -> bytes:
    """Rows of 5 messages, the first of which passes DMARC."""
    records = "".join(RECORD.format(count=5, dkim="fail" if number else "pass") for number in range(rows))
    return (
        "<feedback><report_metadata>"
        f"<org_name>{org}</org_name><email>d@reporter.example</email><report_id>{report_id}</report_id>"
        "<date_range><begin>1790000000</begin><end>1790086399</end></date_range></report_metadata>"
        "<policy_published><domain>example.com</domain><p>none</p></policy_published>"
        f"{records}</feedback>"
    ).encode()


def tls() -> bytes:
    policy = {
        "policy": {"policy-type": "sts", "policy-domain": "example.com"},
        "summary": {"total-successful-session-count": 7, "total-failure-session-count": 2},
        "failure-details": [{"result-type": "certificate-expired", "failed-session-count": 2}],
    }
    return json.dumps(
        {
            "organization-name": "Sender Inc.",
            "date-range": {"start-datetime": "2026-09-20T00:00:00Z", "end-datetime": "2026-09-20T23:59:59Z"},
            "contact-info": "tls@sender.example",
            "report-id": "tls-1",
            "policies": [policy],
        }
    ).encode()


def failure() -> bytes:
    lines = (
        "From: fbl@receiver.example",
        "To: ruf@example.com",
        "Subject: failed",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "A message failed.",
        "--b",
        "Content-Type: message/feedback-report",
        "",
        "Feedback-Type: auth-failure",
        "User-Agent: Test/1",
        "Version: 1",
        "Auth-Failure: dmarc",
        "Source-IP: 192.0.2.9",
        "Arrival-Date: Sun, 20 Sep 2026 10:00:00 +0000",
        "Reported-Domain: example.com",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        "From: a@example.com",
        "Subject: hello",
        "",
        "--b--",
        "",
    )
    return "\n".join(lines).encode()


def mail(report: bytes) -> bytes:
    """A mail that carries the report compressed."""
    body = base64.encodebytes(gzip.compress(report, mtime=0)).decode()
    return (
        "From: d@reporter.example\nTo: rua@example.com\nSubject: report\nMIME-Version: 1.0\n"
        f"Content-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n{body}"
    ).encode()
