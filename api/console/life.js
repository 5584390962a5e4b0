// The life of one thing: every event of it on a line, and what it was at any moment on that line.
import { coloured, element } from "./elements.js";
import { moment } from "./figures.js";
import { pause } from "./news.js";

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** How many events of a life are fetched at most, and how long the slider must rest before it asks. */
const MOST = 2_000;
const REST = 120;
/** Up to how many characters of JSON are shown as they are. */
const SHORT = 50;

export function openLife(root, client) {
  const stop = new AbortController();
  const { signal } = stop;
  const search = element("input", { name: "search", required: true, spellcheck: "false", autocapitalize: "none" });
  const form = element("form", { class: "search", role: "search", "aria-label": "A product or an order" },
    element("label", {}, "SKU, barcode, name, order number or id", search), element("button", { class: "strong" }, "Find"));
  const found = element("ul", { class: "found" });
  const status = element("p", { class: "note", role: "status" });
  const line = element("div", { class: "line" });
  root.replaceChildren(form, status, found, line);
  let round = 0;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = search.value.trim();
    if (ID.test(text)) return show(text);
    found.replaceChildren();
    status.textContent = "Looking …";
    try {
      const things = await find(text);
      status.textContent = things.length ? "" : "Nothing is called so.";
      if (things.length === 1) show(things[0].id);
      else found.append(...things.map((thing) => element("li", {},
        element("button", { type: "button", class: "link", onclick: () => show(thing.id) }, thing.label), ` ${thing.kind}`)));
    } catch (refusal) {
      status.textContent = refusal.message;
    }
  });

  /** Products and variants, and orders where they may be seen; each thing once. */
  async function find(text) {
    const look = (path, query) => client.ask(path, { query: { search: text, limit: 8, ...query }, signal }).then(({ data }) => data);
    const [variants, products, orders] = await Promise.all([
      look("/api/lookups/variants"),
      look("/api/lookups/products"),
      client.may("orders.view") ? look("/api/admin/orders") : [],
    ]);
    const things = [
      ...orders.map((order) => ({ id: order.id, label: order.number ?? order.id, kind: "order" })),
      ...variants.map((one) => ({ id: one.product_id, label: `${one.label} (${one.sku})`, kind: "product" })),
      ...products.map((one) => ({ id: one.id, label: one.label, kind: "product" })),
    ];
    return things.filter((thing, index) => things.findIndex((other) => other.id === thing.id) === index);
  }

  async function show(id) {
    const mine = ++round;
    search.value = id;
    found.replaceChildren();
    line.replaceChildren();
    status.textContent = "Reading its events …";
    try {
      const events = await eventsOf(id);
      if (mine !== round) return;
      status.textContent = "";
      line.append(...timeline(id, events, client, signal));
    } catch (refusal) {
      if (mine === round && !signal.aborted) status.textContent = refusal.status === 404 ? "Nothing has this id." : refusal.message;
    }
  }

  async function eventsOf(id) {
    const events = [];
    let after = 0;
    do {
      const { data, pagination } = await client.ask(`/api/audit/streams/${encodeURIComponent(id)}`, { query: { after, limit: 100 }, signal });
      events.push(...data);
      after = pagination.has_more ? pagination.next_after : null;
    } while (after !== null && events.length < MOST);
    return events;
  }

  return { show, close: () => stop.abort() };
}

function timeline(id, events, client, signal) {
  const first = Date.parse(events[0].recorded_at), last = Date.now();
  const span = Math.max(last - first, 1);
  const slider = element("input", { type: "range", min: 0, max: 1000, step: 1, value: 1000, "aria-label": "Moment" });
  const marks = element("div", { class: "marks", "aria-hidden": "true" });
  for (const event of events) {
    const mark = element("span");
    mark.style.left = `${(Date.parse(event.recorded_at) - first) / span * 100}%`;
    marks.append(mark);
  }
  const when = element("output", { class: "when", "aria-live": "polite" });
  const state = element("div", { class: "state", "aria-live": "polite" });
  const rows = events.map((event) => element("li", {},
    element("button", { type: "button", onclick: () => jump(event) },
      element("time", { datetime: event.recorded_at }, moment(event.recorded_at)),
      element("strong", {}, event.type.split(".").slice(1).join(".")),
      element("span", {}, event.summary ?? `by ${event.actor ?? "the system"}`))));
  const step = (by) => {
    const index = events.findIndex((event) => event.stream_version === shownVersion);
    jump(events[Math.min(Math.max(index + by, 0), events.length - 1)]);
  };
  const earlier = element("button", { type: "button", onclick: () => step(-1) }, "Event before");
  const later = element("button", { type: "button", onclick: () => step(1) }, "Event after");

  const opened = new Set();
  let shownVersion = 0, round = 0;

  function jump(event) {
    slider.value = Math.round((Date.parse(event.recorded_at) - first) / span * slider.max);
    ask(event.recorded_at);
  }

  /** What it was at a moment: one of the log, as exact as that is, one of the slider, or now. */
  async function ask(asOf, rest = 0) {
    const mine = ++round;
    when.textContent = asOf ? moment(asOf) : "Now";
    slider.setAttribute("aria-valuetext", when.textContent);
    await pause(rest, signal);
    if (mine !== round || signal.aborted) return;
    try {
      const { data } = await client.ask(`/api/audit/streams/${encodeURIComponent(id)}/state`, { query: { as_of: asOf }, signal });
      if (mine !== round) return;
      shownVersion = data.version;
      state.replaceChildren(...stateOf(data, events, opened));
    } catch (refusal) {
      if (mine !== round || signal.aborted) return;
      shownVersion = 0;
      state.replaceChildren(element("p", { class: "note" }, refusal.status === 404 ? "It was not there yet." : refusal.message));
    }
    rows.forEach((row, index) => {
      row.classList.toggle("past", events[index].stream_version <= shownVersion);
      if (events[index].stream_version === shownVersion) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    });
  }

  slider.addEventListener("input", () => {
    const isNow = slider.value === slider.max;
    ask(isNow ? undefined : new Date(first + span * slider.value / slider.max).toISOString(), REST);
  });
  ask();
  return [
    element("div", { class: "through-time" }, slider, marks, element("div", { class: "row" }, earlier, later, when)),
    element("div", { class: "columns" }, element("ol", { class: "timeline" }, ...rows), state),
  ];
}

function stateOf({ type, version, state }, events, opened) {
  const event = events.find((one) => one.stream_version === version);
  const changed = new Set(event?.before ? Object.keys(event.after ?? {}) : []);
  return [element("h3", {}, `${type.split(".").pop()}, version ${version}`), fieldsOf(state, "", opened, changed)];
}

function fieldsOf(value, path, opened, changed = new Set()) {
  const rows = Object.entries(value).map(([name, inner]) => element("tr", { class: changed.has(name) ? "changed" : null },
    element("th", { scope: "row" }, name, changed.has(name) && element("span", { class: "unseen" }, " (changed just then)")),
    element("td", {}, valueOf(inner, `${path}.${name}`, opened))));
  return element("table", {}, element("tbody", {}, ...rows));
}

/** What is short stands there; what is long can be opened, and stays open while one moves through time. */
function valueOf(value, path, opened) {
  const text = JSON.stringify(value);
  if (value === null || typeof value !== "object" || text.length <= SHORT) return element("code", {}, coloured(text));
  const size = Object.keys(value).length;
  const words = Array.isArray(value) ? `${size} in a list` : `${size} fields`;
  const made = element("details", { open: opened.has(path) }, element("summary", {}, words));
  const fill = () => made.childElementCount === 1 && made.append(fieldsOf(value, path, opened));
  if (made.open) fill();
  made.addEventListener("toggle", () => {
    if (made.open) opened.add(path);
    else opened.delete(path);
    fill();
  });
  return made;
}
