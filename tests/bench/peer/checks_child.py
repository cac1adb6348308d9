"""Checks domains with checkdmarc, one after another, against one DNS server; prints one JSON object.

Of its checks those that the other side makes, too: DNSSEC and TLSA of mail exchangers are left out (it knows
no DKIM, which the other side checks beside). Nothing is fetched over HTTPS.
"""

import json
import logging
import sys
import time

import checkdmarc.bimi
import checkdmarc.dmarc
import checkdmarc.mta_sts
import checkdmarc.smtp
import checkdmarc.smtp_tls_reporting
import checkdmarc.spf
import checkdmarc.utils
import dns.nameserver
import requests

logging.disable(logging.CRITICAL)


def _offline(self, method, url, **options):
    raise requests.ConnectionError("not fetched")


requests.Session.request = _offline
checkdmarc.smtp.check_dnssec = lambda *_, **__: False
checkdmarc.smtp.get_tlsa_records = lambda *_, **__: []


def _check(domain, asking):
    checks = (
        checkdmarc.mta_sts.check_mta_sts,
        checkdmarc.smtp.check_mx,
        checkdmarc.spf.check_spf,
        checkdmarc.dmarc.check_dmarc,
        checkdmarc.smtp_tls_reporting.check_smtp_tls_reporting,
        checkdmarc.bimi.check_bimi,
    )
    return [check(domain, **asking) for check in checks]


def main():
    port, domains = int(sys.argv[1]), sys.argv[2:]
    server = dns.nameserver.Do53Nameserver("127.0.0.1", port)
    asking = {"nameservers": [server], "timeout": 2.0}
    found = 0
    started = time.perf_counter()
    for domain in domains:
        _, mx, spf, dmarc, tls_rpt, _ = _check(domain, asking)
        found += bool(mx["hosts"] and spf["valid"] and dmarc["valid"] and tls_rpt["valid"])
    spent = time.perf_counter() - started
    (answer,) = checkdmarc.utils.query_dns("counters.invalid", "TXT", **asking)
    questions = int(answer.split()[0]) / len(domains)
    print(json.dumps({"rate": len(domains) / spent, "found": found, "questions": questions}))


main()
