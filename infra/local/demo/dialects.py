"""The aggregate report, as each kind of reporter writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final
from xml.sax.saxutils import escape

from infra.local.demo.truth import Aggregate, Line

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" ?>\n'
_RFC9990: Final = "urn:ietf:params:xml:ns:dmarc-2.0"


def render(report: Aggregate) -> bytes:
    """The XML of the report in its reporter's dialect."""
    return _DIALECTS[report.reporter.dialect](report)


def _plain(report: Aggregate) -> bytes:
    """RFC 7489 without a namespace or version."""
    body = _metadata(report) + _policy(report, pct=True) + _records(report, _record)
    return f"{_DECLARATION}<feedback>\n{body}</feedback>\n".encode()


def _versioned(report: Aggregate) -> bytes:
    body = _metadata(report) + _policy(report, pct=True) + _records(report, _record)
    return f"{_DECLARATION}<feedback>\n<version>1.0</version>\n{body}</feedback>\n".encode()


def _namespaced(report: Aggregate) -> bytes:
    body = _metadata(report) + _policy(report, pct=True, fo=True) + _records(report, _record)
    opening = '<feedback xmlns="http://dmarc.org/dmarc-xml/0.1">'
    return f"{_DECLARATION}{opening}\n<version>1.0</version>\n{body}</feedback>\n".encode()


def _outlook(report: Aggregate) -> bytes:
    """All on one line, with schema attributes that mean nothing and the envelope before header-from."""
    opening = (
        '<feedback xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><version>1.0</version>'
    )
    body = _metadata(report) + _policy(report, pct=True, fo=True) + _records(report, _outlook_record)
    return f'<?xml version="1.0"?>{opening}{body}</feedback>'.replace("\n", "").encode()


def _sparse(report: Aggregate) -> bytes:
    """Nothing that may be left out; a byte order mark in front."""
    body = _metadata(report) + _policy(report) + _records(report, _sparse_record)
    return b"\xef\xbb\xbf" + f"<feedback>\n{body}</feedback>".encode()


def _shouting(report: Aggregate) -> bytes:
    """Results in capitals and padded with blanks."""
    body = _metadata(report) + _policy(report, pct=True) + _records(report, _shouting_record)
    return f"{_DECLARATION}<feedback>\n{body}</feedback>\n".encode()


def _utf16(report: Aggregate) -> bytes:
    text = _plain(report).decode().replace("UTF-8", "UTF-16")
    return text.encode("utf-16")


def _rfc9990(report: Aggregate) -> bytes:
    body = (
        _metadata(report, generator="Kestrel 3.1")
        + _policy(report, modern=True)
        + _records(report, _modern_record)
    )
    return (
        f'{_DECLARATION}<feedback xmlns="{_RFC9990}">\n<version>1.0</version>\n{body}</feedback>\n'.encode()
    )


_DIALECTS: Final[dict[str, Callable[[Aggregate], bytes]]] = {
    "plain": _plain,
    "versioned": _versioned,
    "namespaced": _namespaced,
    "outlook": _outlook,
    "sparse": _sparse,
    "shouting": _shouting,
    "utf16": _utf16,
    "rfc9990": _rfc9990,
}


def _element(name: str, text: str | int) -> str:
    return f"<{name}>{escape(str(text))}</{name}>\n"


def _metadata(report: Aggregate, *, generator: str = "") -> str:
    reporter = report.reporter
    period = _element("begin", report.begin) + _element("end", report.end)
    return "".join(
        (
            "<report_metadata>\n",
            _element("org_name", reporter.org),
            _element("email", reporter.email),
            _element("extra_contact_info", reporter.contact) if reporter.contact else "",
            _element("report_id", report.report_id),
            f"<date_range>\n{period}</date_range>\n",
            _element("generator", generator) if generator else "",
            "</report_metadata>\n",
        )
    )


def _policy(report: Aggregate, *, pct: bool = False, fo: bool = False, modern: bool = False) -> str:
    policy = report.policy
    return "".join(
        (
            "<policy_published>\n",
            _element("domain", report.domain),
            _element("adkim", policy.adkim),
            _element("aspf", policy.aspf),
            _element("p", policy.p),
            _element("sp", policy.sp),
            _element("pct", 100) if pct else "",
            _element("fo", 1) if fo or modern else "",
            _element("np", policy.sp) + _element("testing", "n") if modern else "",
            _element("discovery_method", "treewalk") if modern else "",
            "</policy_published>\n",
        )
    )


def _records(report: Aggregate, record: Callable[[Line], str]) -> str:
    return "".join(record(line) for line in report.lines)


def _record(line: Line) -> str:
    identifiers = _element("header_from", line.header_from)
    return _assembled(line, _result, identifiers, _signatures(line), _bounce(line))


def _outlook_record(line: Line) -> str:
    identifiers = (
        _element("envelope_to", "contoso.example")
        + _element("envelope_from", line.bounce)
        + _element("header_from", line.header_from)
    )
    return _assembled(line, _result, identifiers, _signatures(line), _bounce(line, scope=True))


def _sparse_record(line: Line) -> str:
    signatures = "".join(
        f"<dkim>\n{_element('domain', domain)}{_element('result', result)}</dkim>\n"
        for domain, _, result in line.signatures
    )
    return _assembled(
        line,
        _result,
        _element("header_from", line.header_from),
        signatures,
        _bounce(line),
    )


def _shouting_record(line: Line) -> str:
    def result(passed: bool) -> str:
        return "\n  PASS  " if passed else "Fail "

    identifiers = _element("envelope_from", "") + _element("header_from", line.header_from.upper())
    return _assembled(line, result, identifiers, _signatures(line), _bounce(line))


def _modern_record(line: Line) -> str:
    identifiers = _element("header_from", line.header_from) + _element("envelope_from", line.bounce)
    passed_as = "pass" if line.dmarc_pass else line.disposition
    return _assembled(
        line,
        _result,
        identifiers,
        _signatures(line),
        _bounce(line, scope=True),
        disposition=passed_as,
    )


def _result(passed: bool) -> str:
    return "pass" if passed else "fail"


def _assembled(
    line: Line,
    result: Callable[[bool], str],
    identifiers: str,
    signatures: str,
    bounce: str,
    *,
    disposition: str | None = None,
) -> str:
    evaluated = "".join(
        (
            _element("disposition", disposition or line.disposition),
            _element("dkim", result(line.dkim)),
            _element("spf", result(line.spf)),
            "".join(_reason(line)),
        )
    )
    return (
        "<record>\n<row>\n"
        f"{_element('source_ip', line.ip)}{_element('count', line.count)}"
        f"<policy_evaluated>\n{evaluated}</policy_evaluated>\n</row>\n"
        f"<identifiers>\n{identifiers}</identifiers>\n"
        f"<auth_results>\n{signatures}{bounce}</auth_results>\n</record>\n"
    )


def _reason(line: Line) -> Iterator[str]:
    if line.override is not None:
        comment = "looks forwarded, downgrade to none" if line.override == "forwarded" else ""
        yield f"<reason>\n{_element('type', line.override)}{_element('comment', comment)}</reason>\n"


def _signatures(line: Line) -> str:
    return "".join(
        "<dkim>\n"
        + _element("domain", domain)
        + _element("selector", selector)
        + _element("result", result)
        + "</dkim>\n"
        for domain, selector, result in line.signatures
    )


def _bounce(line: Line, *, scope: bool = False) -> str:
    where = _element("scope", "mfrom") if scope else ""
    return f"<spf>\n{_element('domain', line.bounce)}{where}{_element('result', line.bounce_result)}</spf>\n"
