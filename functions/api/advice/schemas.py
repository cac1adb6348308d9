"""Issues, tasks, policy plans and simulations on the wire."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from shared.core.advice.planning import Blocker, Recommendation
from shared.core.senders.standing import Standing
from shared.core.stored_filters import MOST_DOMAINS
from shared.edge.schemas import Day, Meta, Timestamp, Wire

MOST_SOURCES: Final = 1_000
"""Forgers can be many, and an answer has to fit what a function may answer."""


class PageMeta(Meta):
    has_more: bool
    next_cursor: str | None = Field(
        description="Ask for the next page with it; null on the last one. A page before it may hold few "
        "entries or none when a filter matches little."
    )


class IssueOrdering(StrEnum):
    CREATED = "created"
    CREATED_DOWN = "-created"
    SOLVED = "solved"
    SOLVED_DOWN = "-solved"
    DOMAIN = "domain"
    DOMAIN_DOWN = "-domain"


class TaskOrdering(StrEnum):
    CREATED = "created"
    CREATED_DOWN = "-created"
    DOMAIN = "domain"
    DOMAIN_DOWN = "-domain"
    CATEGORY = "category"
    CATEGORY_DOWN = "-category"
    SOLVE_TIME = "solve_time"
    SOLVE_TIME_DOWN = "-solve_time"
    RESOLVED = "resolved"
    RESOLVED_DOWN = "-resolved"


class Issue(Wire):
    id: str = Field(examples=["iss_7215"], description="The same for as long as the domain is there.")
    rule: str = Field(examples=["dkim_key_short"], description="Which rule found it.")
    domain_id: str = Field(examples=["ud_19"])
    domain: str = Field(examples=["orchard.example"])
    subject: str | None = Field(examples=["s1"], description="What of the domain it is about.")
    problem: str
    solution: str
    details: str
    created_at: Timestamp = Field(description="When it was first found.")
    reopened_at: Timestamp | None = Field(description="When it was last found again after it was solved.")
    solved_at: Timestamp | None = Field(description="Null while it is open.")
    ignore: bool


class IssueList(Wire):
    data: list[Issue]
    meta: PageMeta


class Task(Wire):
    id: str = Field(examples=["task_7215"])
    step: str = Field(examples=["align_sender"])
    category: str = Field(
        examples=["alignment"], description="`publish`, `senders`, `alignment`, `policy` or `parked`."
    )
    domain_id: str = Field(examples=["ud_19"])
    domain: str = Field(examples=["orchard.example"])
    subject: str | None = Field(examples=["mailer.example"])
    title: str
    instructions: str
    details: str
    created_at: Timestamp
    solve_time: Timestamp | None = Field(description="When it was seen to be done.")
    solved: bool
    ignore: bool


class TaskList(Wire):
    data: list[Task]
    meta: PageMeta


class Ignoring(Wire):
    ignore: bool = Field(description="An ignored one counts for nothing until this is false again.")


class ChangeIgnoring(Wire):
    """What is left out stays as it is."""

    ignore: bool | None = None


class PolicyDomain(Wire):
    id: str = Field(examples=["ud_19"])
    domain: str = Field(examples=["orchard.example"])
    current_policy: str | None = Field(
        examples=["none"], description="As it is published; null where there is none."
    )
    testing: bool = Field(description="Published with t=y, which makes it one step weaker.")
    policy_ready: bool = Field(description="Nothing is in the way of the next policy, if there is one.")
    recommendation: Recommendation = Field(
        description="The policy to publish next: `none` also where p=none is to stay, `keep` for any other "
        "that is right as it is."
    )
    message_count: int = Field(description="In 30 days.")
    dmarc_compliance_percent: float | None = Field(description="Of these; null where there are none.")
    days_at_policy: int
    issue_count: int
    task_count: int


class PolicyDomainList(Wire):
    data: list[PolicyDomain]
    meta: PageMeta


class PolicyFilter(Wire):
    id: str = Field(examples=["pf_7"])
    domains: list[str] = Field(description="Those that you see.", examples=[["ud_19"]])
    created_at: Timestamp


class CreatePolicyFilter(Wire):
    domains: list[Annotated[str, Field(max_length=300)]] = Field(
        description=f"Ids or names, {MOST_DOMAINS:,} at most."
    )


class PlanBlocker(Wire):
    code: Blocker
    message: str


class PlanLoss(Wire):
    sender_domain: str
    sender_name: str
    standing: Standing
    messages: int
    failing: int = Field(description="What quarantine or rejection would touch.")
    forwarded: int = Field(
        description="Failing as well, but known to its receivers as forwarded: some would deliver it."
    )
    yours: bool = Field(description="A sender that somebody may have chosen, and could put right.")


class PolicyPlan(Wire):
    id: str = Field(examples=["ud_19"])
    domain: str
    start_date: Day
    end_date: Day
    current_policy: str | None
    testing: bool
    days_at_policy: int | None
    policy_ready: bool
    recommendation: Recommendation
    blockers: list[PlanBlocker]
    message_count: int
    passed_count: int
    dmarc_compliance_percent: float | None
    compliance_without_forwarded_percent: float | None
    senders_compliance_percent: float | None = Field(
        description="Of the mail of senders that could be made to pass, without what was forwarded."
    )
    senders_latest_compliance_percent: float | None = Field(
        description="Of the last days on which each of these sent: what readiness goes by."
    )
    signed_percent: float | None = Field(description="Of that mail, as far as it passes: signed by DKIM.")
    forwarded_percent: float | None
    reporter_count: int
    reported_days: int
    sources: list[PlanLoss] = Field(description=f"What would be lost, most first, {MOST_SOURCES:,} at most.")
    source_count: int = Field(description="How many there are, beyond those listed.")


class PublishedPolicy(StrEnum):
    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


class AlignmentMode(StrEnum):
    RELAXED = "r"
    STRICT = "s"


class Simulate(Wire):
    p: PublishedPolicy
    sp: PublishedPolicy | None = Field(default=None, description="For subdomains; as `p` if left out.")
    np: PublishedPolicy | None = Field(
        default=None,
        description="Not applied: reports do not tell which names existed. All subdomains are under `sp`.",
    )
    adkim: AlignmentMode = AlignmentMode.RELAXED
    aspf: AlignmentMode = AlignmentMode.RELAXED
    t: bool = Field(default=False, description="t=y: one step weaker.")
    start_date: Day | None = Field(default=None, description="30 days before the end by default.")
    end_date: Day | None = Field(default=None, description="Today by default; included.")


class Fate(Wire):
    messages: int
    delivered: int
    quarantined: int
    rejected: int
    forwarded: int = Field(
        description="Of the quarantined and rejected, those that receivers knew to be forwarded."
    )


class SourceFate(Fate):
    sender_domain: str
    sender_name: str


class Simulation(Wire):
    domain: str
    start_date: Day
    end_date: Day
    rows: int
    np_applied: bool = Field(description="Always false: see the request.")
    own_record_messages: int = Field(
        description="Messages of subdomains with a record of their own: this policy is not theirs."
    )
    reported: Fate = Field(description="What receivers said that they did.")
    simulated: Fate
    sources: list[SourceFate] = Field(
        description=f"As simulated, most mail lost first, {MOST_SOURCES:,} at most."
    )
    source_count: int = Field(description="How many there are, beyond those listed.")
