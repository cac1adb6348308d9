"""Who signs in: the user pool with its hosted sign-in, and the domain that mail to people comes from."""

from __future__ import annotations

from typing import Any, Final

from aws_cdk import CfnOutput, Duration, RemovalPolicy, SecretValue, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_ses as ses
from constructs import Construct

from infra.constructs.bundles import Bundles
from infra.constructs.function import EntryFunction
from infra.entries import TRIGGERS
from infra.people import IdentityProvider
from infra.stage import Stage
from shared import settings

PASSWORD_LENGTH: Final = 12
"""Least characters. What they are is not asked: length is what helps (NIST SP 800-63B section 5.1.1.2)."""

ACCESS_MINUTES: Final = 60
REFRESH_DAYS: Final = 30
_UNITS: Final = {"access_token": "minutes", "id_token": "minutes", "refresh_token": "days"}

TTL: Final = Duration.hours(1)


class PeopleStack(Stack):
    """The pool outlives its stack: users are not to be had again from anywhere."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        stage: Stage,
        bundles: Bundles,
        report_zone: route53.IHostedZone,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, name, **kwargs)
        layer = bundles.layer(self, "workers")
        self.functions = [
            EntryFunction(self, entry, stage, bundles, layer=layer, statements=(), environment={})
            for entry in TRIGGERS
        ]
        (guard,) = self.functions
        self.pool = _pool(self, stage, guard)
        _call(self.pool, guard)
        self.provider_list = ",".join(provider.name for provider in stage.people.identity_providers)
        made = stage.people.identity_providers if stage.people.makes_providers else ()
        providers = [_provider(self, self.pool, each) for each in made]
        self.client = _client(self, self.pool, stage)
        for provider in providers:
            self.client.node.add_dependency(provider)
        domain = _domain(self, self.pool, stage)
        self.issuer = f"https://cognito-idp.{self.region}.amazonaws.com/{self.pool.ref}"
        self.pool_url = stage.people.cognito_endpoint or f"https://cognito-idp.{self.region}.amazonaws.com"
        self.keys_url = f"{self.pool_url}/{self.pool.ref}/.well-known/jwks.json"
        self.sign_in_url = (
            stage.people.cognito_endpoint or f"https://{domain.domain}.auth.{self.region}.amazoncognito.com"
        )
        self.letter_sender = stage.people.letter_sender
        self.letter_identity_arn = self.format_arn(
            service="ses", resource="identity", resource_name=stage.people.letter_domain
        )
        if stage.receives_mail and stage.sends_as_own:
            _send(self, report_zone, stage.people.letter_domain)
        CfnOutput(self, "UserPool", value=self.pool.ref)
        CfnOutput(self, "UserPoolClient", value=self.client.ref)
        CfnOutput(self, "SignInUrl", value=self.sign_in_url)
        CfnOutput(self, "LetterSender", value=self.letter_sender)


def _pool(scope: Construct, stage: Stage, guard: EntryFunction) -> cognito.CfnUserPool:
    """The Lite tier has all that is used here, at a third of the price a user of the next one, whose sign-in
    pages are finer. No address is verified by Cognito and no mail sent: invitations and resets are ours.
    Whoever would become a user without us is stopped by ``guard``."""
    pool = cognito.CfnUserPool(
        scope,
        "pool",
        user_pool_name=f"postseal-{stage.name}",
        user_pool_tier="LITE",
        # A user is called by its id with us; that of somebody who left is never given again.
        alias_attributes=["email"],
        username_configuration=cognito.CfnUserPool.UsernameConfigurationProperty(case_sensitive=False),
        schema=[
            cognito.CfnUserPool.SchemaAttributeProperty(
                name=settings.PROVIDER_EMAIL.removeprefix("custom:"),
                attribute_data_type="String",
                mutable=True,
            )
        ],
        admin_create_user_config=cognito.CfnUserPool.AdminCreateUserConfigProperty(
            allow_admin_create_user_only=True
        ),
        policies=cognito.CfnUserPool.PoliciesProperty(
            password_policy=cognito.CfnUserPool.PasswordPolicyProperty(
                minimum_length=PASSWORD_LENGTH,
                require_lowercase=False,
                require_numbers=False,
                require_symbols=False,
                require_uppercase=False,
            )
        ),
        mfa_configuration="OPTIONAL",
        enabled_mfas=["SOFTWARE_TOKEN_MFA"],
        account_recovery_setting=cognito.CfnUserPool.AccountRecoverySettingProperty(
            recovery_mechanisms=[cognito.CfnUserPool.RecoveryOptionProperty(name="admin_only", priority=1)]
        ),
        lambda_config=cognito.CfnUserPool.LambdaConfigProperty(pre_sign_up=guard.alias.function_arn),
        deletion_protection="ACTIVE" if stage.retain else "INACTIVE",
    )
    pool.apply_removal_policy(RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY)
    return pool


def _call(pool: cognito.CfnUserPool, guard: EntryFunction) -> None:
    """Let the pool, and no other, call the function."""
    guard.alias.add_permission(
        "pool", principal=iam.ServicePrincipal("cognito-idp.amazonaws.com"), source_arn=pool.attr_arn
    )


def _client(scope: Construct, pool: cognito.CfnUserPool, stage: Stage) -> cognito.CfnUserPoolClient:
    """One for the command line and for pages: neither can keep a secret, so that there is none, and the code
    flow with PKCE is the only way in from outside. All that a user's token may write is what providers fill
    in."""
    loopback = [*settings.LOOPBACK_ADDRESSES]
    loopback += [address.replace("127.0.0.1", "localhost") for address in loopback]
    return cognito.CfnUserPoolClient(
        scope,
        "client",
        user_pool_id=pool.ref,
        client_name="postseal",
        generate_secret=False,
        # The second one takes AWS credentials: by it the API holds an old password against the pool.
        explicit_auth_flows=["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        allowed_o_auth_flows_user_pool_client=True,
        allowed_o_auth_flows=["code"],
        allowed_o_auth_scopes=list(settings.SIGN_IN_SCOPES),
        callback_ur_ls=[*loopback, *stage.people.callback_urls],
        supported_identity_providers=["COGNITO", *(each.name for each in stage.people.identity_providers)],
        prevent_user_existence_errors="ENABLED",
        enable_token_revocation=True,
        access_token_validity=ACCESS_MINUTES,
        id_token_validity=ACCESS_MINUTES,
        refresh_token_validity=REFRESH_DAYS,
        token_validity_units=cognito.CfnUserPoolClient.TokenValidityUnitsProperty(**_UNITS),
        read_attributes=["email", "email_verified", settings.PROVIDER_EMAIL],
        write_attributes=[settings.PROVIDER_EMAIL],
    )


def _domain(scope: Construct, pool: cognito.CfnUserPool, stage: Stage) -> cognito.CfnUserPoolDomain:
    domain = cognito.CfnUserPoolDomain(
        scope, "domain", user_pool_id=pool.ref, domain=stage.people.sign_in_prefix, managed_login_version=1
    )
    domain.apply_removal_policy(RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY)
    return domain


def _provider(
    scope: Construct, pool: cognito.CfnUserPool, provider: IdentityProvider
) -> cognito.CfnUserPoolIdentityProvider:
    """The client secret is looked up by CloudFormation: the template has its name only."""
    secret = SecretValue.secrets_manager(provider.secret).unsafe_unwrap() if provider.secret else ""
    return cognito.CfnUserPoolIdentityProvider(
        scope,
        f"provider-{provider.name}",
        user_pool_id=pool.ref,
        provider_name=provider.name,
        provider_type=provider.kind,
        provider_details=provider.details(secret),
        attribute_mapping=provider.mapping,
    )


def _send(scope: Construct, zone: route53.IHostedZone, domain: str) -> None:
    """The identity that letters are signed as (DKIM, aligned with the address they come from), its records,
    and a policy of its own: the zone's says that nothing is sent (RFC 9989 section 4.7)."""
    identity = ses.EmailIdentity(scope, "letters", identity=ses.Identity.domain(domain))
    for number, record in enumerate(identity.dkim_records, start=1):
        route53.CfnRecordSet(
            scope,
            f"letters-dkim-{number}",
            hosted_zone_id=zone.hosted_zone_id,
            name=record.name,
            type="CNAME",
            resource_records=[record.value],
            ttl=str(TTL.to_seconds()),
        )
    texts = {
        "spf": (domain, "v=spf1 include:amazonses.com -all"),
        "dmarc": (f"_dmarc.{domain}", "v=DMARC1; p=reject; adkim=s; aspf=s"),
    }
    for name, (owner, text) in texts.items():
        route53.TxtRecord(
            scope, f"letters-{name}", zone=zone, record_name=f"{owner}.", values=[text], ttl=TTL
        )
