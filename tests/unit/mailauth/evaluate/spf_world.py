"""SPF records in a made-up DNS, for the tests of the tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.mailauth.evaluate.questions import Answer
from shared.mailauth.evaluate.spf_branch import Branch
from shared.mailauth.evaluate.spf_branches import tree_of
from shared.mailauth.evaluate.spf_check import SpfCheck, check
from shared.mailauth.evaluate.spf_tree import SpfInspection, inspect_spf
from tests.fakes.dns import FakeDns, drive

DOMAIN = "example.com"
Zone = Mapping[tuple[str, str], Sequence[str] | Answer]


def published(record: str, others: Mapping[str, str] | None = None, more: Zone | None = None) -> Zone:
    """``others``: domain -> its record."""
    texts = {(name, "TXT"): [text] for name, text in {DOMAIN: record, **(others or {})}.items()}
    return {**texts, **(more or {})}


def inspected(zone: Zone, domain: str = DOMAIN) -> SpfInspection:
    return drive(inspect_spf(domain), FakeDns(zone))


def grown(zone: Zone, domain: str = DOMAIN) -> Branch:
    return drive(tree_of(domain), FakeDns(zone))


def checked(zone: Zone, ip: str, domain: str = DOMAIN) -> SpfCheck:
    return drive(check(ip, f"someone@{domain}", f"mail.{domain}"), FakeDns(zone))


def codes(inspection: SpfInspection) -> list[str]:
    return [finding.code for finding in inspection.findings]
