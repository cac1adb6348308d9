"""``make up``: bring the local stack up, or an already running one up to date. One line a step."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from infra.local import deploy, layout, listeners, ports, processes
from infra.local.account import Deployment, Operator, answers_to
from infra.local.authority import Authority
from infra.local.emulator import server
from infra.local.lock import only_one
from infra.local.outputs import Outputs
from infra.local.ports import Chosen
from infra.local.stack_error import StackError
from infra.local.stack_file import Listener, Stack, read_stack, write_stack
from infra.local.tools import cdk
from infra.local.verdicts import HEADER


def up(environment: Mapping[str, str]) -> Stack:
    """Start what does not run, deploy what changed, write ``.local/stack.json``."""
    layout.LOCAL.mkdir(parents=True, exist_ok=True)
    cdk()
    with only_one():
        began = time.monotonic()
        port = _emulator(environment)
        endpoint = server.endpoint(port)
        dns_port = _dns(environment, endpoint, port)
        edge_port = _edge(environment, endpoint, port, dns_port)
        outputs = _deploy(endpoint, dns_port, edge_port, environment)
        smtp_port = _smtp(environment, endpoint, outputs, dns_port, {port, dns_port, edge_port})
        api_url = f"{endpoint}/_aws/execute-api/{outputs.api_id}"
        deployment = Deployment(endpoint, outputs)
        operator = _operator(deployment, api_url, read_stack(layout.STACK_FILE))
        listening = _Ports(smtp_port, dns_port, edge_port)
        stack = _describe(deployment, operator, api_url, listening)
        write_stack(layout.STACK_FILE, stack)
        if (status := answers_to(api_url, stack.api_key)) != HTTPStatus.OK:
            raise StackError(f"{api_url}/v1/account answers {status} (see {server.SERVICE.log_file})")
        _say("ready", f"{stack.api_url}, all of it in .local/stack.json ({time.monotonic() - began:.1f} s)")
        return stack


def _emulator(environment: Mapping[str, str]) -> int:
    server.install()
    running = _same_port(ports.EMULATOR, server.SERVICE, environment)
    if running is not None:
        _say("emulator", f"runs on {server.endpoint(running.port)}")
        return running.port
    before = server.port_of_state()
    if before is None:
        chosen = ports.choose(ports.EMULATOR, environment)
    else:
        chosen = ports.again(ports.EMULATOR, before, environment)
    found = server.found_state()
    if server.was_killed():
        # What the emulator takes up again is older than what was deployed last.
        layout.DEPLOYED_FILE.unlink(missing_ok=True)
    server.start(chosen.port)
    _say("emulator", f"started on {server.endpoint(chosen.port)}", found, chosen.remark)
    return chosen.port


def _dns(environment: Mapping[str, str], endpoint: str, emulator_port: int) -> int:
    running = _same_port(ports.DNS, listeners.DNS, environment)
    chosen = Chosen(running.port, "") if running else ports.choose(ports.DNS, environment, {emulator_port})
    command = listeners.dns_command(chosen.port, endpoint)
    begun = listeners.ensure(listeners.DNS, chosen.port, command, endpoint)
    _say("dns", f"{'started' if begun else 'runs'} on {ports.HOST}:{chosen.port}", chosen.remark)
    return chosen.port


def _edge(environment: Mapping[str, str], endpoint: str, emulator_port: int, dns_port: int) -> int:
    running = _same_port(ports.EDGE, listeners.EDGE, environment)
    if Authority(layout.AUTHORITY).ensure():
        # What runs shows certificates of the root before.
        processes.stop(listeners.EDGE, seconds=listeners.STOP_SECONDS)
    chosen = (
        Chosen(running.port, "")
        if running
        else ports.choose(ports.EDGE, environment, {emulator_port, dns_port})
    )
    command = listeners.edge_command(chosen.port, endpoint, dns_port)
    begun = listeners.ensure(listeners.EDGE, chosen.port, command, endpoint)
    _say("edge", f"{'started' if begun else 'runs'} on {ports.HOST}:{chosen.port}", chosen.remark)
    return chosen.port


def _deploy(endpoint: str, dns_port: int, edge_port: int, environment: Mapping[str, str]) -> Outputs:
    began = time.monotonic()
    variables = deploy.function_environment(
        f"{ports.HOST}:{dns_port}", f"{ports.HOST}:{edge_port}", environment
    )
    outputs, changed = deploy.deploy(endpoint, variables)
    deploy.verify_sender(endpoint, outputs.letter_sender)
    deploy.make_provider(endpoint, outputs.user_pool)
    _say("stacks", f"deployed in {time.monotonic() - began:.1f} s" if changed else "nothing changed")
    return outputs


def _smtp(
    environment: Mapping[str, str], endpoint: str, outputs: Outputs, dns_port: int, taken: Collection[int]
) -> int:
    running = _same_port(ports.SMTP, listeners.SMTP, environment)
    chosen = Chosen(running.port, "") if running else ports.choose(ports.SMTP, environment, taken)
    command = listeners.smtp_command(chosen.port, outputs, dns_port)
    begun = listeners.ensure(listeners.SMTP, chosen.port, command, endpoint)
    where = f"{'started' if begun else 'runs'} on {ports.HOST}:{chosen.port}"
    _say("smtp", f"{where}, mail for {outputs.report_domain}", chosen.remark)
    return chosen.port


def _operator(deployment: Deployment, api_url: str, known: Stack | None) -> Operator:
    """The known account unless its key is refused: the state, and the account with it, may have been lost."""
    if known is not None and answers_to(api_url, known.api_key) != HTTPStatus.UNAUTHORIZED:
        operator = Operator(known.account_id, known.api_key)
        _say("account", f"{operator.account_id}, the key as before")
        return operator
    operator = deployment.operator()
    _say("account", f"{operator.account_id} with a new key")
    return operator


@dataclass(frozen=True, slots=True)
class _Ports:
    smtp: int
    dns: int
    edge: int


def _describe(deployment: Deployment, operator: Operator, api_url: str, listening: _Ports) -> Stack:
    outputs = deployment.outputs
    return Stack(
        api_url=api_url,
        api_key=operator.api_key,
        account_id=operator.account_id,
        aws_endpoint=deployment.endpoint,
        smtp=Listener(ports.HOST, listening.smtp),
        dns=Listener(ports.HOST, listening.dns),
        edge=Listener(ports.HOST, listening.edge),
        edge_authority=str(Authority(layout.AUTHORITY).root),
        report_domain=outputs.report_domain,
        mail_bucket=outputs.mail_bucket,
        table=outputs.table,
        data_bucket=outputs.data_bucket,
        mail_topic=outputs.mail_topic,
        user_pool=outputs.user_pool,
        user_pool_client=outputs.user_pool_client,
        sign_in_url=outputs.sign_in_url,
        letter_sender=outputs.letter_sender,
        queues=outputs.queues,
        verdict_header=HEADER,
    )


def _same_port(
    wanted: ports.Wanted, service: processes.Service, environment: Mapping[str, str]
) -> processes.Running | None:
    """The running process of the service; refuses when another port than its own is asked for."""
    running = processes.find(service)
    asked = environment.get(wanted.variable, "")
    if running is not None and asked not in ("", str(running.port)):
        raise StackError(
            f"the {wanted.name} runs on port {running.port}, {wanted.variable} asks for {asked}: down first"
        )
    return running


def _say(step: str, *facts: str) -> None:
    print(f"{step:<9}{'; '.join(fact for fact in facts if fact)}", flush=True)


def main() -> int:
    try:
        up(os.environ)
    except StackError as refusal:
        print(f"up: {refusal}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
