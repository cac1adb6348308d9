"""What is said of plans."""

from __future__ import annotations

from typing import Final

from shared.core.advice import planning
from shared.core.advice.planning import Blocker

_BLOCKERS: Final = {
    Blocker.NO_RECORD: "There is no DMARC record that takes effect.",
    Blocker.UNKNOWN_RECORD: "The DNS has not told the DMARC record yet.",
    Blocker.FEW_MESSAGES: f"Fewer than {planning.FEWEST_MESSAGES} messages were reported in 30 days.",
    Blocker.FEW_DAYS: f"Reports are of fewer than {planning.FEWEST_DAYS} days.",
    Blocker.FEW_REPORTERS: f"Fewer than {planning.FEWEST_REPORTERS} receivers report.",
    Blocker.SHORT_TIME: f"The policy has been as it is for less than {planning.DAYS_AT_POLICY} days.",
    Blocker.COMPLIANCE: f"Less than {planning.WANTED_PERCENT:g} % of your senders' mail passes DMARC.",
    Blocker.FAILING_SOURCES: "There are senders of yours whose mail fails.",
    Blocker.UNSIGNED: "Too much of the mail that passes is not signed, and rests on SPF alone.",
    Blocker.MAILING_LISTS: "Mail is forwarded or goes through mailing lists: with p=reject some of it would "
    "be lost. Quarantine is a policy to stay at.",
    Blocker.PARKED_BUT_SENDS: "The domain is parked, but mail of it passes DMARC.",
}


def explained(blocker: Blocker) -> str:
    return _BLOCKERS[blocker]
