"""Failure and TLS reports, for the rights that reading and deleting them takes."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import uuid4

from shared.core import ids
from shared.core.domains import Domain
from shared.core.reports import ReportSummary
from tests.fixtures.reports import tls_json
from tests.sweeps.rights.asked import Case
from tests.sweeps.rights.scene import Scene, Try, failure, today


def lists_failures(scene: Scene) -> Try:
    _failure(scene)
    return scene.asks("GET", "/failure-reports")


def reads_failure_mail(scene: Scene) -> Try:
    return scene.asks("GET", f"/failure-reports/{_failure(scene)}?redact=false")


def reads_large_failure(scene: Scene) -> Try:
    return scene.asks("GET", f"/failure-reports/{_failure(scene, large=True)}")


def searches_again(scene: Scene) -> Try:
    """The claim of the Idempotency-Key is given back with the refusal."""
    day = today().isoformat()
    body = {"start_date": day, "end_date": day, "domains": ["nothing.example"]}
    return scene.asks(
        "POST",
        "/failure-jobs",
        HTTPStatus.NOT_FOUND,
        json=body,
        headers={"Idempotency-Key": uuid4().hex},
    )


def removes_failure(scene: Scene) -> Try:
    return _removes(scene, large=False)


def removes_large_failure(scene: Scene) -> Try:
    return _removes(scene, large=True)


def lists_tls_failures(*, large: bool) -> Case:
    def prepared(scene: Scene) -> Try:
        domain = scene.domain(active=True)
        _tls(scene, domain, 600 if large else 1)
        assert scene.rolls_up(domain)()
        return scene.asks("GET", f"/tls/failures?domains={domain.name}")

    prepared.__name__ = f"lists_tls_failures of {'a large' if large else 'a'} report"
    return prepared


def _removes(scene: Scene, *, large: bool) -> Try:
    number = _failure(scene, large=large)
    return scene.asks("DELETE", "/failure-reports", json={"ids": [number]})


def _failure(scene: Scene, *, large: bool = False) -> str:
    domain = scene.domain(active=True)
    kept = scene.tenant.ask("PATCH", f"/domains/{domain.name}", json={"report_kinds": {"failure": True}})
    assert kept.status_code == HTTPStatus.OK, kept.text
    return ids.render(ids.REPORT, _stored(scene, domain, failure(domain, _noise() if large else "")).id)


def _tls(scene: Scene, domain: Domain, failures: int) -> None:
    details = [
        {
            "result-type": "certificate-expired",
            "sending-mta-ip": f"10.{random.getrandbits(8)}.{random.getrandbits(8)}.{place % 250}",
            "failed-session-count": 1,
        }
        for place in range(failures)
    ]
    day = datetime.now(UTC).date()
    _stored(
        scene,
        domain,
        tls_json(
            domain=domain.name,
            start=f"{day}T00:00:00Z",
            end=f"{day}T23:59:59Z",
            report_id=uuid4().hex,
            failed=failures,
            failures=details,
        ),
    )


def _stored(scene: Scene, domain: Domain, data: bytes) -> ReportSummary:
    assert scene.works("ingest-mail", scene.delivery(scene.mailed(data)))
    (stored,) = scene.reports.of_day(scene.account, domain.id, today())
    return stored.summary


def _noise() -> str:
    """Headers that do not get smaller by packing."""
    return "".join(f"X-Noise-{place}: {uuid4().hex}{uuid4().hex}\r\n" for place in range(80))
