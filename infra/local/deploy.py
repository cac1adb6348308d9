"""Deploy the ``local`` stage to the emulator with the ordinary CDK command line."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from botocore.exceptions import ClientError

from infra.local import layout
from infra.local.authority import Authority
from infra.local.credentials import ACCOUNT, REGION, client, client_environment
from infra.local.outputs import Outputs, read_outputs
from infra.local.tools import cdk, run_quietly
from infra.stage import LOCAL_PROVIDER
from shared import settings

ASSETS: Final = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
"""Bucket that the CLI uploads bundles to; ``cdk bootstrap`` would make it, with roles of no use here."""

SOURCES: Final = (
    "functions",
    "shared",
    "infra",
    "pyproject.toml",
    "uv.lock",
    "package-lock.json",
    "cdk.json",
)
"""What a deployment is made of."""

CONNECTION_GROUP: Final = "postseal-local"

ENDPOINT_VARIABLE: Final = "POSTSEAL_FUNCTION_ENDPOINT"
"""Endpoint that the functions talk to instead of the emulator: a proxy between, for tests of failures."""


def function_environment(dns_servers: str, edge: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Variables that every function gets in this stage: names are asked for at ``dns_servers``, and the web
    is what ``edge`` says it is.

    Without a proxy the endpoint is left out: the emulator gives each worker its own address, and that
    still holds when the stack starts again on another port.
    """
    variables = {
        settings.DNS_SERVERS: dns_servers,
        settings.FETCH_GATEWAY: edge,
        settings.FETCH_AUTHORITY: str(Authority(layout.AUTHORITY).root),
        settings.LOOPBACK_RECEIVERS: "yes",
        settings.WEBHOOK_WAITS: ",".join(["1"] * 30),
    }
    if proxy := environment.get(ENDPOINT_VARIABLE):
        variables["AWS_ENDPOINT_URL"] = proxy
    return variables


def deploy(endpoint: str, variables: Mapping[str, str]) -> tuple[Outputs, bool]:
    """Deploy what changed since the last time; returns the outputs and whether there was anything to do."""
    group = _connection_group(endpoint)
    digest = fingerprint(layout.CHECKOUT, {**variables, CONNECTION_GROUP: group, "endpoint": endpoint})
    if _deployed(layout.DEPLOYED_FILE, digest) and layout.OUTPUTS_FILE.exists():
        outputs = read_outputs(layout.OUTPUTS_FILE)
        if _is_there(endpoint, outputs):
            return outputs, False
    command = [
        *cdk(),
        *("deploy", "--all", "--require-approval", "never", "--progress", "events", "--concurrency", "4"),
        # A change set that only adds outputs is none to the emulator.
        *("--method", "direct"),
        *("--app", f'"{sys.executable}" -m infra.app', "--output", str(layout.ASSEMBLY)),
        *("--outputs-file", str(layout.OUTPUTS_FILE)),
        *("--context", "stage=local", "--context", f"environment={json.dumps(dict(variables))}"),
        *("--context", f"connection_group={group}", "--context", f"cognito_endpoint={endpoint}"),
    ]
    _make_asset_bucket(endpoint)
    run_quietly(command, _cli_environment(endpoint), what="cdk deploy", log=layout.LOCAL / "deploy.log")
    outputs = read_outputs(layout.OUTPUTS_FILE)
    layout.DEPLOYED_FILE.write_text(json.dumps({"fingerprint": digest}))
    return outputs, True


def fingerprint(root: Path, variables: Mapping[str, str]) -> str:
    """Digest of everything that a deployment depends on: sources, locks and the functions' variables."""
    digest = hashlib.sha256(json.dumps(dict(variables), sort_keys=True).encode())
    for path in _source_files(root):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _source_files(root: Path) -> Iterable[Path]:
    for name in SOURCES:
        path = root / name
        if path.is_file():
            yield path
        else:
            found = (file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
            # This package drives the deployment; nothing of it is deployed.
            yield from sorted(file for file in found if root / "infra" / "local" not in file.parents)


def _deployed(record: Path, digest: str) -> bool:
    try:
        return bool(json.loads(record.read_text())["fingerprint"] == digest)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return False


def _is_there(endpoint: str, outputs: Outputs) -> bool:
    """Whether the emulator really holds the deployment: its state may have been lost."""
    try:
        client("dynamodb", endpoint).describe_table(TableName=outputs.table)
        client("apigatewayv2", endpoint).get_api(ApiId=outputs.api_id)
        client("cognito-idp", endpoint).describe_user_pool(UserPoolId=outputs.user_pool)
    except ClientError:
        return False
    return True


def _connection_group(endpoint: str) -> str:
    """``id=routing endpoint`` of the stage's connection group, which the emulator makes when asked by its
    API: its CloudFormation knows no such thing."""
    cloudfront = client("cloudfront", endpoint)
    held = cloudfront.list_connection_groups().get("ConnectionGroups", [])
    named = [group for group in held if group["Name"] == CONNECTION_GROUP]
    group = (
        named[0] if named else cloudfront.create_connection_group(Name=CONNECTION_GROUP)["ConnectionGroup"]
    )
    return f"{group['Id']}={group['RoutingEndpoint']}"


def verify_sender(endpoint: str, address: str) -> None:
    """Let letters be sent from the address's domain: the stage sets up no SES here, and the emulator's
    refuses, as AWS does, what comes from a domain that it does not know."""
    ses, domain = client("sesv2", endpoint), address.rpartition("@")[2]
    try:
        ses.get_email_identity(EmailIdentity=domain)
    except ClientError:
        ses.create_email_identity(EmailIdentity=domain)


def make_provider(endpoint: str, pool: str) -> None:
    """Have the pool know the stage's identity provider, which the stacks leave out here."""
    cognito = client("cognito-idp", endpoint)
    try:
        cognito.create_identity_provider(
            UserPoolId=pool,
            ProviderName=LOCAL_PROVIDER.name,
            ProviderType=LOCAL_PROVIDER.kind,
            ProviderDetails=LOCAL_PROVIDER.details("known to nobody"),
            AttributeMapping=LOCAL_PROVIDER.mapping,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "DuplicateProviderException":
            raise


def _make_asset_bucket(endpoint: str) -> None:
    s3 = client("s3", endpoint)
    try:
        s3.head_bucket(Bucket=ASSETS)
    except ClientError:
        s3.create_bucket(Bucket=ASSETS)


def _cli_environment(endpoint: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **inherited,
        **client_environment(endpoint),
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CI": "true",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    }
