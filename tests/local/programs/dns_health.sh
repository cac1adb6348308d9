#!/usr/bin/env bash
# Exits with 1 if DMARC or SPF of any domain of the account is not valid.
set -eu

ask() {
    curl --silent --show-error --header "Authorization: Bearer $DMARC_API_KEY" "$DMARC_API_BASE$1"
}

unhealthy=0
for id in $(ask /domains | jq --raw-output '.data[].id'); do
    state=$(ask "/domains/$id/dns")
    summary=$(jq --raw-output '.data | "\(.domain) DMARC=\(.dmarc.status) SPF=\(.spf.status)"' <<<"$state")
    if jq --exit-status '.data | [.dmarc, .spf] | all(.status == "valid")' <<<"$state" >/dev/null; then
        echo "ok $summary"
    else
        echo "FAIL $summary"
        unhealthy=$((unhealthy + 1))
    fi
done
if ((unhealthy > 0)); then
    echo "$unhealthy unhealthy"
    exit 1
fi
echo "all healthy"
