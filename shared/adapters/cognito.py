"""The user pool in Amazon Cognito."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from shared import settings
from shared.core import ids
from shared.core.errors import Conflict, Invalid, Limited, NotFound, Refusal, Unauthenticated
from shared.core.ids import UserId
from shared.core.people.directory import BadPassword

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AttributeTypeTypeDef

_OURS: Final = "Cognito"
"""What the pool calls itself among the providers."""

_TOTP: Final = "SOFTWARE_TOKEN_MFA"

_RETRY_SECONDS: Final = 5


class CognitoDirectory:
    """``Directory`` in a pool whose user names are ours and where the verified address is an alias.

    ``client_id`` is of an app client that may check passwords with the deployment's own rights
    (``ALLOW_ADMIN_USER_PASSWORD_AUTH``)."""

    def __init__(self, client: CognitoIdentityProviderClient, pool: str, client_id: str) -> None:
        self._client = client
        self._pool = pool
        self._client_id = client_id

    def admit(self, user: UserId, email: str) -> None:
        """An alias that an earlier user left behind goes to who reads its mail now."""
        try:
            with _told_apart():
                self._client.admin_create_user(
                    UserPoolId=self._pool,
                    Username=_name(user),
                    UserAttributes=_verified(email),
                    ForceAliasCreation=True,
                    MessageAction="SUPPRESS",
                )
        except ClientError as error:
            if _code(error) != "UsernameExistsException":
                raise

    def set_password(self, user: UserId, password: str) -> None:
        with _told_apart():
            self._client.admin_set_user_password(
                UserPoolId=self._pool, Username=_name(user), Password=password, Permanent=True
            )

    def check_password(self, user: UserId, password: str) -> bool:
        """A second factor is asked for only once the password was right. The session that comes of it when
        none is asked for is never used, and ended with the others."""
        try:
            with _told_apart():
                self._client.admin_initiate_auth(
                    UserPoolId=self._pool,
                    ClientId=self._client_id,
                    AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                    AuthParameters={"USERNAME": _name(user), "PASSWORD": password},
                )
        except (Unauthenticated, NotFound):
            return False
        except ClientError as error:
            if _code(error) in _NO_SIGN_IN:
                return False
            raise
        return True

    def set_email(self, user: UserId, email: str) -> None:
        with _told_apart():
            self._client.admin_update_user_attributes(
                UserPoolId=self._pool, Username=_name(user), UserAttributes=_verified(email)
            )

    def sign_out(self, user: UserId) -> None:
        try:
            with _told_apart():
                self._client.admin_user_global_sign_out(UserPoolId=self._pool, Username=_name(user))
        except NotFound:
            return

    def remove(self, user: UserId) -> None:
        try:
            with _told_apart():
                self._client.admin_delete_user(UserPoolId=self._pool, Username=_name(user))
        except NotFound:
            return

    def link(self, user: UserId, email: str, provider: str) -> None:
        """By the attribute of the pool that the provider's address is mapped to."""
        with _told_apart():
            self._client.admin_link_provider_for_user(
                UserPoolId=self._pool,
                DestinationUser={"ProviderName": _OURS, "ProviderAttributeValue": _name(user)},
                SourceUser={
                    "ProviderName": provider,
                    "ProviderAttributeName": settings.PROVIDER_EMAIL,
                    "ProviderAttributeValue": email,
                },
            )

    def begin_totp(self, access_token: str) -> str:
        with _told_apart():
            return self._client.associate_software_token(AccessToken=access_token)["SecretCode"]

    def confirm_totp(self, access_token: str, code: str) -> None:
        with _told_apart():
            self._client.verify_software_token(AccessToken=access_token, UserCode=code)
            self._prefer_totp(access_token, wanted=True)

    def remove_totp(self, access_token: str) -> None:
        with _told_apart():
            self._prefer_totp(access_token, wanted=False)

    def asks_totp(self, user: UserId) -> bool:
        with _told_apart():
            found = self._client.admin_get_user(UserPoolId=self._pool, Username=_name(user))
        return _TOTP in found.get("UserMFASettingList", [])

    def reset_totp(self, user: UserId) -> None:
        with _told_apart():
            self._client.admin_set_user_mfa_preference(
                UserPoolId=self._pool,
                Username=_name(user),
                SoftwareTokenMfaSettings={"Enabled": False, "PreferredMfa": False},
            )

    def _prefer_totp(self, access_token: str, *, wanted: bool) -> None:
        self._client.set_user_mfa_preference(
            AccessToken=access_token,
            SoftwareTokenMfaSettings={"Enabled": wanted, "PreferredMfa": wanted},
        )


_NO_SIGN_IN: Final = frozenset({"PasswordResetRequiredException", "UserNotConfirmedException"})
_BUSY: Final = frozenset({"TooManyRequestsException", "LimitExceededException"})
_WRONG_CODE: Final = frozenset({"CodeMismatchException", "EnableSoftwareTokenMFAException"})
_BAD_PASSWORD: Final = frozenset({"InvalidPasswordException", "PasswordHistoryPolicyViolationException"})


@contextmanager
def _told_apart() -> Iterator[None]:
    """Refusals of the pool as ours; anything else as it is."""
    try:
        yield
    except ClientError as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
        raise refusal from error


def _refusal(error: ClientError) -> Refusal | None:
    code, message = _code(error), error.response["Error"].get("Message", "")
    if code in _BAD_PASSWORD:
        return BadPassword(_said(message))
    if code in _WRONG_CODE:
        return Invalid("It is not the one-time password of the secret", param="code")
    if code in _BUSY:
        return Limited("Too many requests to the sign-in", retry_after=_RETRY_SECONDS)
    kinds: dict[str, Refusal] = {
        "UserNotFoundException": NotFound("The requested resource could not be found", param="id"),
        "AliasExistsException": Conflict("Somebody else signs in with this address", param="email"),
        "NotAuthorizedException": Unauthenticated("The sign-in is not valid, or has ended"),
    }
    return kinds.get(code)


def _said(message: str) -> str:
    """The policy's own words without what stands before them."""
    return message.rpartition(": ")[2] or "The password does not meet the policy"


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]


def _name(user: UserId) -> str:
    return ids.render(ids.USER, user)


def _verified(email: str) -> list[AttributeTypeTypeDef]:
    return [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
