// Calls the API as whoever signed in. Both tokens live in a variable here, and where a page gives a memory, there:
// no cookie, no address. Without one, whoever loads the page anew signs in anew.

/** Where the server is mounted: above the folder that this script came from. */
export const BASE = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

/** How long before a token expires it is exchanged for the next, in milliseconds. */
const EARLY = 30_000;
/** Codes of a 401 that a new access token mends. */
const MENDABLE = "token_expired";

/** What the API refused, or that it could not be reached (status 0). */
export class Refused extends Error {
  constructor(message, { status = 0, code = "unreachable", details = [], requestId = "", retryAfter = 0 } = {}) {
    super(message);
    Object.assign(this, { status, code, details, requestId, retryAfter });
  }
}

/**
 * A client of the server that this page came from; `changed` is called when somebody signs in or out. A memory, if
 * there is one, has `read()` and `write(session)`, where null is nobody; it keeps who is signed in for the next page.
 */
export function createClient(changed = () => {}, memory) {
  let session = memory?.read() ?? null;
  let refreshing = null;

  const keep = (data) => {
    session = {
      token: data.token,
      refreshToken: data.refresh_token,
      expires: Date.now() + data.expires_in * 1000,
      user: data.user,
      permissions: data.permissions.map((one) => one.action_key),
    };
    memory?.write(session);
  };

  const forget = (reason) => {
    if (!session) return;
    session = null;
    memory?.write(null);
    changed(reason);
  };

  /** Exchange the refresh token; those who need it at the same moment share one exchange. */
  const refresh = () => {
    refreshing ??= (async () => {
      const before = session;
      try {
        const { data } = await read(await post("/api/auth/refresh", { refresh_token: before.refreshToken }));
        if (session === before) keep(data);
      } catch (refusal) {
        if (refusal.status === 401 || refusal.status === 403) forget(refusal.message);
        throw refusal;
      }
    })().finally(() => { refreshing = null; });
    return refreshing;
  };

  /** Send one request, signed by whoever is signed in. The answer is a Response, whatever its status. */
  const send = async (method, path, { headers = {}, body, signal } = {}) => {
    if (session && session.expires - Date.now() < EARLY) await refresh();
    const attempt = () => {
      const sent = new Headers(headers);
      if (session) sent.set("Authorization", `Bearer ${session.token}`);
      return reach(path, { method, headers: sent, body, signal });
    };
    const answer = await attempt();
    if (answer.status !== 401 || !session) return answer;
    const refusal = await refusalOf(answer.clone());
    if (refusal.code === MENDABLE) {
      await refresh();
      return attempt();
    }
    forget(refusal.message);
    return answer;
  };

  /** The envelope that the API answers with, and its headers. Throws Refused. */
  const ask = async (path, { method = "GET", query = {}, body, headers = {}, signal } = {}) => {
    const sent = body === undefined ? headers : { ...headers, "Content-Type": "application/json" };
    const text = body === undefined ? undefined : JSON.stringify(body);
    return read(await send(method, path + queryOf(query), { headers: sent, body: text, signal }));
  };

  const signIn = async (username, password) => {
    keep((await read(await post("/api/auth/login", { username, password }))).data);
    changed();
  };

  const signOut = async () => {
    if (!session) return;
    const { token } = session;
    forget();
    // The session ends on the server too, as well as it may: this page has forgotten it either way.
    await reach("/api/auth/logout", { method: "POST", headers: { Authorization: `Bearer ${token}` } }).catch(() => {});
  };

  // A page that is left without a memory has lost its tokens, so their session ends with it.
  addEventListener("pagehide", (event) => {
    if (!session || memory || event.persisted) return;
    const headers = { Authorization: `Bearer ${session.token}` };
    fetch(`${BASE}/api/auth/logout`, { method: "POST", headers, keepalive: true, credentials: "omit" }).catch(() => {});
  });

  return {
    send,
    ask,
    signIn,
    signOut,
    get user() { return session?.user ?? null; },
    /** Whether whoever is signed in holds a permission; the server decides all the same. */
    may: (key) => session?.permissions.includes(key) ?? false,
  };
}

/** A query string of what is given: nothing for what is empty, one pair for each of an array. */
export function queryOf(query) {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => one !== undefined && one !== null && one !== "")
      .map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`));
  return pairs.length ? `?${pairs.join("&")}` : "";
}

const post = (path, body) =>
  reach(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

async function reach(path, options) {
  try {
    return await fetch(BASE + path, { ...options, credentials: "omit", cache: "no-store", redirect: "error" });
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new Refused("The server cannot be reached.");
  }
}

async function read(answer) {
  if (!answer.ok) throw await refusalOf(answer);
  const envelope = await answer.json();
  return { data: envelope.data, pagination: envelope.pagination, message: envelope.message, headers: answer.headers };
}

async function refusalOf(answer) {
  const body = await answer.json().catch(() => ({}));
  return new Refused(body.message ?? `The server answered ${answer.status}.`, {
    status: answer.status,
    code: body.error?.code ?? "unknown",
    details: body.error?.details ?? [],
    requestId: body.request_id ?? "",
    retryAfter: Number(answer.headers.get("Retry-After")) || 0,
  });
}
