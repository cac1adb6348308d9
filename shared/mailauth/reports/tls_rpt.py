"""TLS reports (RFC 8460 section 4): JSON in, a frozen value out.

The report is read leniently: numbers written as texts, single values instead of lists, missing fields.
What a hostile one could do is bounded before Python's JSON reader sees it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from shared.mailauth.reports import vocabulary
from shared.mailauth.reports.deviations import Deviations
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Exceeded, Reason, Unreadable
from shared.mailauth.reports.values import TlsFailure, TlsPolicy, TlsReport
from shared.mailauth.reports.vocabulary import Note

Json = dict[str, Any]

_LARGEST = 10 * 2**20
_DEEPEST = 32
_TOKENS = 300_000
_KNOWN = frozenset(("organization-name", "date-range", "contact-info", "report-id", "policies"))
_POLICY_TYPES = frozenset(("tlsa", "sts", "no-policy-found"))
# Matches from every quote, closed or not: a scan that fails would be tried again from the next one.
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_STRUCTURE = re.compile(rb"[\[\]{},]")
_COUNT = re.compile(r"\d{1,15}")


def read_tls(data: bytes, meter: Meter) -> TlsReport:
    """Read one report; raises ``Unreadable`` when it is none, ``Exceeded`` when it costs too much."""
    meter.tick()
    deviations = Deviations()
    document = _document(data, deviations.note)
    meter.tick()
    report = _report(document, meter.limits.text, deviations)
    meter.tick()
    return report


def _document(data: bytes, note: Note) -> Json:
    if not data.strip():
        raise Unreadable(Reason.EMPTY, "nothing in it")
    if len(data) > _LARGEST:
        raise Exceeded(Reason.TOO_LARGE, f"JSON of more than {_LARGEST} bytes")
    text = _text(data, note)
    _bound(text.encode())
    try:
        document = json.loads(
            text,
            parse_int=_integer,
            parse_constant=_no_number,
            object_pairs_hook=lambda pairs: _object(pairs, note),
            strict=False,
        )
    except ValueError as error:
        raise Unreadable(Reason.MALFORMED_JSON, str(error)) from error
    if isinstance(document, list) and len(document) == 1:
        note("report_in_a_list", "")
        document = document[0]
    if not isinstance(document, dict) or len(_KNOWN & document.keys()) < 2:
        raise Unreadable(Reason.NOT_A_REPORT, "JSON, but no TLS report")
    return document


def _text(data: bytes, note: Note) -> str:
    """The JSON text; RFC 8259 wants UTF-8 without a mark."""
    encoding = json.detect_encoding(data)
    if encoding != "utf-8":
        note("encoding", encoding)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        note("invalid_utf8", "")
        return data.decode("cp1252" if encoding.startswith("utf-8") else encoding, "replace")


def _bound(data: bytes) -> None:
    """Refuse what is deeper or has more in it than any report, in one pass outside the texts."""
    depth = 0
    for items, match in enumerate(_STRUCTURE.finditer(_STRING.sub(b'""', data))):
        token = match[0]
        if token in b"[{":
            depth += 1
            if depth > _DEEPEST:
                raise Unreadable(Reason.NESTED_TOO_DEEP, f"JSON deeper than {_DEEPEST}")
        elif token in b"]}":
            depth -= 1
        if items > _TOKENS:
            raise Exceeded(Reason.TOO_LARGE, "JSON of too many values")


def _integer(digits: str) -> int:
    """Python takes quadratic time for long integers; none is needed."""
    return int(digits) if len(digits) <= 18 else -1


def _no_number(name: str) -> None:
    """NaN and the infinities, which are not JSON, say nothing."""


def _object(pairs: list[tuple[str, Any]], note: Note) -> Json:
    """I-JSON (RFC 7493) forbids repeated names; the first one counts."""
    read: Json = {}
    for key, value in pairs:
        if key in read:
            note("repeated_key", key)
        else:
            read[key] = value
    return read


def _report(document: Json, longest: int, deviations: Deviations) -> TlsReport:
    note = deviations.note
    begin, end = _period(document.get("date-range"), note)
    contact = _string(document, "contact-info", longest)
    if contact is None:
        note("no_contact_info", "")
    organization = _string(document, "organization-name", longest)
    if organization is None:
        note("no_organization_name", "")
    report_id = _string(document, "report-id", longest)
    if report_id is None:
        note("no_report_id", "")
    policies = tuple(
        _policy(item, longest, note) for item in _objects(document.get("policies"), "policies", note)
    )
    if not policies:
        note("no_policies", "")
    return TlsReport(
        organization=organization or (contact or "").rpartition("@")[2].lower(),
        contact_info=contact,
        report_id=report_id or "",
        begin=begin,
        end=end,
        policies=policies,
        deviations=deviations.listed(),
    )


def _period(value: object, note: Note) -> tuple[int, int]:
    dates = value if isinstance(value, dict) else {}
    begin, end = (_moment(dates.get(f"{edge}-datetime"), note) for edge in ("start", "end"))
    if begin is None or end is None:
        raise Unreadable(Reason.NO_PERIOD, "no date range that can be read")
    if begin > end:
        note("period_reversed", f"{begin} to {end}")
    return begin, end


def _moment(value: object, note: Note) -> int | None:
    """RFC 3339 with any offset; epoch seconds are read with a note."""
    if isinstance(value, str) and (moment := vocabulary.iso_time(value)) is not None:
        return moment
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        seconds = vocabulary.epoch(str(value).strip(), note)
        if seconds is not None:
            note("odd_time", str(value))
        return seconds
    return None


def _policy(item: Json, longest: int, note: Note) -> TlsPolicy:
    policy = item.get("policy")
    if not isinstance(policy, dict):
        note("no_policy", "")
        policy = {}
    summary = item.get("summary")
    if not isinstance(summary, dict):
        note("no_summary", "")
        summary = {}
    domain = _string(policy, "policy-domain", longest)
    if domain is None:
        note("no_policy_domain", "")
    policy_type = (_string(policy, "policy-type", longest) or "").lower()
    if policy_type not in _POLICY_TYPES:
        note("unknown_policy_type", policy_type)
    hosts = policy.get("mx-host", policy.get("mx-host-pattern"))
    failures = _objects(item.get("failure-details"), "failure-details", note)
    return TlsPolicy(
        policy_type=policy_type,
        policy_domain=vocabulary.domain(domain, note) if domain else "",
        policy_string=_strings(policy.get("policy-string"), longest),
        mx_hosts=tuple(vocabulary.domain(host, note) for host in _strings(hosts, longest)),
        successful_sessions=_count(summary.get("total-successful-session-count"), note),
        failed_sessions=_count(summary.get("total-failure-session-count"), note),
        failures=tuple(_failure(failure, longest, note) for failure in failures),
    )


def _failure(item: Json, longest: int, note: Note) -> TlsFailure:
    def optional(*names: str) -> str | None:
        return next((text for name in names if (text := _string(item, name, longest))), None)

    def address(name: str) -> str | None:
        text = optional(name)
        return vocabulary.address(text, note) if text else None

    result = (optional("result-type") or "").lower()
    if not result:
        note("no_result_type", "")
    return TlsFailure(
        result_type=result,
        sending_mta_ip=address("sending-mta-ip"),
        receiving_mx_hostname=optional("receiving-mx-hostname"),
        receiving_mx_helo=optional("receiving-mx-helo"),
        receiving_ip=address("receiving-ip"),
        failed_session_count=_count(item.get("failed-session-count"), note),
        additional_information=optional("additional-information", "additional-info-uri"),
        failure_reason_code=optional("failure-reason-code"),
    )


def _count(value: object, note: Note) -> int:
    """A number of sessions, never negative; null and what is no number is none, and noted."""
    if isinstance(value, str) and _COUNT.fullmatch(value.strip()):
        note("number_as_text", value)
        value = int(value)
    if isinstance(value, float) and 0 <= value < vocabulary.COUNT_LIMIT:
        note("odd_count", str(value))
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < vocabulary.COUNT_LIMIT:
        return value
    note("no_count", "" if value is None else str(value)[:50])
    return 0


def _objects(value: object, name: str, note: Note) -> list[Json]:
    """A list of objects; a single one stands for a list of one, others are left out with a note."""
    if value is None:
        return []
    if isinstance(value, dict):
        note("object_for_list", name)
        return [value]
    items = value if isinstance(value, list) else [value]
    objects = [item for item in items if isinstance(item, dict)]
    if len(objects) != len(items):
        note("not_an_object", name)
    return objects


def _strings(value: object, longest: int) -> tuple[str, ...]:
    """A list of texts; a text stands for a list of one."""
    items = value if isinstance(value, list) else [value]
    return tuple(_bounded(item.strip(), longest) for item in items if isinstance(item, str) and item.strip())


def _string(item: Json, name: str, longest: int) -> str | None:
    """A text that says something; numbers are taken as written."""
    value = item.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return _bounded(value.strip(), longest) or None if isinstance(value, str) else None


def _bounded(text: str, longest: int) -> str:
    if len(text) > longest:
        raise Unreadable(Reason.TOO_LARGE, f"a text of more than {longest} characters")
    # A lone surrogate (from an escape) is no character, and no store takes it.
    return text.encode("utf-8", "replace").decode()
