"""Writes the daily figures of every domain to the CSV file that is named."""

import csv
import os
import sys
from pathlib import Path

import requests

FIGURES = ("total_messages", "spf_pass", "spf_fail", "dkim_pass", "dkim_fail")
base = os.environ["DMARC_API_BASE"]
headers = {"Authorization": f"Bearer {os.environ['DMARC_API_KEY']}"}
domains = requests.get(f"{base}/domains", headers=headers, timeout=60).json()["data"]
with Path(sys.argv[1]).open("w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["domain", "date", *FIGURES])
    for domain in domains:
        stats = requests.get(f"{base}/domains/{domain['id']}/stats", headers=headers, timeout=60).json()
        for day in stats["data"]["daily_stats"]:
            writer.writerow([domain["domain"], day["date"], *(day[figure] for figure in FIGURES)])
