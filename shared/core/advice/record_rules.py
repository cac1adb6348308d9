"""Issues of DMARC, SPF and DKIM records (standards 13.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

from shared.core.advice.sights import BLIND, CLEAR, Basis, Found, Rule, Sight, one, sees, several, sight_if
from shared.core.advice.world import World
from shared.core.clock import utc_day
from shared.core.watching.states import Part
from shared.mailauth.evaluate.destinations import Authorization
from shared.mailauth.evaluate.inspection import State

NONE_DAYS: Final = 90
"""Days at p=none after which it is worth a word: one month of reports is what RFC 9989 asks for."""

TESTING_DAYS: Final = 30
"""Days of t=y after which it looks forgotten."""

IN_USE_DAYS: Final = 14
"""Days since a signature passed for which its selector counts as in use."""

_UNHEARD: Final = frozenset(
    {Authorization.UNAUTHORIZED, Authorization.CONTRADICTED, Authorization.IMPOSSIBLE}
)
_SPF_OPEN: Final = ("spf_unanswered_term",)


def _no_dmarc(world: World) -> Sight:
    known = world.part(Part.DMARC)
    return BLIND if known is None else sight_if(known.state is State.MISSING)


def _none_for_long(world: World) -> Sight:
    known, stance = world.part(Part.DMARC), world.stance
    if known is None or stance is None:
        return BLIND
    there = stance.policy == "none" and stance.days(world.now) >= NONE_DAYS
    return sight_if(there, f"p=none since {utc_day(stance.since)}.")


def _testing_for_long(world: World) -> Sight:
    known, stance = world.part(Part.DMARC), world.stance
    if known is None or stance is None:
        return BLIND
    there = stance.testing and stance.days(world.now) >= TESTING_DAYS
    return sight_if(there, f"t=y since {utc_day(stance.since)}.")


def _unheard_destinations(world: World) -> Sight:
    known = world.part(Part.DMARC)
    if known is None:
        return BLIND
    asked = [each for each in known.inspection.get("destinations", ()) if each["tag"] == "rua"]
    found = (Found(each["uri"], _why(each)) for each in asked if each["authorization"] in _UNHEARD)
    answered = all(each["authorization"] != Authorization.UNKNOWN for each in asked)
    return several(found, complete=answered)


def _why(destination: dict[str, Any]) -> str:
    return " ".join(str(each["message"]) for each in destination.get("findings", ()))


def _key_rule(wanted: Callable[[World, dict[str, Any]], str]) -> Callable[[World], Sight]:
    """Over the keys of a domain: ``wanted`` says what is the matter with one, nothing where all is well."""

    def look(world: World) -> Sight:
        known = world.part(Part.DKIM)
        if known is None:
            return BLIND
        keys = known.inspection.get("keys", ())
        answered = all(key["state"] != State.ERROR for key in keys)
        return several(_matters(world, keys), complete=answered)

    def _matters(world: World, keys: list[dict[str, Any]]) -> Iterator[Found]:
        for key in keys:
            if key["state"] != State.ERROR and (matter := wanted(world, key)):
                yield Found(str(key["selector"]), matter)

    return look


def _flawed(*codes: str) -> Callable[[World, dict[str, Any]], str]:
    return lambda _, key: " ".join(
        str(each["message"]) for each in key.get("findings", ()) if each["code"] in codes
    )


def _revoked_in_use(world: World, key: dict[str, Any]) -> str:
    last = world.seen.selectors.get(str(key["selector"]).lower())
    if not key.get("revoked") or last is None:
        return ""
    recent = utc_day(world.now) - last <= timedelta(days=IN_USE_DAYS)
    return f"A signature with this selector passed on {last}; the key is revoked now." if recent else ""


def _reject_unsigned(world: World) -> Sight:
    """RFC 9989 section 7.4: a domain at p=reject must not rely on SPF alone."""
    if world.dns is None or any(world.part(part) is None for part in (Part.DMARC, Part.SPF, Part.DKIM)):
        return BLIND
    across = (each for each in world.dns.findings if each["code"] == "dmarc_reject_without_dkim")
    found = next(across, None)
    return CLEAR if found is None else one(str(found["message"]))


RULES: Final = (
    Rule(
        "dmarc_missing",
        Basis.DNS,
        "{domain} has no DMARC record.",
        "Publish a record with p=none and an rua address first: it changes nothing for your mail and brings "
        "the reports that everything else is decided by.",
        _no_dmarc,
    ),
    Rule(
        "dmarc_none_long",
        Basis.DNS,
        "{domain} has been at p=none for a long time.",
        "See the policy planner for what is still in the way of p=quarantine.",
        _none_for_long,
    ),
    Rule(
        "dmarc_no_rua",
        Basis.DNS,
        "The DMARC record of {domain} names no address for reports.",
        "Add rua=mailto: with an address that takes them in.",
        sees(Part.DMARC, ("dmarc_no_rua", "dmarc_no_effect")),
    ),
    Rule(
        "dmarc_rua_not_authorized",
        Basis.DNS,
        "Reports do not reach {subject}.",
        "Have the owner of that domain publish the record by which it agrees to receive them, or name "
        "another address.",
        _unheard_destinations,
    ),
    Rule(
        "dmarc_subdomains_weaker",
        Basis.DNS,
        "Subdomains of {domain} are protected less than the domain itself.",
        "Take sp or np out of the record, or raise them to the policy in p.",
        sees(Part.DMARC, ("dmarc_weaker_subdomain_policy",)),
    ),
    Rule(
        "dmarc_np_absent",
        Basis.DNS,
        "Names below {domain} that do not exist have a weak policy.",
        "Add np=reject: nobody sends legitimate mail from a name that does not exist.",
        sees(Part.DMARC, ("dmarc_np_absent",), open_codes=("dmarc_existence_unknown",)),
    ),
    Rule(
        "dmarc_obsolete_tags",
        Basis.DNS,
        "The DMARC record of {domain} has tags that are obsolete.",
        "Remove pct, rf and ri: receivers ignore them by now. To rehearse a policy, use t=y.",
        sees(Part.DMARC, ("dmarc_pct", "dmarc_obsolete_tag")),
    ),
    Rule(
        "dmarc_testing_left_on",
        Basis.DNS,
        "The DMARC record of {domain} still says t=y.",
        "Remove t=y once the reports look right: until then receivers apply a policy one step weaker.",
        _testing_for_long,
    ),
    Rule(
        "dmarc_multiple_records",
        Basis.DNS,
        "There are several DMARC records for {domain}.",
        "Keep one of them: receivers discard all where there are several.",
        sees(Part.DMARC, ("dmarc_multiple_records",)),
    ),
    Rule(
        "dmarc_alias_dangling",
        Basis.DNS,
        "The DMARC record of {domain} is an alias of a name that holds none.",
        "Point the CNAME to where a record is, or remove it.",
        sees(Part.DMARC, ("dmarc_alias_dangling", "dmarc_alias_without_record")),
    ),
    Rule(
        "dmarc_reject_unsigned",
        Basis.DNS,
        "{domain} asks for rejection, but seems not to sign its mail.",
        "Sign with DKIM before p=reject: SPF alone does not survive forwarding. p=quarantine is a policy to "
        "stay at until then.",
        _reject_unsigned,
    ),
    Rule(
        "spf_too_many_lookups",
        Basis.DNS,
        "The SPF record of {domain} takes more than 10 look-ups.",
        "Remove services that are no longer used, or move some to a subdomain: receivers may give up on the "
        "record.",
        sees(Part.SPF, ("spf_too_many_lookups",), open_codes=_SPF_OPEN),
    ),
    Rule(
        "spf_too_many_void_lookups",
        Basis.DNS,
        "The SPF record of {domain} leads to more than two names with nothing there.",
        "Remove the terms that lead nowhere.",
        sees(Part.SPF, ("spf_too_many_void_lookups",), open_codes=_SPF_OPEN),
    ),
    Rule(
        "spf_passes_all",
        Basis.DNS,
        "The SPF record of {domain} lets the whole world send.",
        "End the record in -all or ~all, and remove terms that cover every address.",
        sees(
            Part.SPF,
            ("spf_pass_all", "spf_whole_world", "spf_include_passes_all"),
            open_codes=_SPF_OPEN,
        ),
    ),
    Rule(
        "spf_multiple_records",
        Basis.DNS,
        "There are several SPF records for {domain}.",
        "Merge them into one: with several, SPF fails for all mail.",
        sees(Part.SPF, ("spf_several_records",)),
    ),
    Rule(
        "spf_ptr",
        Basis.DNS,
        "The SPF record of {domain} uses ptr.",
        "Replace ptr by the addresses or the include of the service that was meant.",
        sees(Part.SPF, ("spf_ptr",)),
    ),
    Rule(
        "spf_dangling_include",
        Basis.DNS,
        "{subject} in the SPF record of {domain} leads to nothing.",
        "Remove it. Somebody else might register the name and send as you.",
        sees(
            Part.SPF,
            ("spf_void_lookup", "spf_include_without_record"),
            open_codes=_SPF_OPEN,
            by_subject=True,
        ),
    ),
    Rule(
        "dkim_key_short",
        Basis.DNS,
        "The DKIM key {subject} of {domain} is too short.",
        "Make a new key of 2048 bits under a new selector, and retire this one.",
        _key_rule(_flawed("dkim_key_short", "dkim_key_too_short")),
    ),
    Rule(
        "dkim_sha1",
        Basis.DNS,
        "The DKIM key {subject} of {domain} allows SHA-1 only.",
        "Remove h=sha1 from the key record: verifiers do not accept such signatures.",
        _key_rule(_flawed("dkim_sha1_only")),
    ),
    Rule(
        "dkim_revoked_in_use",
        Basis.DNS,
        "Mail of {domain} was signed with the revoked DKIM key {subject} until lately.",
        "Switch the sender to another selector, or publish the key again.",
        _key_rule(_revoked_in_use),
    ),
    Rule(
        "dkim_testing",
        Basis.DNS,
        "The DKIM key {subject} of {domain} is marked as a test.",
        "Remove t=y from the key record when signing works.",
        _key_rule(_flawed("dkim_testing")),
    ),
    Rule(
        "dkim_dangling_alias",
        Basis.DNS,
        "The DKIM selector {subject} of {domain} is an alias of a name that holds no key.",
        "Remove the CNAME, or have the service publish the key again.",
        _key_rule(_flawed("dkim_dangling_alias")),
    ),
)
