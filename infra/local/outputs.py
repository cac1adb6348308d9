"""What the deployed stacks tell: the ids of their CloudFormation outputs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.entries import WORKERS
from infra.entry import Consumes
from infra.local.stack_error import StackError

_QUEUES: Final = [entry.trigger.queue for entry in WORKERS if isinstance(entry.trigger, Consumes)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """The names that the rest of the local stack needs of the deployment."""

    api_id: str
    table: str
    mail_bucket: str
    data_bucket: str
    mail_topic: str
    report_domain: str
    user_pool: str
    user_pool_client: str
    sign_in_url: str
    letter_sender: str
    queues: dict[str, str]
    """URL by name: what ``Thing`` calls them, less ``-queue``."""


def read_outputs(path: Path) -> Outputs:
    """Read the file that ``cdk deploy --outputs-file`` wrote: ``{stack: {output id: value}}``."""
    stacks = json.loads(path.read_text())
    values: dict[str, str] = {key: value for stack in stacks.values() for key, value in stack.items()}
    try:
        return Outputs(
            api_id=values["ApiId"],
            table=values["TableName"],
            mail_bucket=values["MailBucket"],
            data_bucket=values["DataBucket"],
            mail_topic=values["MailTopic"],
            report_domain=values["ReportDomain"],
            user_pool=values["UserPool"],
            user_pool_client=values["UserPoolClient"],
            sign_in_url=values["SignInUrl"],
            letter_sender=values["LetterSender"],
            queues={
                name: values[f"{name.title().replace('-', '')}Queue"]
                for name in (thing.removesuffix("-queue") for thing in _QUEUES)
            },
        )
    except KeyError as missing:
        raise StackError(f"the deployed stacks have no output {missing.args[0]}") from None
