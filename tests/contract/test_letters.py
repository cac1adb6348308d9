from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from shared.adapters.ses import SesLetters
from shared.core.letters import Letter, Undeliverable
from tests.contract.aws import REGION
from tests.contract.stores import CREDENTIALS

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

SENDER = "postseal@letters.example"
LETTER = Letter("anna@orchard.example", "Grüße", "Hello.\n", "<p>Hello.</p>")


@pytest.fixture
def ses() -> Iterator[SESV2Client]:
    with patch.dict("os.environ", CREDENTIALS), mock_aws():
        client = boto3.client("sesv2", region_name=REGION)
        client.create_email_identity(EmailIdentity="letters.example")
        yield client


def test_a_letter_is_sent_in_plain_text_and_html(ses: SESV2Client) -> None:
    SesLetters(ses, SENDER).send(LETTER)

    (sent,) = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    assert (sent.source, sent.subject) == (SENDER, LETTER.subject)
    assert sent.destinations["ToAddresses"] == [LETTER.to]


def test_headers_of_a_letter_are_told_to_ses() -> None:
    client = boto3.client("sesv2", region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")
    letter = replace(LETTER, headers=(("List-Unsubscribe", "<https://postseal.example/>"),))
    sent: list[Any] = []
    client.meta.events.register(
        "before-parameter-build.sesv2.SendEmail", lambda params, **_: sent.append(params)
    )
    with Stubber(client) as stubber:
        stubber.add_response("send_email", {"MessageId": "1"})
        SesLetters(client, SENDER).send(letter)
    headers = sent[0]["Content"]["Simple"]["Headers"]
    assert headers == [{"Name": "List-Unsubscribe", "Value": "<https://postseal.example/>"}]


def test_every_part_says_its_charset() -> None:
    client = boto3.client("sesv2", region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stubber:
        stubber.add_response(
            "send_email",
            {"MessageId": "1"},
            {
                "FromEmailAddress": SENDER,
                "Destination": {"ToAddresses": [LETTER.to]},
                "Content": {
                    "Simple": {
                        "Subject": {"Data": LETTER.subject, "Charset": "UTF-8"},
                        "Body": {
                            "Text": {"Data": LETTER.text, "Charset": "UTF-8"},
                            "Html": {"Data": LETTER.html, "Charset": "UTF-8"},
                        },
                    }
                },
            },
        )

        SesLetters(client, SENDER).send(LETTER)

        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("MessageRejected", Undeliverable),
        ("BadRequestException", Undeliverable),
        ("SendingPausedException", ClientError),
    ],
)
def test_what_is_not_taken_is_a_refusal_and_what_is_out_of_order_is_not(
    code: str, expected: type[Exception]
) -> None:
    client = boto3.client("sesv2", region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stubber:
        stubber.add_client_error("send_email", code)

        with pytest.raises(expected):
            SesLetters(client, SENDER).send(LETTER)
