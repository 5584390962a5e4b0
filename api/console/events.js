// The company's log as it grows: the newest events first, chosen by what they are, about what, by whom and when.
import { coloured, element } from "./elements.js";
import { moment } from "./figures.js";
import { headOf, throttled } from "./news.js";

const EVERY = 1_000;
/** How many events are shown at first and with each look further back, and how many the page holds. */
const PAGE = 30;
const MOST = 300;
/** How many positions one look goes back: few where all are shown, ever more where few are chosen. */
const FURTHEST = 20_000;
const LOOKS = 8;

export function openEvents(root, client, showLife) {
  const stop = new AbortController();
  const { signal } = stop;
  const list = element("ol", { class: "events" });
  const status = element("p", { class: "note", role: "status" });
  const back = element("button", { type: "button" }, "Earlier events");
  const halt = element("button", { type: "button", "aria-pressed": "false" }, "Pause");
  const form = filters(client, signal);
  const isNarrow = matchMedia("(max-width: 40rem)").matches;
  root.replaceChildren(element("details", { class: "choice", open: !isNarrow }, element("summary", {}, "Which events"), form),
    element("div", { class: "row" }, halt, status), list, back);

  let filter = {}, newest = 0, oldest = 0, least = 0, isEnded = false, isPaused = false, unseen = 0, round = 0;

  const ask = (query) => client.ask("/api/audit/events", { query: { limit: 100, ...query }, signal });

  /** The position of the first event recorded at a time or later. */
  const firstAt = async (time) => (await ask({ from: time, limit: 1 })).data[0]?.position ?? Infinity;

  async function begin() {
    const mine = ++round;
    list.replaceChildren();
    const { from, to } = filter;
    const head = await headOf(client, signal);
    const last = to ? Math.min(head, await firstAt(to) - 1) : head;
    const first = from ? Math.min(head, await firstAt(from) - 1) : 0;
    if (mine !== round) return;
    [newest, oldest, least, isEnded, unseen] = [last, last, first, Boolean(to), 0];
    await lookBack(mine);
  }

  async function lookBack(mine = round) {
    const isChosen = filter.type || filter.stream_id || filter.actor_id;
    let found = 0, step = isChosen ? PAGE * 10 : PAGE;
    for (let look = 0; look < LOOKS && found < PAGE && oldest > least; look += 1) {
      const after = Math.max(least, oldest - step);
      const rows = await between(after, oldest);
      if (mine !== round) return;
      list.append(...rows.reverse().map(rowOf));
      found += rows.length;
      oldest = after;
      step = Math.min(step * 4, FURTHEST);
    }
    back.hidden = oldest <= least || list.childElementCount >= MOST;
    say(oldest > least && !found ? `Nothing down to position ${oldest.toLocaleString()}.` : "");
  }

  /** What is chosen of the events after one position and up to another. */
  async function between(after, last) {
    const rows = [];
    while (after !== null && after < last) {
      const { data, pagination } = await ask({ ...filter, after });
      rows.push(...data.filter((event) => event.position <= last));
      if (!pagination.has_more) break;
      after = pagination.next_after;
    }
    return rows;
  }

  const lookForward = throttled(async () => {
    if (isPaused || isEnded) return;
    const mine = round, upTo = Math.max(unseen, newest);
    try {
      const rows = await between(newest, upTo);
      if (mine !== round) return;
      newest = upTo;
      list.prepend(...rows.reverse().map(rowOf));
      for (const row of rows) list.children[rows.indexOf(row)].classList.add("new");
      while (list.childElementCount > MOST) list.lastElementChild.remove();
      say("");
    } catch (refusal) {
      if (!signal.aborted) say(refusal.message);
    }
  }, EVERY, signal);

  function say(words) {
    const held = isPaused && unseen > newest ? `${(unseen - newest).toLocaleString()} more since. ` : "";
    const none = !list.childElementCount && !words ? "No such events." : "";
    status.textContent = held + words + none;
  }

  function rowOf(event) {
    const [area, ...rest] = event.type.split(".");
    const body = element("div", { class: "facts" });
    const row = element("details", {},
      element("summary", {},
        element("time", { datetime: event.recorded_at }, moment(event.recorded_at)),
        element("span", { class: "type" }, element("small", {}, `${area}.`), rest.join(".")),
        element("span", { class: "actor" }, event.actor ?? "system"),
        element("span", { class: "position" }, event.position.toLocaleString()),
        element("span", { class: "sentence" }, event.summary ?? "")),
      body);
    row.addEventListener("toggle", () => {
      if (!body.childElementCount) body.append(...factsOf(event));
    }, { once: true });
    return element("li", {}, row);
  }

  function factsOf(event) {
    const json = (title, value) => value !== null && value !== undefined && element("figure", { class: "panel" },
      element("figcaption", {}, title),
      element("pre", { tabindex: "0" }, element("code", {}, coloured(JSON.stringify(value, null, 2)))));
    return [
      element("p", {}, "About ", element("code", {}, event.stream_id), ` (version ${event.stream_version}) `,
        element("button", { type: "button", class: "link", onclick: () => showLife(event.stream_id) }, "Its life"), " ",
        element("button", { type: "button", class: "link", onclick: () => only(event.stream_id) }, "Only this")),
      json("What was recorded", event.data),
      event.before && json("Before", event.before),
      event.before && json("After", event.after),
      event.unreadable && element("p", { class: "refusal" }, event.unreadable),
    ].filter(Boolean);
  }

  function only(streamId) {
    form.elements.stream_id.value = streamId;
    form.requestSubmit();
  }

  const tell = (promise) => promise.catch((refusal) => { if (!signal.aborted) status.textContent = refusal.message; });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    filter = chosen(form);
    tell(begin());
  });
  form.addEventListener("reset", () => { filter = {}; tell(begin()); });
  back.addEventListener("click", () => tell(lookBack()));
  halt.addEventListener("click", () => {
    isPaused = !isPaused;
    halt.textContent = isPaused ? "Go on" : "Pause";
    halt.setAttribute("aria-pressed", isPaused);
    say("");
    if (!isPaused) lookForward();
  });
  tell(begin());
  return {
    hear: ({ position }) => {
      unseen = position;
      if (isPaused) say("");
      else lookForward();
    },
    close: () => stop.abort(),
  };
}

function filters(client, signal) {
  const people = element("select", { name: "actor_id" }, element("option", { value: "" }, "anybody"));
  client.ask("/api/lookups/users", { query: { limit: 100 }, signal }).then(({ data }) => {
    people.append(...data.map((user) => element("option", { value: user.id }, user.label)));
  }).catch(() => {});
  const field = (label, input) => element("label", {}, label, input);
  return element("form", { class: "filters", "aria-label": "Which events" },
    field("Type, or its beginning", element("input", { name: "type", placeholder: "orders.Order", spellcheck: "false", autocapitalize: "none" })),
    field("About (id)", element("input", { name: "stream_id", spellcheck: "false", autocapitalize: "none" })),
    field("By", people),
    field("From", element("input", { name: "from", type: "datetime-local", step: "1" })),
    field("Until", element("input", { name: "to", type: "datetime-local", step: "1" })),
    element("div", { class: "row" }, element("button", { class: "strong" }, "Filter"), element("button", { type: "reset" }, "All")));
}

function chosen(form) {
  const { type, stream_id: stream, actor_id: actor, from, to } = form.elements;
  const time = (field) => field.value && new Date(field.value).toISOString();
  const filter = { type: type.value.trim(), stream_id: stream.value.trim(), actor_id: actor.value, from: time(from), to: time(to) };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value));
}
