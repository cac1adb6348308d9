"""Plans: every limit of an account has its name and number here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.core.errors import Invalid

ANONYMOUS_REQUESTS_PER_MINUTE: Final = 2
"""For one address without an API key."""

REFUSED_KEYS_PER_MINUTE: Final = 30
"""Wrong API keys that one address may try."""


@dataclass(frozen=True, slots=True)
class Plan:
    name: str
    included_domains: int
    retention_days: int
    requests_per_minute: int
    check_interval: int
    """Quarters of an hour between two looks at the DNS of a domain."""
    failure_retention_days: int = 30


_PLANS: Final = {
    plan.name: plan
    for plan in (
        Plan("starter", included_domains=5, retention_days=90, requests_per_minute=30, check_interval=96),
        Plan("pro", included_domains=5, retention_days=180, requests_per_minute=30, check_interval=24),
        Plan("msp", included_domains=1_000, retention_days=400, requests_per_minute=300, check_interval=24),
        Plan(
            "operator",
            included_domains=100_000,
            retention_days=7_300,
            requests_per_minute=6_000,
            check_interval=24,
        ),
    )
}

DEFAULT: Final = "operator"


def check_intervals() -> tuple[int, ...]:
    """Every interval that some plan has."""
    return tuple(sorted({plan.check_interval for plan in _PLANS.values()}))


def plan_named(name: str) -> Plan:
    if name not in _PLANS:
        raise Invalid(f"There is no plan {name!r}; the plans are {', '.join(_PLANS)}", param="plan")
    return _PLANS[name]


def plan_names() -> tuple[str, ...]:
    return tuple(_PLANS)
