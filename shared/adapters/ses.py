"""Letters through Amazon SES."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from shared.core.letters import Letter, Undeliverable

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

_REFUSED: Final = frozenset({"MessageRejected", "BadRequestException"})


class SesLetters:
    """``Letters`` from one sender. SES writes the headers, those of the letter too: a subject cannot become
    another one."""

    def __init__(self, client: SESV2Client, sender: str) -> None:
        self._client = client
        self._sender = sender

    def send(self, letter: Letter) -> None:
        try:
            self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [letter.to]},
                Content={"Simple": _content(letter)},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _REFUSED:
                raise Undeliverable from error
            raise


def _content(letter: Letter) -> Any:
    said = {
        "Subject": _text(letter.subject),
        "Body": {"Text": _text(letter.text), "Html": _text(letter.html)},
    }
    if not letter.headers:
        return said
    return {**said, "Headers": [{"Name": name, "Value": value} for name, value in letter.headers]}


def _text(data: str) -> Any:
    return {"Data": data, "Charset": "UTF-8"}
