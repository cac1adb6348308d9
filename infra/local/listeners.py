"""The listeners of ours: DNS server, HTTPS edge and SMTP listener, as background processes."""

from __future__ import annotations

import os
import socket
import ssl
import sys
from collections.abc import Callable, Mapping
from typing import Final

import dns.exception
import dns.message
import dns.query

from infra.local import layout, processes
from infra.local.credentials import client_environment
from infra.local.outputs import Outputs
from infra.local.ports import HOST
from infra.local.processes import Service

DNS: Final = Service("dns", layout.LOCAL)
EDGE: Final = Service("edge", layout.LOCAL)
SMTP: Final = Service("smtp", layout.LOCAL)
ALL: Final = (SMTP, EDGE, DNS)
"""In the order in which they end."""
START_SECONDS: Final = 20.0
STOP_SECONDS: Final = 10.0


def dns_command(port: int, endpoint: str) -> list[str]:
    return [sys.executable, "-m", "infra.local.dns_server", "--port", str(port), "--route53", endpoint]


def edge_command(port: int, endpoint: str, dns_port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "infra.local.edge", "--port", str(port), "--dns-port", str(dns_port)),
        *("--aws", endpoint),
    ]


def smtp_command(port: int, outputs: Outputs, dns_port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "infra.local.smtp", "--port", str(port), "--dns-port", str(dns_port)),
        *("--report-domain", outputs.report_domain),
        *("--bucket", outputs.mail_bucket, "--topic", outputs.mail_topic),
    ]


def ensure(service: Service, port: int, command: list[str], endpoint: str) -> bool:
    """Have the listener run with this command and answer; False if it did already."""
    running = processes.find(service)
    if running is not None and running.command == tuple(command):
        return False
    processes.stop(service, seconds=STOP_SECONDS)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {**inherited, **client_environment(endpoint), "PYTHONUNBUFFERED": "1"}
    running = processes.start(service, command, environment, cwd=layout.CHECKOUT, port=port)
    processes.wait_ready(service, running, lambda: _PROBES[service](port), seconds=START_SECONDS)
    return True


def answers_dns(port: int) -> bool:
    """Whether anything answers DNS on the port."""
    try:
        dns.query.udp(dns.message.make_query("version.invalid.", "TXT"), HOST, timeout=1, port=port)
    except (dns.exception.DNSException, OSError):
        return False
    return True


def speaks_tls(port: int) -> bool:
    """Whether anything agrees on TLS on the port, under whatever certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection((HOST, port), timeout=2) as connection:
            context.wrap_socket(connection).close()
    except OSError:
        return False
    return True


def greets(port: int) -> bool:
    """Whether an SMTP server greets on the port."""
    try:
        with socket.create_connection((HOST, port), timeout=2) as connection:
            return connection.recv(4).startswith(b"220")
    except OSError:
        return False


_PROBES: Final[Mapping[Service, Callable[[int], bool]]] = {DNS: answers_dns, EDGE: speaks_tls, SMTP: greets}
