// Hears that the log has grown: from the feed, which answers when there is something, or by asking now and then
// where the feed is not for this person. What happened the parts of the page ask for themselves.

const WAIT_SECONDS = 25;
const ASKING_EVERY = 2_500;
/** The longest pause after failures, and the shortest between two pieces of news, in milliseconds. */
const LONGEST_PAUSE = 30_000;
const SHORTEST_PAUSE = 500;

/** The last position of the log. */
export async function headOf(client, signal) {
  const { headers } = await client.ask("/api/auth/me", { signal });
  return Number(headers.get("X-Read-Position"));
}

/** Call `heard({ position })` whenever the log has grown, and `state(words)` when that is in doubt. */
export function followNews(client, { heard, state }) {
  const stop = new AbortController();
  const { signal } = stop;
  run().catch(() => {});
  return () => stop.abort();

  async function run() {
    let position = null;
    let listens = client.may("feed.view");
    let failures = 0;
    while (!signal.aborted) {
      try {
        await untilVisible(signal);
        const next = position !== null && listens ? await listen(position) : await headOf(client, signal);
        if (failures || position === null) state("Live");
        failures = 0;
        if (position !== null && next !== position) heard({ position: next });
        if (position !== null && !listens) await pause(ASKING_EVERY, signal);
        else if (next !== position) await pause(SHORTEST_PAUSE, signal);
        position = next;
      } catch (refusal) {
        if (signal.aborted || !client.user) return;
        if (refusal.code === "cursor_ahead") position = null;
        else if (listens && (refusal.status === 403 || refusal.status === 404)) listens = false;
        else {
          failures += 1;
          state(`${refusal.message} Trying again; what is shown may be old.`);
          await pause(refusal.retryAfter * 1000 || Math.min(1000 * 2 ** failures, LONGEST_PAUSE), signal);
        }
      }
    }
  }

  async function listen(position) {
    const query = { after: position, limit: 1000, wait: WAIT_SECONDS };
    const { pagination } = await client.ask("/api/feed", { query, signal });
    return pagination.next_after ?? position;
  }
}

/** Wait, but no longer than until the page is left. */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

/** A page that nobody looks at asks for nothing. */
function untilVisible(signal) {
  if (!document.hidden) return undefined;
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true, signal });
    signal.addEventListener("abort", resolve, { once: true });
  });
}

/** Run `act` now, and again after calls meanwhile: never twice at once, and not oftener than `every`. */
export function throttled(act, every, signal) {
  let running = false, again = false;
  return async function call() {
    if (running) { again = true; return; }
    running = true;
    do {
      again = false;
      await act();
      await pause(every, signal);
    } while (again && !signal.aborted);
    running = false;
  };
}
