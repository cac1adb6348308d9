"""Advice, from core values to wire shapes."""

from __future__ import annotations

from functions.api.advice import schemas
from functions.api.advice.schemas import MOST_SOURCES
from shared.core import ids
from shared.core.advice.advices import Listed, PlanRow
from shared.core.advice.ledger import RULES, Matter
from shared.core.advice.planning import Plan, percent
from shared.core.advice.simulation import Fate, Simulation
from shared.core.advice.traffic import window
from shared.core.advice.wording import explained
from shared.core.advice.world import Stance
from shared.core.clock import rfc3339, utc_day
from shared.core.domains import Domain
from shared.core.statistics import Span
from shared.core.stored_filters import StoredFilter


def issue(listed: Listed) -> schemas.Issue:
    matter = listed.matter
    problem, solution = _texts(listed)
    return schemas.Issue(
        id=ids.render(ids.ISSUE, matter.id),
        rule=matter.rule,
        domain_id=ids.render(ids.DOMAIN, listed.domain),
        domain=listed.name,
        subject=matter.subject or None,
        problem=problem,
        solution=solution,
        details=matter.details,
        created_at=rfc3339(matter.created),
        reopened_at=_time(matter.reopened),
        solved_at=_time(matter.solved),
        ignore=matter.ignored,
    )


def task(listed: Listed) -> schemas.Task:
    matter = listed.matter
    title, instructions = _texts(listed)
    return schemas.Task(
        id=ids.render(ids.TASK, matter.id),
        step=matter.rule,
        category=matter.category,
        domain_id=ids.render(ids.DOMAIN, listed.domain),
        domain=listed.name,
        subject=matter.subject or None,
        title=title,
        instructions=instructions,
        details=matter.details,
        created_at=rfc3339(matter.created),
        solve_time=_time(matter.solved),
        solved=not matter.is_open,
        ignore=matter.ignored,
    )


def row(value: PlanRow, now: float) -> schemas.PolicyDomain:
    stance = Stance(value.policy, value.testing, value.since)
    return schemas.PolicyDomain(
        id=ids.render(ids.DOMAIN, value.domain),
        domain=value.name,
        current_policy=value.policy or None,
        testing=value.testing,
        policy_ready=value.ready,
        recommendation=value.recommendation,
        message_count=value.messages,
        dmarc_compliance_percent=percent(value.passed, value.messages),
        days_at_policy=stance.days(now) if value.policy else 0,
        issue_count=value.issues,
        task_count=value.tasks,
    )


def policy_filter(value: StoredFilter) -> schemas.PolicyFilter:
    return schemas.PolicyFilter(
        id=ids.render(ids.POLICY_FILTER, value.id),
        domains=[ids.render(ids.DOMAIN, domain) for domain in value.domains],
        created_at=rfc3339(value.created),
    )


def plan(value: Plan, domain: Domain, now: float) -> schemas.PolicyPlan:
    figures, stance = value.figures, value.stance
    first, last = window(utc_day(now))
    return schemas.PolicyPlan(
        id=ids.render(ids.DOMAIN, domain.id),
        domain=domain.name,
        start_date=first,
        end_date=last,
        current_policy=(stance.policy or None) if stance else None,
        testing=stance.testing if stance else False,
        days_at_policy=stance.days(now) if stance and stance.policy else None,
        policy_ready=value.ready,
        recommendation=value.recommendation,
        blockers=[schemas.PlanBlocker(code=each, message=explained(each)) for each in value.blockers],
        message_count=figures.messages,
        passed_count=figures.passed,
        dmarc_compliance_percent=figures.compliance,
        compliance_without_forwarded_percent=figures.unforwarded,
        senders_compliance_percent=figures.own,
        senders_latest_compliance_percent=figures.lately,
        signed_percent=figures.signed,
        forwarded_percent=figures.forwarded,
        reporter_count=figures.reporters,
        reported_days=figures.days,
        sources=[
            schemas.PlanLoss(
                sender_domain=loss.sender_domain,
                sender_name=loss.sender_name,
                standing=loss.standing,
                messages=loss.messages,
                failing=loss.failing,
                forwarded=loss.forwarded,
                yours=loss.ours,
            )
            for loss in value.losses[:MOST_SOURCES]
        ],
        source_count=len(value.losses),
    )


def simulation(value: Simulation, domain: Domain, span: Span) -> schemas.Simulation:
    return schemas.Simulation(
        domain=domain.name,
        start_date=span.first,
        end_date=span.last,
        rows=value.rows,
        np_applied=False,
        own_record_messages=value.own_record,
        reported=schemas.Fate(**_fate(value.before)),
        simulated=schemas.Fate(**_fate(value.after)),
        sources=[
            schemas.SourceFate(
                sender_domain=each.sender_domain, sender_name=each.sender_name, **_fate(each.fate)
            )
            for each in value.sources[:MOST_SOURCES]
        ],
        source_count=len(value.sources),
    )


def _fate(fate: Fate) -> dict[str, int]:
    return {
        "messages": fate.messages,
        "delivered": fate.delivered,
        "quarantined": fate.quarantined,
        "rejected": fate.rejected,
        "forwarded": fate.forwarded,
    }


def _texts(listed: Listed) -> tuple[str, str]:
    """A rule that is no more has left its id and its details."""
    matter: Matter = listed.matter
    rule = RULES[matter.kind].get(matter.rule)
    if rule is None:
        return matter.rule, ""
    told = (rule.told(text, listed.name, matter.subject) for text in (rule.problem, rule.solution))
    return next(told), next(told)


def _time(epoch: int | None) -> str | None:
    return None if epoch is None else rfc3339(epoch)
