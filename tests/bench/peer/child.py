"""Reads what lies in a folder with parsedmarc, offline and without enrichment; prints one JSON object."""

import json
import logging
import sys
import time
from pathlib import Path

import parsedmarc

sys.path.insert(0, str(Path(__file__).parents[1]))
from memory import peak_mb, resident_mb

logging.disable(logging.CRITICAL)


def _unenriched(ip_address, **options):
    names = ("reverse_dns", "country", "base_domain", "name", "type", "asn", "as_name", "as_domain")
    return {"ip_address": ip_address.lower(), **dict.fromkeys(names)}


parsedmarc.get_ip_address_info = _unenriched


def _read(path):
    data = path.read_bytes()
    if path.suffix == ".eml":
        return len(parsedmarc.parse_report_email(data, offline=True)["report"]["records"])
    return len(parsedmarc.parse_aggregate_report_xml(data.decode(), offline=True)["records"])


def main():
    folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
    paths = sorted(folder.iterdir())
    if paths[0].stat().st_size <= 2**20:
        _read(paths[0])
    before = resident_mb()
    reports = rows = 0
    started = time.perf_counter()
    while True:
        for path in paths:
            rows += _read(path)
            reports += 1
        spent = time.perf_counter() - started
        if spent >= seconds:
            break
    print(json.dumps({"reports": reports / spent, "rows": rows / spent, "grown_mb": peak_mb() - before}))


main()
