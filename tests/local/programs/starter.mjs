// Lists the domains, then the senders of the first one.
const base = process.env.DMARC_API_BASE;

async function get(path, query = {}) {
  const url = new URL(`${base}${path}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const answer = await fetch(url, { headers: { Authorization: `Bearer ${process.env.DMARC_API_KEY}` } });
  if (!answer.ok) throw new Error(`the API answers ${answer.status}`);
  return answer.json();
}

const { data: domains } = await get("/domains");
const { data: senders } = await get(`/domains/${domains[0].id}/sources`, { range: "48h" });
console.log(JSON.stringify({ domains: domains.map((each) => each.domain), sources: senders.sources.length }));
