from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.accounts import Status
from shared.core.errors import AccountClosing, AccountSuspended, Forbidden
from shared.core.standing import require_standing
from tests.unit.core.world import ACCOUNT


@pytest.mark.parametrize(
    ("status", "reading", "writing"),
    [
        (Status.ACTIVE, None, None),
        (Status.EXPIRED, None, None),
        (Status.SUSPENDED, AccountSuspended, AccountSuspended),
        (Status.CLOSING, None, AccountClosing),
        (Status.DELETING, AccountClosing, AccountClosing),
    ],
)
def test_what_a_status_lets_anybody_do(
    status: Status, reading: type[Forbidden] | None, writing: type[Forbidden] | None
) -> None:
    for changes, refusal in ((False, reading), (True, writing)):
        account = replace(ACCOUNT, status=status)
        if refusal is None:
            require_standing(account, writing=changes)
        else:
            with pytest.raises(refusal):
                require_standing(account, writing=changes)
