"""Plans: every limit of an account has its name and number here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.core.errors import Invalid

ANONYMOUS_REQUESTS_PER_MINUTE: Final = 2
"""For one address without an API key."""

REFUSED_KEYS_PER_MINUTE: Final = 30
"""Wrong API keys that one address may try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an account may have. Numbers are the most that there can be at a time, if not said otherwise."""

    name: str
    included_domains: int
    """Active domains that are not parked; an account's extra domains come on top."""
    domains: int
    """Domains, active or not, parked or not; the extra ones come on top here too."""
    parked_domains: int
    parked_credits: int
    """Messages in a calendar month (UTC) that reports tell of for all parked domains together."""
    members: int
    """People, invited ones among them."""
    groups: int
    """Beside the default group."""
    tags: int
    api_keys: int
    """That were not revoked, expired ones among them."""
    retention_days: int
    requests_per_minute: int
    """Of each key and each member."""
    check_interval: int
    """Quarters of an hour between two looks at the DNS of a domain."""
    failure_retention_days: int = 30
    forensic: bool = True
    """Whether failure reports can be kept."""
    hosting: bool = True
    """Whether DMARC records and MTA-STS policies can be hosted."""


@dataclass(frozen=True, slots=True)
class DomainLimits:
    """How many domains there may be: in all, ``active`` and not parked, ``parked``."""

    total: int
    active: int
    parked: int


MOST_DOMAINS: Final = DomainLimits(1_000_000, 1_000_000, 1_000_000)
"""Of any account, whatever its plan."""


_PLANS: Final = {
    plan.name: plan
    for plan in (
        Plan(
            name="basic",
            included_domains=1,
            domains=20,
            parked_domains=1,
            parked_credits=1_000,
            members=2,
            groups=2,
            tags=10,
            api_keys=2,
            retention_days=30,
            requests_per_minute=30,
            check_interval=96,
            forensic=False,
            hosting=False,
        ),
        Plan(
            name="starter",
            included_domains=5,
            domains=500,
            parked_domains=5,
            parked_credits=10_000,
            members=5,
            groups=10,
            tags=50,
            api_keys=10,
            retention_days=90,
            requests_per_minute=30,
            check_interval=96,
        ),
        Plan(
            name="pro",
            included_domains=5,
            domains=1_000,
            parked_domains=50,
            parked_credits=100_000,
            members=25,
            groups=50,
            tags=100,
            api_keys=50,
            retention_days=180,
            requests_per_minute=30,
            check_interval=24,
        ),
        Plan(
            name="msp",
            included_domains=1_000,
            domains=10_000,
            parked_domains=5_000,
            parked_credits=5_000_000,
            members=500,
            groups=2_000,
            tags=500,
            api_keys=200,
            retention_days=400,
            requests_per_minute=300,
            check_interval=24,
        ),
        Plan(
            name="operator",
            included_domains=100_000,
            domains=200_000,
            parked_domains=100_000,
            parked_credits=1_000_000_000,
            members=10_000,
            groups=10_000,
            tags=1_000,
            api_keys=1_000,
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
