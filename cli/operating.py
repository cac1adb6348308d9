"""The operator's way in: straight on the deployment's table and queues, with AWS credentials.

The names of table and queues come from a stack file, or from the variables that the functions have.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from cli.connection import stack_values
from cli.stops import REFUSED, UNREACHABLE, USAGE, Stop
from shared import settings
from shared.core.accounts import Account
from shared.core.errors import NotFound, Refusal
from shared.core.ids import ACCOUNT, AccountId, parse
from shared.wiring import table
from shared.wiring.environment import NotSet
from shared.wiring.troubles import AwsTrouble, told_apart

_NAMES: Final = {
    "table": settings.TABLE,
    "mail_bucket": settings.MAIL_BUCKET,
    "data_bucket": settings.DATA_BUCKET,
    "report_domain": settings.REPORT_DOMAIN,
}
_QUEUES: Final = {
    "mail": settings.MAIL_QUEUE,
    "rollup": settings.ROLLUP_QUEUE,
    "hosts": settings.HOSTS_QUEUE,
    "purge": settings.PURGE_QUEUE,
}


@contextmanager
def deployment(stack_file: str | None) -> Iterator[None]:
    """Work on the deployment; what it refuses, and what AWS does, becomes a ``Stop``."""
    _name_resources(stack_file)
    try:
        with told_apart():
            yield
    except Refusal as refusal:
        about = f" ({refusal.param})" if refusal.param else ""
        raise Stop(f"{refusal.message}{about}", REFUSED) from None
    except NotSet as missing:
        raise Stop(str(missing), UNREACHABLE) from None
    except AwsTrouble as trouble:
        raise Stop(f"AWS: {trouble}", UNREACHABLE) from None


def _name_resources(stack_file: str | None) -> None:
    """Put the names where ``shared.wiring`` looks for them: in the environment of this process."""
    if stack_file is not None:
        values = stack_values(Path(stack_file))
        if not values:
            raise Stop(f"{stack_file} names no deployment", USAGE)
        os.environ.update(_variables(values))
    elif settings.TABLE not in os.environ:
        raise Stop(f"say which deployment: --stack-file, or {settings.TABLE} and the like", UNREACHABLE)


def _variables(values: Any) -> dict[str, str]:
    named = {variable: values.get(name) for name, variable in _NAMES.items()}
    queues = values.get("queues") or {}
    named |= {variable: queues.get(name) for name, variable in _QUEUES.items()}
    variables = {variable: str(value) for variable, value in named.items() if value}
    if endpoint := values.get("aws_endpoint"):
        # A stack file with an endpoint is the emulator's: its one account, and nothing but it.
        variables |= {
            "AWS_ENDPOINT_URL": str(endpoint),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    return variables


def account_named(text: str) -> Account:
    """The account of an id (``usr_1`` or ``1``); ``NotFound`` when there is none."""
    account = table.accounts().get(AccountId(parse(ACCOUNT, text, param="account")))
    if account is None:
        raise NotFound(f"there is no account {text}", param="account")
    return account
