"""Every rule by which an issue is found."""

from __future__ import annotations

from typing import Final

from shared.core.advice import record_rules, report_rules, tls_rules, transport_rules
from shared.core.advice.sights import Rule

ISSUES: Final[tuple[Rule, ...]] = (
    *record_rules.RULES,
    *transport_rules.RULES,
    *tls_rules.RULES,
    *report_rules.RULES,
)
