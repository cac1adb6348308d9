"""The next steps of a domain: publish, name the senders, align each, quarantine, reject or stay.

A task is due as long as its step is the next one, and resolved by what is seen, never by a click. A step that
stops being the next without having been taken is moot, and goes without a trace.
"""

from __future__ import annotations

from typing import Final

from shared.core.advice.planning import DAYS_AT_POLICY, Plan, Recommendation, plan_of, troubled
from shared.core.advice.sights import BLIND, Basis, Found, Rule, Sight, one, several
from shared.core.advice.traffic import RECENT_DAYS, SourceTraffic, failing
from shared.core.advice.world import World
from shared.core.senders.standing import Standing
from shared.core.watching.states import Part
from shared.core.watching.statuses import reports_to_us
from shared.mailauth.evaluate.inspection import State

REHEARSAL_DAYS: Final = 14
"""Days of p=quarantine; t=y before the policy is let take effect."""

_MOOT: Final = Sight(moot=frozenset({""}))
_DONE: Final = Sight()
_STRICT: Final = ("quarantine", "reject")


def _publish(world: World) -> Sight:
    known = world.part(Part.DMARC)
    if known is None:
        return BLIND
    if world.domain.parked:
        return _MOOT
    return one() if known.state is State.MISSING else _DONE


def _report_to_us(world: World) -> Sight:
    known = world.part(Part.DMARC)
    if known is None or world.dns is None:
        return BLIND
    if known.state is State.MISSING:
        return _MOOT
    if reports_to_us(world.dns, world.addresses):
        return _DONE
    return one(f"The address is {world.addresses[0]}." if world.addresses else "")


def _name_senders(world: World) -> Sight:
    """Senders that fail and that nobody has spoken for. The unknown rest is presumed to be nobody's."""
    if world.traffic.last is None or world.domain.parked:
        return _MOOT
    unnamed = [
        source
        for source in troubled(world.traffic)
        if not world.approves(source.sender_domain, source.sender_name)
    ]
    if not unnamed:
        return _DONE
    names = ", ".join(f"{source.sender_name} ({failing(source.lately):,})" for source in unnamed)
    return one(f"Not approved yet, with messages that fail: {names}")


def _align(world: World) -> Sight:
    """One task for each capable sender, for as long as the latest of its mail fails. One that sent nothing in
    a month is moot."""
    traffic = world.traffic
    if world.domain.parked:
        return Sight(moot=world.open.get("align_sender", frozenset()))
    capable = [source for source in troubled(traffic) if source.standing is Standing.CAPABLE]
    due = several(Found(source.sender_domain, _how(world, source)) for source in capable)
    sent = {source.sender_domain for source in traffic.in_standing(Standing.CAPABLE)}
    lately = traffic.reported_since(traffic.ago(RECENT_DAYS))
    return Sight(due.found, complete=lately, moot=world.open.get("align_sender", frozenset()) - sent)


def _how(world: World, source: SourceTraffic) -> str:
    sender, counted = world.sender(source.sender_domain), source.lately
    alignment = sender.alignment if sender is not None else None
    numbers = f"{failing(counted):,} of its latest {counted.messages:,} messages failed."
    text = f"{source.sender_name}: {numbers}"
    if alignment is None:
        return f"{text} Have it sign with DKIM as {world.domain.name}, or use a return-path below it."
    return f"{text} {alignment.how}" + (f" See {alignment.docs}" if alignment.docs else "")


def _numbers(plan: Plan) -> str:
    figures = plan.figures
    seen = f"{figures.messages:,} messages in {figures.days} days"
    return seen if figures.lately is None else f"{seen}; {figures.lately:g} % of your senders' mail passes."


def _rehearse(world: World) -> Sight:
    if world.stance is None:
        return BLIND
    if world.domain.parked:
        return _MOOT
    if world.stance.policy in _STRICT:
        return _DONE
    plan = plan_of(world)
    return one(_numbers(plan)) if plan.recommendation is Recommendation.QUARANTINE else _MOOT


def _end_rehearsal(world: World) -> Sight:
    stance = world.stance
    if stance is None:
        return BLIND
    if world.domain.parked or stance.policy not in _STRICT:
        return _MOOT
    if not stance.testing:
        return _DONE
    days = stance.days(world.now)
    if days < REHEARSAL_DAYS or troubled(world.traffic):
        return _MOOT
    return one(f"t=y for {days} days; no sender of yours fails.")


def _reject(world: World) -> Sight:
    stance = world.stance
    if stance is None:
        return BLIND
    if world.domain.parked or stance.policy not in _STRICT:
        return _MOOT
    if stance.policy == "reject":
        return _DONE
    plan = plan_of(world)
    return one(_numbers(plan)) if plan.recommendation is Recommendation.REJECT else _MOOT


def _park_spf(world: World) -> Sight:
    known = world.part(Part.SPF)
    if known is None:
        return BLIND
    if not world.domain.parked or _sends(world):
        return _MOOT
    nobody = [text for text in known.records if " ".join(text.split()).lower() == "v=spf1 -all"]
    return _DONE if nobody and len(known.records) == 1 else one()


def _park_dmarc(world: World) -> Sight:
    known = world.part(Part.DMARC)
    if known is None:
        return BLIND
    if not world.domain.parked or _sends(world):
        return _MOOT
    said = known.inspection
    kinds = ("effective_policy", "subdomain_policy", "nonexistent_policy")
    return _DONE if all(said.get(kind) == "reject" for kind in kinds) else one()


def _park_mx(world: World) -> Sight:
    known = world.part(Part.MX)
    if known is None:
        return BLIND
    if not world.domain.parked or _sends(world):
        return _MOOT
    silent = known.inspection.get("null_mx") and len(known.inspection.get("hosts", ())) <= 1
    return _DONE if silent else one()


def _park_dkim(world: World) -> Sight:
    known = world.part(Part.DKIM)
    if known is None:
        return BLIND
    if not world.domain.parked or _sends(world):
        return _MOOT
    usable = any(key.get("usable") for key in known.inspection.get("keys", ()))
    return _DONE if known.inspection.get("wildcard") and not usable else one()


def _sends(world: World) -> bool:
    """Advice to shut up a domain that sends would be wrong: there is an issue for it instead."""
    from_reports = world.traffic.total.dmarc_pass
    return from_reports > 0


TASKS: Final[tuple[Rule, ...]] = (
    Rule(
        "publish_dmarc",
        Basis.DNS,
        "Publish a DMARC record",
        "Publish p=none with the rua address of the domain at _dmarc.{domain}, or have the record hosted.",
        _publish,
        "publish",
    ),
    Rule(
        "report_here",
        Basis.DNS,
        "Have the reports come here",
        "Add the rua address of {domain} to its DMARC record.",
        _report_to_us,
        "publish",
    ),
    Rule(
        "name_senders",
        Basis.REPORTS,
        "Say which senders are yours",
        "Look through the sources of {domain} and approve those that you use.",
        _name_senders,
        "senders",
    ),
    Rule(
        "align_sender",
        Basis.REPORTS,
        "Make the mail of {subject} pass DMARC",
        "Set up DKIM or a return-path of your own domain with {subject}.",
        _align,
        "alignment",
    ),
    Rule(
        "rehearse_quarantine",
        Basis.DNS,
        "Rehearse quarantine",
        f"Publish p=quarantine; t=y. Receivers go on to deliver, and after {REHEARSAL_DAYS} days you see who "
        "would have been touched.",
        _rehearse,
        "policy",
    ),
    Rule(
        "end_rehearsal",
        Basis.DNS,
        "Let the policy take effect",
        "Remove t=y from the DMARC record of {domain}.",
        _end_rehearsal,
        "policy",
    ),
    Rule(
        "move_to_reject",
        Basis.DNS,
        "Consider p=reject",
        f"After {DAYS_AT_POLICY} days at quarantine nothing speaks against p=reject. To stay at quarantine "
        "is as good where people of {domain} write to mailing lists: ignore this task then.",
        _reject,
        "policy",
    ),
    Rule(
        "park_spf",
        Basis.DNS,
        "Say by SPF that nobody sends",
        'Publish "v=spf1 -all" at {domain}, and nothing else for SPF.',
        _park_spf,
        "parked",
    ),
    Rule(
        "park_dmarc",
        Basis.DNS,
        "Have all mail of a parked domain rejected",
        "Publish p=reject; sp=reject; np=reject; adkim=s; aspf=s with the rua address at _dmarc.{domain}.",
        _park_dmarc,
        "parked",
    ),
    Rule(
        "park_mx",
        Basis.DNS,
        "Say that a parked domain takes no mail",
        'Publish "0 ." as the only MX of {domain}. Leave it where the domain is to receive mail.',
        _park_mx,
        "parked",
    ),
    Rule(
        "park_dkim",
        Basis.DNS,
        "Revoke the DKIM keys of a parked domain",
        'Publish "v=DKIM1; p=" at *._domainkey.{domain}, and remove old keys.',
        _park_dkim,
        "parked",
    ),
)
