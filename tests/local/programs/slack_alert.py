"""Tells a Slack webhook who failed DMARC in the last 48 hours."""

import os

import requests

base = os.environ["DMARC_API_BASE"]
headers = {"Authorization": f"Bearer {os.environ['DMARC_API_KEY']}"}
lines = []
for domain in requests.get(f"{base}/domains", headers=headers, timeout=60).json()["data"]:
    answer = requests.get(
        f"{base}/domains/{domain['id']}/sources", headers=headers, params={"range": "48h"}, timeout=60
    )
    for source in answer.json()["data"]["sources"]:
        rejected, quarantined = source.get("rejected", 0), source.get("quarantined", 0)
        if rejected + quarantined > 0:
            lines.append(
                f"*{domain['domain']}*: {source['sender_domain']} "
                f"({rejected} rejected, {quarantined} quarantined)"
            )
if lines:
    text = "DMARC failures of 48 hours:\n" + "\n".join(lines)
    requests.post(os.environ["SLACK_WEBHOOK_URL"], json={"text": text}, timeout=60)
