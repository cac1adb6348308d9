"""The receivers of mail that report in the demo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Reporter:
    """A receiver of mail that reports.

    ``share`` of all messages it receives, ``daily`` is how likely it has a report on a given day,
    ``begins`` is the hour (UTC) at which its day begins, counted from the midnight before if negative.
    ``dialect`` and ``packaging`` name functions in ``dialects`` and ``packaging``.
    """

    org: str
    email: str
    host: str
    contact: str
    dialect: str
    packaging: str
    share: float
    daily: float
    begins: int = 0


REPORTERS: Final = (
    Reporter(
        "google.com",
        "noreply-dmarc-support@google.com",
        "google.com",
        "https://support.google.com/a/answer/2466580",
        "plain",
        "zip_alone",
        0.45,
        1.0,
    ),
    Reporter(
        "Enterprise Outlook",
        "dmarcreport@microsoft.com",
        "protection.outlook.com",
        "",
        "outlook",
        "gzip_beside_html",
        0.18,
        0.45,
    ),
    Reporter(
        "Outlook.com",
        "dmarcreport@microsoft.com",
        "outlook.com",
        "",
        "outlook",
        "gzip_beside_html",
        0.09,
        0.25,
    ),
    Reporter(
        "Yahoo",
        "dmarchelp@yahooinc.com",
        "yahoo.com",
        "http://help.yahoo.com",
        "versioned",
        "gzip_beside_text",
        0.10,
        0.3,
    ),
    Reporter(
        "comcast.net",
        "dmarc_reports@comcast.net",
        "comcast.net",
        "",
        "namespaced",
        "gzip_beside_text",
        0.04,
        0.15,
    ),
    Reporter(
        "Mail.Ru",
        "dmarc_support@corp.mail.ru",
        "mail.ru",
        "http://help.mail.ru/mail-help",
        "plain",
        "gzip_alone",
        0.02,
        0.12,
    ),
    Reporter(
        "FastMail Pty Ltd",
        "reports@fastmaildmarc.com",
        "fastmail.com",
        "https://fastmail.com",
        "versioned",
        "zip_beside_text",
        0.02,
        0.12,
    ),
    Reporter(
        "mimecast.org",
        "no-reply@dmarc.mimecastreport.com",
        "dmarc.mimecastreport.com",
        "",
        "sparse",
        "gzip_with_tail",
        0.03,
        0.12,
    ),
    Reporter(
        "AMAZON-SES",
        "postmaster@amazonses.com",
        "amazonses.com",
        "",
        "versioned",
        "gzip_split_name",
        0.02,
        0.12,
    ),
    Reporter(
        "GMX",
        "noreply-dmarc@gmx.net",
        "gmx.net",
        "https://postmaster.gmx.net/en/case",
        "shouting",
        "octet_stream",
        0.03,
        0.12,
        begins=-2,
    ),
    Reporter(
        "Kestrel Mail",
        "dmarc@kestrel.example",
        "kestrel.example",
        "",
        "rfc9990",
        "bare_xml",
        0.01,
        0.12,
    ),
    Reporter(
        "Heron Hosting",
        "postmaster@heron.example",
        "heron.example",
        "",
        "utf16",
        "forwarded",
        0.01,
        0.08,
    ),
)
