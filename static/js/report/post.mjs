// The two ways to our server: a form whose answers decide who reads the report, and the sealed report.
const SECONDS = 60;
const ask = (url, body, headers = {}) => fetch(url, {
  method: 'POST', body, headers, cache: 'no-store', redirect: 'error', credentials: 'omit',
  signal: AbortSignal.timeout?.(SECONDS * 1000) });

// The page that answers, as text; null when nobody does.
export async function form(url, fields) {
  try {
    return await (await ask(url, new URLSearchParams(fields))).text();
  } catch {
    return null;
  }
}

// {html} of the last page, or {outcome, seal?}: why not ("again": seal once more, with this).
export async function report(url, body) {
  try {
    const answer = await ask(url, JSON.stringify(body), { 'Content-Type': 'application/json' });
    return answer.ok ? { html: await answer.text() } : await answer.json();
  } catch {
    return { outcome: 'away' };
  }
}
