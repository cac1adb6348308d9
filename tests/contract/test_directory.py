from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from shared.adapters.cognito import CognitoDirectory
from shared.core.errors import Conflict, Invalid, Limited, NotFound, Unauthenticated
from shared.core.ids import UserId
from shared.core.people.directory import BadPassword, Directory
from tests.contract.aws import REGION
from tests.contract.stores import CREDENTIALS
from tests.fakes import FakeDirectory

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

ANNA = UserId(19)
BO = UserId(20)
EMAIL = "anna@orchard.example"
PASSWORD = "correct horse battery staple"


@dataclass
class Pool:
    """``sign_in`` gives an access token of somebody with this password; ``set_totp`` has a one-time password
    asked of them."""

    directory: Directory
    sign_in: Callable[[UserId, str], str]
    set_totp: Callable[[UserId, str], None]


@pytest.fixture
def cognito() -> Iterator[CognitoIdentityProviderClient]:
    with patch.dict("os.environ", CREDENTIALS), mock_aws():
        yield boto3.client("cognito-idp", region_name=REGION)


def made(cognito: CognitoIdentityProviderClient) -> tuple[CognitoDirectory, str, str]:
    """A pool with a policy of 12 characters: the directory, the pool's id, its client's."""
    pool = cognito.create_user_pool(
        PoolName="people",
        AliasAttributes=["email"],
        Policies={
            "PasswordPolicy": {
                "MinimumLength": 12,
                "RequireLowercase": False,
                "RequireUppercase": False,
                "RequireNumbers": False,
                "RequireSymbols": False,
            }
        },
    )["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="postseal", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    return CognitoDirectory(cognito, pool, client), pool, client


@pytest.fixture(params=["memory", "aws"])
def pool(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Pool:
    if request.param == "memory":
        memory = FakeDirectory()

        def confirm(user: UserId, password: str) -> None:
            memory.begin_totp(f"access.{user}")
            memory.confirm_totp(f"access.{user}", "000000")

        return Pool(memory, lambda user, password: f"access.{user}", confirm)
    monkeypatch.setenv("MOTO_COGNITO_IDP_USER_POOL_ENABLE_TOTP", "true")
    cognito: CognitoIdentityProviderClient = request.getfixturevalue("cognito")
    directory, pool, client = made(cognito)

    def sign_in(user: UserId, password: str) -> str:
        answer = cognito.admin_initiate_auth(
            UserPoolId=pool,
            ClientId=client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": f"user_{user}", "PASSWORD": password},
        )
        return answer["AuthenticationResult"]["AccessToken"]

    def prefer(user: UserId, password: str) -> None:
        """Moto does not know what is right of a secret of its own: it takes any code unless told to look."""
        monkeypatch.setenv("MOTO_COGNITO_IDP_USER_POOL_ENABLE_TOTP", "false")
        token = sign_in(user, password)
        cognito.associate_software_token(AccessToken=token)
        cognito.verify_software_token(AccessToken=token, UserCode="222222")
        cognito.set_user_mfa_preference(
            AccessToken=token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
        )

    return Pool(directory, sign_in, prefer)


def test_a_password_is_set_and_checked(pool: Pool) -> None:
    pool.directory.admit(ANNA, EMAIL)
    pool.directory.set_password(ANNA, PASSWORD)

    assert pool.directory.check_password(ANNA, PASSWORD)
    assert not pool.directory.check_password(ANNA, "wrong")
    assert not pool.directory.check_password(BO, PASSWORD)


def test_admitting_again_leaves_the_password(pool: Pool) -> None:
    pool.directory.admit(ANNA, EMAIL)
    pool.directory.set_password(ANNA, PASSWORD)

    pool.directory.admit(ANNA, EMAIL)

    assert pool.directory.check_password(ANNA, PASSWORD)


def test_the_policy_refuses_a_short_password(pool: Pool) -> None:
    pool.directory.admit(ANNA, EMAIL)
    pool.directory.set_password(ANNA, PASSWORD)

    with pytest.raises(BadPassword) as refused:
        pool.directory.set_password(ANNA, "short")

    assert refused.value.param == "password"
    assert pool.directory.check_password(ANNA, PASSWORD)


def test_strangers_have_no_password_to_set_and_no_address(pool: Pool) -> None:
    with pytest.raises(NotFound):
        pool.directory.set_password(ANNA, PASSWORD)
    with pytest.raises(NotFound):
        pool.directory.set_email(ANNA, EMAIL)


def test_what_ends_is_harmless_for_strangers(pool: Pool) -> None:
    pool.directory.sign_out(ANNA)
    pool.directory.remove(ANNA)


def test_who_was_removed_is_known_no_more(pool: Pool) -> None:
    pool.directory.admit(ANNA, EMAIL)
    pool.directory.set_password(ANNA, PASSWORD)

    pool.directory.remove(ANNA)

    assert not pool.directory.check_password(ANNA, PASSWORD)
    with pytest.raises(NotFound):
        pool.directory.set_password(ANNA, PASSWORD)


def test_a_second_factor_is_confirmed_and_removed_by_the_access_token(pool: Pool) -> None:
    pool.directory.admit(ANNA, EMAIL)
    pool.directory.set_password(ANNA, PASSWORD)
    token = pool.sign_in(ANNA, PASSWORD)

    assert pool.directory.begin_totp(token)
    with pytest.raises(Invalid) as refused:
        pool.directory.confirm_totp(token, "123456")
    assert refused.value.param == "code"

    pool.directory.remove_totp(token)


def test_a_second_factor_is_seen_and_taken_off_without_the_person(pool: Pool) -> None:
    pool.directory.admit(ANNA, EMAIL)
    pool.directory.set_password(ANNA, PASSWORD)
    assert not pool.directory.asks_totp(ANNA)

    pool.set_totp(ANNA, PASSWORD)
    assert pool.directory.asks_totp(ANNA)
    pool.directory.reset_totp(ANNA)
    assert not pool.directory.asks_totp(ANNA)
    pool.directory.reset_totp(ANNA)

    for ask in (pool.directory.asks_totp, pool.directory.reset_totp):
        with pytest.raises(NotFound):
            ask(BO)


@pytest.mark.parametrize(
    "call",
    [
        lambda directory: directory.begin_totp("nobody's"),
        lambda directory: directory.confirm_totp("nobody's", "123456"),
        lambda directory: directory.remove_totp("nobody's"),
    ],
)
def test_an_access_token_that_is_nobodys_is_no_sign_in(
    pool: Pool, call: Callable[[Directory], object]
) -> None:
    with pytest.raises(Unauthenticated):
        call(pool.directory)


def test_a_right_password_is_right_where_a_second_factor_is_asked_for(
    cognito: CognitoIdentityProviderClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_COGNITO_IDP_USER_POOL_ENABLE_TOTP", "false")
    directory, pool, client = made(cognito)
    directory.admit(ANNA, EMAIL)
    directory.set_password(ANNA, PASSWORD)
    asked: dict[str, Any] = {
        "UserPoolId": pool,
        "ClientId": client,
        "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": f"user_{ANNA}", "PASSWORD": PASSWORD},
    }
    token = cognito.admin_initiate_auth(**asked)["AuthenticationResult"]["AccessToken"]
    directory.begin_totp(token)
    directory.confirm_totp(token, "123456")

    assert cognito.admin_initiate_auth(**asked)["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert directory.check_password(ANNA, PASSWORD)
    assert not directory.check_password(ANNA, "wrong")


def test_the_pool_knows_the_person_by_id_and_verified_address(cognito: CognitoIdentityProviderClient) -> None:
    directory, pool, _ = made(cognito)
    directory.admit(ANNA, EMAIL)
    directory.set_password(ANNA, PASSWORD)
    directory.set_email(ANNA, "new@orchard.example")

    known = cognito.admin_get_user(UserPoolId=pool, Username=f"user_{ANNA}")

    attributes = {each["Name"]: each["Value"] for each in known["UserAttributes"]}
    assert (attributes["email"], attributes["email_verified"]) == ("new@orchard.example", "true")
    assert known["UserStatus"] == "CONFIRMED"


@pytest.fixture
def stubbed() -> Iterator[tuple[CognitoDirectory, Stubber]]:
    client = boto3.client(
        "cognito-idp", region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )
    with Stubber(client) as stubber:
        yield CognitoDirectory(client, "us-east-1_pool", "client"), stubber


def test_a_link_is_made_by_the_address_that_the_provider_tells(
    stubbed: tuple[CognitoDirectory, Stubber],
) -> None:
    directory, stubber = stubbed
    stubber.add_response(
        "admin_link_provider_for_user",
        {},
        {
            "UserPoolId": "us-east-1_pool",
            "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": "user_19"},
            "SourceUser": {
                "ProviderName": "Corp",
                "ProviderAttributeName": "custom:provider_email",
                "ProviderAttributeValue": EMAIL,
            },
        },
    )

    directory.link(ANNA, EMAIL, "Corp")

    stubber.assert_no_pending_responses()


def test_a_forgotten_alias_goes_to_who_reads_its_mail(stubbed: tuple[CognitoDirectory, Stubber]) -> None:
    directory, stubber = stubbed
    attributes = [{"Name": "email", "Value": EMAIL}, {"Name": "email_verified", "Value": "true"}]
    stubber.add_response(
        "admin_create_user",
        {},
        {
            "UserPoolId": "us-east-1_pool",
            "Username": "user_19",
            "UserAttributes": attributes,
            "ForceAliasCreation": True,
            "MessageAction": "SUPPRESS",
        },
    )

    directory.admit(ANNA, EMAIL)

    stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("operation", "code", "call", "expected"),
    [
        (
            "admin_update_user_attributes",
            "AliasExistsException",
            lambda d: d.set_email(ANNA, EMAIL),
            Conflict,
        ),
        (
            "admin_link_provider_for_user",
            "AliasExistsException",
            lambda d: d.link(ANNA, EMAIL, "Corp"),
            Conflict,
        ),
        ("admin_set_user_password", "TooManyRequestsException", lambda d: d.set_password(ANNA, "x"), Limited),
        ("admin_initiate_auth", "TooManyRequestsException", lambda d: d.check_password(ANNA, "x"), Limited),
        (
            "admin_set_user_password",
            "InternalErrorException",
            lambda d: d.set_password(ANNA, "x"),
            ClientError,
        ),
        ("admin_create_user", "InternalErrorException", lambda d: d.admit(ANNA, EMAIL), ClientError),
        ("admin_initiate_auth", "InternalErrorException", lambda d: d.check_password(ANNA, "x"), ClientError),
        (
            "admin_set_user_password",
            "PasswordHistoryPolicyViolationException",
            lambda d: d.set_password(ANNA, "x"),
            BadPassword,
        ),
        (
            "verify_software_token",
            "EnableSoftwareTokenMFAException",
            lambda d: d.confirm_totp("t", "123456"),
            Invalid,
        ),
    ],
)
def test_refusals_of_the_pool_are_told_apart(
    stubbed: tuple[CognitoDirectory, Stubber],
    operation: str,
    code: str,
    call: Callable[[CognitoDirectory], object],
    expected: type[Exception],
) -> None:
    directory, stubber = stubbed
    stubber.add_client_error(operation, code)

    with pytest.raises(expected):
        call(directory)


def test_a_refused_password_is_told_what_it_lacks(stubbed: tuple[CognitoDirectory, Stubber]) -> None:
    directory, stubber = stubbed
    message = "Password does not conform to policy: Password not long enough"
    stubber.add_client_error("admin_set_user_password", "InvalidPasswordException", message)

    with pytest.raises(BadPassword, match=r"^Password not long enough$"):
        directory.set_password(ANNA, "x")


@pytest.mark.parametrize("code", ["PasswordResetRequiredException", "UserNotConfirmedException"])
def test_nobody_has_a_right_password_who_cannot_sign_in_with_it(
    stubbed: tuple[CognitoDirectory, Stubber], code: str
) -> None:
    directory, stubber = stubbed
    stubber.add_client_error("admin_initiate_auth", code)

    assert not directory.check_password(ANNA, PASSWORD)
