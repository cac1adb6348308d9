"""The demo's second part: what the domains' records say, and hosting those that are wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from infra.local.demo.answers import Answers, Json
from infra.local.demo.cast import DOMAINS, ORCHARD
from infra.local.demo.zones import zone_records
from infra.local.stack_error import StackError
from infra.local.zone_files import remove_zone, write_zone

_PATIENCE: Final = 90.0
_PAUSE: Final = 1.0
_REREAD: Final = 5.0
_WISHES: Final = {"p": "quarantine", "sp": "quarantine", "np": "reject", "adkim": "r", "fo": "1"}

MISTAKES: Final = {
    ("dmarc", "dmarc_multiple_records"),
    ("spf", "spf_too_many_lookups"),
    ("dkim", "dkim_key_short"),
    ("mta_sts_policy", "mta_sts_mx_not_covered"),
}
"""Of orchard's records: the part of the inspection and the finding."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the second part has to show. ``inspections`` by domain, ``hosted`` the last verification by
    service; ``seconds`` is how long each took from the changed CNAME to that."""

    inspections: Mapping[str, Json]
    generated: Json
    hosted: Mapping[str, Json]
    seconds: Mapping[str, float]


class RecordsPart:
    """``say`` is told every step and what came of it."""

    def __init__(self, answers: Answers, say: Callable[[str, str], None]) -> None:
        self._answers = answers
        self._say = say

    def perform(self) -> Told:
        """Inspect both domains, then have orchard's DMARC and MTA-STS hosted, down to its zone's CNAMEs."""
        remove_zone(ORCHARD.name)
        self._until_restored()
        inspections = {watched.name: self._inspected(watched.name) for watched in DOMAINS}
        for name, inspection in inspections.items():
            self._say("inspect", f"{name}: {inspection['errors']} errors, {inspection['warnings']} warnings")
        generated = self._ask("POST", "/dmarc-record", _WISHES)
        self._say("generate", generated["record"])
        bodies = {"dmarc": {"record": generated["record"]}, "mta-sts": {"mode": "enforce"}}
        hosted, seconds = {}, {}
        leading: dict[str, str] = {}
        for service, body in bodies.items():
            self._ask("PUT", f"/hosting/{service}", body)
            told = self._until(service, _is_published if service == "dmarc" else _is_answered)
            leading |= {cname["host"]: cname["expected_value"] for cname in cnames(told)}
            began = time.monotonic()
            self._flip(leading)
            hosted[service] = self._until(service, _is_ready)
            seconds[service] = time.monotonic() - began
            self._say("host", f"{service} is ready {seconds[service]:.1f} s after its CNAMEs were set")
        return Told(inspections, generated, hosted, seconds)

    def _until_restored(self) -> None:
        """The DNS server reads its files once a second; what is missing after that is told at the end."""
        deadline = time.monotonic() + _REREAD
        while not MISTAKES.issubset(findings(self._inspected(ORCHARD.name))) and time.monotonic() < deadline:
            time.sleep(_PAUSE)

    def _inspected(self, domain: str) -> Json:
        """With the selectors that the domain's senders sign with."""
        senders = next(watched.senders for watched in DOMAINS if watched.name == domain)
        selectors = ",".join(sorted({sender.selector for sender in senders if not sender.own_domain}))
        found: Json = self._answers.ask("GET", "/inspect", domain=domain, selector=selectors)["data"]
        return found

    def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        answer: Json = self._answers.ask(method, f"/domains/{ORCHARD.name}{path}", body=body)["data"]
        return answer

    def _flip(self, leading: Mapping[str, str]) -> None:
        """Put the CNAMEs in the place of what orchard's zone has at their names."""
        kept = [
            record
            for record in zone_records()[ORCHARD.name]
            if f"{record.split()[0]}.{ORCHARD.name}" not in leading
        ]
        write_zone(ORCHARD.name, [*kept, *(f"{host}. IN CNAME {to}." for host, to in leading.items())])

    def _until(self, service: str, done: Callable[[Json], bool]) -> Json:
        deadline = time.monotonic() + _PATIENCE
        while True:
            told = self._ask("POST", f"/hosting/{service}/verify", {})
            if done(told):
                return told
            if time.monotonic() > deadline:
                raise StackError(
                    f"hosted {service} is {told['overall_status']} for {_PATIENCE:.0f} s: {told}"
                )
            time.sleep(_PAUSE)


def differences(told: Told) -> Iterator[str]:
    """In what the inspections and the hosting differ from what they should be."""
    missed = MISTAKES - set(findings(told.inspections[ORCHARD.name]))
    yield from (f"{ORCHARD.name}: {part} has no finding {code}" for part, code in sorted(missed))
    for name, inspection in told.inspections.items():
        if name != ORCHARD.name and inspection["errors"]:
            yield f"{name}: {inspection['errors']} errors where there is none"
    for service, hosted in told.hosted.items():
        if hosted["overall_status"] != "ready":
            yield f"hosted {service} is {hosted['overall_status']}"


def findings(inspection: Json) -> Iterator[tuple[str, str]]:
    """(part, code) of everything that is wrong or doubtful."""
    yield from ((part, finding["code"]) for part, finding in listed(inspection))


def listed(inspection: Json) -> Iterator[tuple[str, Json]]:
    """(part, finding), errors and warnings, in the order of the parts."""
    for summary in inspection["summary"]:
        part = inspection[summary["name"]]
        keys = part.get("keys", ())
        for found in (*part["findings"], *(each for key in keys for each in key["findings"])):
            if found["severity"] != "info":
                yield summary["name"], found


def cnames(told: Json) -> Iterator[Json]:
    """All CNAMEs of a verification, of whichever service."""
    if "cname" in told:
        yield told["cname"]
    else:
        yield told["policy_cname"]
        yield told["mta_sts_record"]["cname"]
        yield told["tls_rpt_record"]["cname"]


def _is_published(told: Json) -> bool:
    return bool(told["txt_record"]["status"] == "published")


def _is_answered(told: Json) -> bool:
    return bool(told["tls_rpt_record"]["txt_record"]["status"] == "published")


def _is_ready(told: Json) -> bool:
    return bool(told["overall_status"] == "ready")
