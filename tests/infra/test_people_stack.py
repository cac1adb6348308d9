"""The user pool: invited people only, one public client, no name to sign in with that a token may change."""

from __future__ import annotations

import json
from typing import Final

import pytest

from infra.people import IdentityProvider, people_of
from shared import settings
from tests.infra.synthesis import Templates
from tests.infra.test_functions import listed, statements
from tests.infra.test_mail_stack import records

POOL: Final = "AWS::Cognito::UserPool"
CLIENT: Final = "AWS::Cognito::UserPoolClient"


def test_nobody_signs_up_and_cognito_mails_nobody(templates: Templates) -> None:
    pool = templates.only(POOL)

    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["AccountRecoverySetting"]["RecoveryMechanisms"] == [{"Name": "admin_only", "Priority": 1}]
    assert "AutoVerifiedAttributes" not in pool
    assert "EmailConfiguration" not in pool


def test_people_sign_in_by_address_with_a_long_password_and_totp_if_they_like(templates: Templates) -> None:
    pool = templates.only(POOL)

    assert pool["AliasAttributes"] == ["email"]
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("OPTIONAL", ["SOFTWARE_TOKEN_MFA"])


def test_the_pool_asks_before_it_makes_a_user(templates: Templates) -> None:
    """And nobody else may call what it asks."""
    called = templates.only(POOL)["LambdaConfig"]
    permissions = templates.resources("AWS::Lambda::Permission").values()
    (allowed,) = [one for one in permissions if one["Principal"] == "cognito-idp.amazonaws.com"]

    assert list(called) == ["PreSignUp"]
    assert "presignuplive" in json.dumps(called["PreSignUp"])
    assert allowed["FunctionName"] == called["PreSignUp"]
    assert list(allowed["SourceArn"]) == ["Fn::GetAtt"]
    assert allowed["SourceArn"]["Fn::GetAtt"][1] == "Arn"


def test_only_prod_keeps_its_users(prod: Templates, staging: Templates) -> None:
    def kept(templates: Templates) -> tuple[str, str]:
        ((_, pool),) = templates.entire(POOL)
        return pool["DeletionPolicy"], pool["Properties"]["DeletionProtection"]

    assert kept(prod) == ("Retain", "ACTIVE")
    assert kept(staging) == ("Delete", "INACTIVE")


def test_the_code_flow_is_the_only_way_in_without_aws_credentials(templates: Templates) -> None:
    client = templates.only(CLIENT)

    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert set(client["ExplicitAuthFlows"]) == {"ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"}
    assert client["AllowedOAuthScopes"] == ["openid", "email", "aws.cognito.signin.user.admin"]
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["EnableTokenRevocation"] is True
    assert (client["AccessTokenValidity"], client["TokenValidityUnits"]["AccessToken"]) == (60, "minutes")
    assert (client["RefreshTokenValidity"], client["TokenValidityUnits"]["RefreshToken"]) == (30, "days")


def test_a_sign_in_ends_on_this_machine_or_where_the_operator_says(prod: Templates, own: Templates) -> None:
    loopback = prod.only(CLIENT)["CallbackURLs"]

    assert {"http://localhost:8400/callback", "http://127.0.0.1:8400/callback"} <= set(loopback)
    assert all(url.startswith(("http://localhost:", "http://127.0.0.1:")) for url in loopback)
    assert own.only(CLIENT)["CallbackURLs"] == [*loopback, "https://postseal.example.com/callback"]


def test_a_token_cannot_change_the_name_that_its_holder_signs_in_with(templates: Templates) -> None:
    """``email`` is an alias: a user who could write it could take somebody else's."""
    assert templates.only(CLIENT)["WriteAttributes"] == [settings.PROVIDER_EMAIL]


def test_the_sign_in_s_name_is_the_stage_s_own(prod: Templates, staging: Templates) -> None:
    kind = "AWS::Cognito::UserPoolDomain"

    assert prod.only(kind)["Domain"] == "reports-example-com"
    assert staging.only(kind)["Domain"] == "staging-example-com"


def test_identity_providers_come_from_the_stage_their_secrets_from_elsewhere(own: Templates) -> None:
    found = own.resources("AWS::Cognito::UserPoolIdentityProvider").values()
    corp, school = sorted(found, key=lambda one: str(one["ProviderName"]))

    assert (corp["ProviderType"], school["ProviderType"]) == ("OIDC", "SAML")
    assert (
        corp["ProviderDetails"]["client_secret"] == "{{resolve:secretsmanager:postseal/corp:SecretString:::}}"
    )
    assert corp["AttributeMapping"] == {settings.PROVIDER_EMAIL: "email"}
    assert list(school["AttributeMapping"]) == [settings.PROVIDER_EMAIL]
    assert own.only(CLIENT)["SupportedIdentityProviders"] == ["COGNITO", "Corp", "School"]


def test_the_emulator_s_provider_is_made_elsewhere_and_known(synthesized: dict[str, Templates]) -> None:
    local = synthesized["local"]
    functions = local.resources("AWS::Lambda::Function").values()
    told = [one["Environment"]["Variables"].get(settings.IDENTITY_PROVIDERS) for one in functions]

    assert not local.resources("AWS::Cognito::UserPoolIdentityProvider")
    assert set(told) == {None, "Example"}
    assert local.only(CLIENT)["SupportedIdentityProviders"] == ["COGNITO", "Example"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"issuer": "https://id.example.com"},
        {"issuer": "https://id.example.com", "client_id": "c", "secret": "s", "metadata_url": "https://x"},
    ],
)
def test_a_provider_is_of_one_kind(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="Corp takes issuer"):
        IdentityProvider(name="Corp", **fields)


def test_letters_come_from_a_domain_that_may_send_them(prod: Templates) -> None:
    found = records(prod)
    identities = [one["EmailIdentity"] for one in prod.resources("AWS::SES::EmailIdentity").values()]

    assert "letters.reports.example.com" in identities
    assert found["_dmarc.letters.reports.example.com.", "TXT"] == ['"v=DMARC1; p=reject; adkim=s; aspf=s"']
    kept = prod.resources("AWS::Route53::RecordSet").values()
    assert sum(1 for one in kept if one["Type"] == "CNAME" and "DkimDNSTokenName" in str(one["Name"])) >= 3


def test_the_report_domain_sends_no_letters() -> None:
    with pytest.raises(ValueError, match="letters need another domain"):
        people_of("reports.example.com", letter_sender="postseal@reports.example.com")


def test_a_sender_elsewhere_is_one_that_ses_knows_already(own: Templates) -> None:
    assert len(own.resources("AWS::SES::EmailIdentity")) == 1
    assert not any("letters" in name for name, _ in records(own))


def test_who_may_send_letters_may_send_them_from_one_address(prod: Templates) -> None:
    sending = [
        one for one in statements(prod) if any(verb.startswith("ses:") for verb in listed(one["Action"]))
    ]

    for statement in sending:
        assert listed(statement["Action"]) == ["ses:SendEmail"]
        assert statement["Condition"] == {
            "StringEquals": {"ses:FromAddress": "postseal@letters.reports.example.com"}
        }
        assert "identity/letters.reports.example.com" in json.dumps(statement["Resource"])


def test_functions_that_ask_for_a_key_know_what_a_token_is(templates: Templates) -> None:
    functions = templates.resources("AWS::Lambda::Function")
    told = {
        name: function["Environment"]["Variables"]
        for name, function in functions.items()
        if settings.TOKEN_KEYS in function["Environment"]["Variables"]
    }

    assert told
    for variables in told.values():
        assert {settings.TOKEN_ISSUER, settings.USER_POOL_CLIENT} <= set(variables)
