"""From a rendered report to the mail that carries it, as each kind of reporter packs it.

Bytes are the same on every run: fixed boundaries, dates of the report, no clock in archives.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from infra.local.demo.dialects import render
from infra.local.demo.others import render_feedback, render_original, render_tls
from infra.local.demo.traffic import DAY_SECONDS, epoch_of
from infra.local.demo.truth import Aggregate, Failure, Tls, Truth

_TAIL: Final = b"\r\n"
"""What Mimecast leaves behind its gzip stream."""


def mail_of(truth: Truth, recipient: str) -> bytes:
    """The whole message for one report, to one address."""
    match truth:
        case Aggregate():
            return aggregate_mail(truth, render(truth), recipient)
        case Tls():
            return _tls_mail(truth, recipient)
        case Failure():
            return _failure_mail(truth, recipient)


def aggregate_mail(report: Aggregate, xml: bytes, recipient: str) -> bytes:
    """The mail of an aggregate report whose document is ``xml``."""
    return _PACKAGINGS[report.reporter.packaging](report, xml, recipient)


def message(
    fields: dict[str, str],
    body: str,
    *,
    sender: str,
    recipient: str,
    subject: str,
    sent: int,
) -> bytes:
    """A message with CRLF line ends. ``sent`` in epoch seconds; ``fields`` are those of MIME."""
    digest = hashlib.sha256(f"{sender}|{recipient}|{subject}|{sent}|{body}".encode()).hexdigest()[:24]
    head = {
        "From": sender,
        "To": recipient,
        "Subject": subject,
        "Date": format_datetime(datetime.fromtimestamp(sent, UTC)),
        "Message-ID": f"<{digest}@{sender.rpartition('@')[2].rstrip('>')}>",
        "MIME-Version": "1.0",
        **fields,
    }
    text = "".join(f"{name}: {value}\n" for name, value in head.items()) + "\n" + body
    return text.replace("\n", "\r\n").encode()


def attachment(
    data: bytes,
    content_type: str,
    *,
    disposition: str = "attachment",
    filename: str = "",
) -> str:
    """One MIME part in base64, header and all. ``filename`` is the parameter as it is to be written."""
    named = f"; {filename}" if filename else ""
    return (
        f"Content-Type: {content_type}\nContent-Transfer-Encoding: base64\n"
        f"Content-Disposition: {disposition}{named}\n\n{base64.encodebytes(data).decode()}"
    )


def multipart(subtype: str, parts: list[str], *, boundary: str = "=_part") -> tuple[dict[str, str], str]:
    """The Content-Type field of a multipart, and its body."""
    body = "".join(f"--{boundary}\n{part}\n" for part in parts) + f"--{boundary}--\n"
    return {"Content-Type": f'multipart/{subtype}; boundary="{boundary}"'}, body


def zipped(name: str, data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def _name(report: Aggregate) -> str:
    return f"{report.reporter.host}!{report.domain}!{report.begin}!{report.end}.xml"


def _sent(report: Aggregate, fields: dict[str, str], body: str, recipient: str) -> bytes:
    return message(
        fields,
        body,
        sender=report.reporter.email,
        recipient=recipient,
        subject=f"Report domain: {report.domain} Submitter: {report.reporter.host} "
        f"Report-ID: {report.report_id}",
        sent=report.end + 7_200,
    )


def _alone(report: Aggregate, data: bytes, content_type: str, ending: str, recipient: str) -> bytes:
    """The whole message is the attachment: no multipart."""
    name = _name(report).removesuffix(".xml") + ending
    fields = {
        "Content-Type": f'{content_type}; name="{name}"',
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Transfer-Encoding": "base64",
    }
    return _sent(report, fields, base64.encodebytes(data).decode(), recipient)


def _zip_alone(report: Aggregate, xml: bytes, recipient: str) -> bytes:
    return _alone(report, zipped(_name(report), xml), "application/zip", ".zip", recipient)


def _gzip_alone(report: Aggregate, xml: bytes, recipient: str) -> bytes:
    return _alone(report, gzipped(xml), "application/gzip", ".xml.gz", recipient)


def _octet_stream(report: Aggregate, xml: bytes, recipient: str) -> bytes:
    """Neither type nor name say what it is."""
    fields = {
        "Content-Type": "application/octet-stream",
        "Content-Transfer-Encoding": "base64",
    }
    return _sent(report, fields, base64.encodebytes(gzipped(xml)).decode(), recipient)


def _beside(
    report: Aggregate,
    note: str,
    data: bytes,
    content_type: str,
    ending: str,
    recipient: str,
) -> bytes:
    name = _name(report).removesuffix(".xml") + ending
    part = attachment(data, f'{content_type}; name="{name}"', filename=f'filename="{name}"')
    return _sent(report, *multipart("mixed", [note, part]), recipient)


_NOTE: Final = "Content-Type: text/plain; charset=utf-8\n\nThis is a DMARC aggregate report.\n"
_HTML_NOTE: Final = "Content-Type: text/html; charset=us-ascii\n\n<div>This is a DMARC report.</div>\n"


def _gzip_beside_html(report: Aggregate, xml: bytes, recipient: str) -> bytes:
    return _beside(report, _HTML_NOTE, gzipped(xml), "application/gzip", ".xml.gz", recipient)


def _gzip_beside_text(report: Aggregate, xml: bytes, recipient: str) -> bytes:
    return _beside(report, _NOTE, gzipped(xml), "application/gzip", ".xml.gz", recipient)


def _zip_beside_text(report: Aggregate, xml: bytes, recipient: str) -> bytes:
    return _beside(
        report,
        _NOTE,
        zipped(_name(report), xml),
        "application/x-zip",
        ".zip",
        recipient,
    )


def _gzip_with_tail(report: Aggregate, xml: bytes, recipient: str) -> bytes:
    return _beside(report, _NOTE, gzipped(xml) + _TAIL, "application/x-gzip", ".xml.gz", recipient)


def _gzip_split_name(report: Aggregate, xml: bytes, recipient: str) -> bytes:
    """The file name in two halves (RFC 2231) and a type that says nothing."""
    name = _name(report) + ".gz"
    half = len(name) // 2
    halves = f'filename*0="{name[:half]}"; filename*1="{name[half:]}"'
    part = attachment(gzipped(xml), "application/octet-stream", filename=halves)
    return _sent(report, *multipart("mixed", [_NOTE, part]), recipient)


def _bare_xml(report: Aggregate, xml: bytes, recipient: str) -> bytes:
    part = (
        f'Content-Type: text/xml; charset=utf-8; name="{_name(report)}"\n'
        f"Content-Transfer-Encoding: 8bit\nContent-Disposition: attachment\n\n{xml.decode()}"
    )
    return _sent(report, *multipart("mixed", [_NOTE, part]), recipient)


def _forwarded(report: Aggregate, xml: bytes, recipient: str) -> bytes:
    """An administrator passes on, as an attached message, what came to an older address."""
    original = _zip_beside_text(report, xml, f"postmaster@{report.domain}").decode().replace("\r\n", "\n")
    inner = f"Content-Type: message/rfc822\nContent-Disposition: attachment\n\n{original}"
    fields, body = multipart("mixed", [_NOTE, inner], boundary="=_outer")
    return message(
        fields,
        body,
        sender=f"Administrator <postmaster@{report.reporter.host}>",
        recipient=recipient,
        subject="Fwd: DMARC report",
        sent=report.end + 10_800,
    )


_PACKAGINGS: Final[dict[str, Callable[[Aggregate, bytes, str], bytes]]] = {
    "zip_alone": _zip_alone,
    "gzip_alone": _gzip_alone,
    "octet_stream": _octet_stream,
    "gzip_beside_html": _gzip_beside_html,
    "gzip_beside_text": _gzip_beside_text,
    "zip_beside_text": _zip_beside_text,
    "gzip_with_tail": _gzip_with_tail,
    "gzip_split_name": _gzip_split_name,
    "bare_xml": _bare_xml,
    "forwarded": _forwarded,
}


def _tls_mail(report: Tls, recipient: str) -> bytes:
    begin = epoch_of(report.day)
    name = f"{report.host}!{report.domain}!{begin}!{begin + DAY_SECONDS - 1}!001.json.gz"
    note = f"Content-Type: text/plain\n\nThis is a TLS report for {report.domain}.\n"
    part = attachment(
        gzipped(render_tls(report)),
        "application/tlsrpt+gzip",
        filename=f'filename="{name}"',
    )
    fields, body = multipart('report; report-type="tlsrpt"', [note, part])
    fields |= {"TLS-Report-Domain": report.domain, "TLS-Report-Submitter": report.host}
    subject = f"Report Domain: {report.domain} Submitter: {report.host} Report-ID: <{report.report_id}>"
    return message(
        fields,
        body,
        sender=report.contact,
        recipient=recipient,
        subject=subject,
        sent=begin + DAY_SECONDS + 3_600,
    )


def _failure_mail(report: Failure, recipient: str) -> bytes:
    note = "Content-Type: text/plain\n\nA message that claims to be yours failed DMARC.\n"
    feedback = f"Content-Type: message/feedback-report\n\n{render_feedback(report)}"
    original = f"Content-Type: text/rfc822-headers\n\n{render_original(report)}"
    fields, body = multipart("report; report-type=feedback-report", [note, feedback, original])
    return message(
        fields,
        body,
        sender="fbl@heron.example",
        recipient=recipient,
        subject=f"FW: {report.subject}",
        sent=report.arrived + 60,
    )
