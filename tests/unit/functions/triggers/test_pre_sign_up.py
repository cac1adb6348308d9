"""The pool makes no user whom we did not invite, whoever vouches for them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from functions.triggers.pre_sign_up.handler import NotInvited, handler

CONTEXT = SimpleNamespace(
    aws_request_id="1",
    function_name="pre-sign-up",
    memory_limit_in_mb=256,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:pre-sign-up",
)


def asked_for(source: str) -> dict[str, Any]:
    attributes = {"email": "anna@example.com", "cognito:user_status": "EXTERNAL_PROVIDER"}
    return {
        "version": "1",
        "triggerSource": source,
        "userName": "Example_4711",
        "request": {"userAttributes": attributes},
        "response": {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False},
    }


def test_who_took_up_an_invitation_becomes_a_user_as_asked() -> None:
    event = asked_for("PreSignUp_AdminCreateUser")

    assert handler(event, CONTEXT) == asked_for("PreSignUp_AdminCreateUser")


@pytest.mark.parametrize("source", ["PreSignUp_ExternalProvider", "PreSignUp_SignUp", "", "Another"])
def test_nobody_else_does(source: str) -> None:
    with pytest.raises(NotInvited, match="have not been invited"):
        handler(asked_for(source), CONTEXT)


def test_an_event_that_says_nothing_of_itself_is_turned_away() -> None:
    with pytest.raises(NotInvited):
        handler({}, CONTEXT)
