"""Lists the domains, then asks for the reports of a domain that the program does not know to exist."""

import os

import requests

base = os.environ["DMARC_API_BASE"]
headers = {"Authorization": f"Bearer {os.environ['DMARC_API_KEY']}"}
for domain in requests.get(f"{base}/domains", headers=headers, timeout=60).json()["data"]:
    print(f"{domain['domain']}: {domain['dns_status']}")
reports = requests.get(
    f"{base}/reports", headers=headers, params={"domain_id": "ud_19", "limit": "50"}, timeout=60
).json()["data"]
print(f"{len(reports)} reports")
