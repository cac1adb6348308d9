"""TLS and failure reports as plain documents, for the store, and back as values."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from shared.core.segments import pack_document, unpack_document
from shared.mailauth.reports.values import Deviation, FailureReport, TlsFailure, TlsPolicy


def pack_policies(policies: tuple[TlsPolicy, ...]) -> bytes:
    return pack_document([asdict(policy) for policy in policies])


def unpack_policies(segment: bytes) -> tuple[TlsPolicy, ...]:
    return tuple(_policy(document) for document in unpack_document(segment))


def pack_failure(report: FailureReport) -> bytes:
    return pack_document(asdict(report))


def unpack_failure(segment: bytes) -> FailureReport:
    document: dict[str, Any] = unpack_document(segment)
    document["deviations"] = tuple(Deviation(**deviation) for deviation in document["deviations"])
    document["original_headers"] = tuple((name, value) for name, value in document["original_headers"])
    return FailureReport(**{field.name: _frozen(document[field.name]) for field in fields(FailureReport)})


def _policy(document: dict[str, Any]) -> TlsPolicy:
    failures = tuple(TlsFailure(**failure) for failure in document["failures"])
    rest = {name: _frozen(value) for name, value in document.items() if name != "failures"}
    return TlsPolicy(**rest, failures=failures)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
