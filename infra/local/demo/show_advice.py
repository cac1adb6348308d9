"""The tables of the demo's part on advice."""

from __future__ import annotations

from rich.table import Table

from infra.local.demo.advice import Advised
from infra.local.demo.answers import Json
from infra.local.demo.show import table

_LARGEST = 2


def plans_table(advised: Advised) -> Table:
    """One line for each time that the planner was asked."""
    lines = [
        (
            f"{told['domain']} ({when})" if when else told["domain"],
            told["current_policy"] or "-",
            told["message_count"],
            _percent(told["dmarc_compliance_percent"]),
            _percent(told["senders_latest_compliance_percent"]),
            "ready" if told["policy_ready"] else "not ready",
            told["recommendation"],
            ", ".join(blocker["code"] for blocker in told["blockers"]) or "-",
        )
        for when, told in advised.plans
    ]
    columns = ("domain", "policy", "#messages", "#DMARC pass", "#own, lately", "", "next", "in the way")
    return table("May they move on?", columns, lines)


def simulations_table(advised: Advised) -> Table:
    """One line for each policy that was tried."""
    lines = [
        (
            asked.domain,
            asked.policy,
            f"{asked.first:%m-%d} to {asked.last:%m-%d}",
            told["simulated"]["messages"],
            told["simulated"]["delivered"],
            told["simulated"]["quarantined"],
            told["simulated"]["rejected"],
            _most_lost(told),
        )
        for asked, told in advised.simulations
    ]
    columns = (
        "domain", "policy", "days", "#messages", "#delivered", "#quarantined", "#rejected", "most lost",
    )  # fmt: skip
    return table("What policies would have done", columns, lines)


def _most_lost(told: Json) -> str:
    lost = [(each["sender_domain"], each["messages"] - each["delivered"]) for each in told["sources"]]
    return ", ".join(f"{name} {count:,}" for name, count in lost[:_LARGEST] if count) or "-"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} %"
