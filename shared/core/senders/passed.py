"""Of what a row says of authentication, the part that proves something."""

from __future__ import annotations

from shared.mailauth.reports.values import AuthResults, DkimAuth, SpfAuth


def what_passed(auth: AuthResults) -> AuthResults:
    """The results that passed, without the reporter's words, in an order of their own: a failed one proves
    nothing."""
    dkim = {DkimAuth(each.domain, each.selector, each.result) for each in auth.dkim if each.result == "pass"}
    spf = {
        SpfAuth(each.domain, None, each.result) for each in auth.spf if each.result == "pass" and each.domain
    }
    return AuthResults(
        tuple(sorted(dkim, key=lambda each: (each.domain, each.selector or ""))),
        tuple(sorted(spf, key=lambda each: each.domain)),
    )
