"""What the tests of hosted services share."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.functions.api.client import Answer, Api

HOSTING = "/domains/ud_19/hosting"
DMARC = f"{HOSTING}/dmarc"
MTA_STS = f"{HOSTING}/mta-sts"
OWN = "rua=mailto:dom@reports.example; ruf=mailto:dom@reports.example"
REJECT = f"v=DMARC1; p=reject; {OWN}"


def put(api: Api, path: str, body: Any = None, if_match: str | None = None) -> Answer:
    headers = {} if if_match is None else {"if-match": if_match}
    return api.call("PUT", path, body=json.dumps(body or {}), headers=headers)


def refusal(answer: Answer) -> tuple[int, str, str | None]:
    return answer.status, answer.error["code"], answer.error["param"]
