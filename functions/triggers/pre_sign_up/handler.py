"""Before the pool makes a user: nobody becomes one but by an invitation.

The pool has identity providers, and would make a user of everybody whom they vouch for. Those who were
converted are linked to a user that is there, so that nothing is made for them and this is not asked.
"""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools import Logger, Tracer

BY_US: Final = "PreSignUp_AdminCreateUser"
"""Who takes up an invitation is made a user with the deployment's own rights."""

log = Logger()
tracer = Tracer()


class NotInvited(Exception):
    """Its text comes to whom the pool turns away."""


@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@log.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The event as it came lets the pool go on."""
    asked = event.get("triggerSource")
    if asked != BY_US:
        log.warning("nobody invited signs up", asked=asked)
        raise NotInvited("You sign in here by another way, or have not been invited: ask your administrator")
    return event
