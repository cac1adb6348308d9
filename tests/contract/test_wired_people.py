"""People through the pool, the mail service and the table that the environment names."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from shared import settings
from shared.core.people.inviting import invite_owner, take_up
from shared.wiring import clients, people, table
from shared.wiring.environment import NotSet
from tests.contract.aws import REGION, TABLE, make_table
from tests.contract.stores import CREDENTIALS
from tests.letters import link_in, token_in
from tests.unit.core.world import ACCOUNT, NOW

CACHED = (
    clients.dynamodb,
    clients.cognito,
    clients.ses,
    table._table,
    table.accounts,
    table.members,
    table.users,
    table.tickets,
    table.attempts,
    people.directory,
    people.letters,
)
PASSWORD = "correct horse battery Staple 1!"


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {**CREDENTIALS, "AWS_DEFAULT_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        for factory in CACHED:
            factory.cache_clear()
        make_table(boto3.client("dynamodb", region_name=REGION))
        cognito = boto3.client("cognito-idp", region_name=REGION)
        pool = cognito.create_user_pool(PoolName="people", AliasAttributes=["email"])["UserPool"]["Id"]
        client = cognito.create_user_pool_client(
            UserPoolId=pool, ClientName="postseal", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
        )["UserPoolClient"]["ClientId"]
        boto3.client("sesv2", region_name=REGION).create_email_identity(EmailIdentity="letters.example")
        named = {
            settings.TABLE: TABLE,
            settings.USER_POOL: pool,
            settings.USER_POOL_CLIENT: client,
            settings.LETTER_SENDER: "postseal@letters.example",
            settings.PAGES_URL: "https://postseal.example/v1",
            settings.IDENTITY_PROVIDERS: "Corp,Lab",
        }
        for name, value in named.items():
            monkeypatch.setenv(name, value)
        yield
    for factory in CACHED:
        factory.cache_clear()


def test_an_invitation_goes_through_all_of_it(deployed: None) -> None:
    table.accounts().add(ACCOUNT)

    who = invite_owner(people.people(), ACCOUNT, "anna@orchard.example", now=NOW)
    (sent,) = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    assert sent.source == "postseal@letters.example"
    assert link_in(sent.body).startswith("https://postseal.example/v1/activate#inv_")
    take_up(people.people(), token_in(sent.body), PASSWORD, now=NOW)

    assert people.directory().check_password(who.user.id, PASSWORD)
    assert table.members().owner_of(ACCOUNT.id) == who.user.id
    assert people.people().providers == ("Corp", "Lab")


@pytest.mark.parametrize("name", [settings.USER_POOL, settings.LETTER_SENDER, settings.PAGES_URL])
def test_who_was_not_told_of_people_has_none(
    deployed: None, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(NotSet, match=name):
        people.people()
