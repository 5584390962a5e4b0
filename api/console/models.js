// How far read models are behind the log: all of them for whoever runs the platform, one's own reports for others.
import { element } from "./elements.js";
import { count, duration } from "./figures.js";
import { headOf, throttled } from "./news.js";

const EVERY = 3_000;

export function openModels(root, client) {
  const stop = new AbortController();
  const { signal } = stop;
  const draw = client.may("projections.view") ? ofPlatform : client.may("dashboard.view") ? ofCompany : null;
  if (!draw) {
    root.replaceChildren(element("p", { class: "note" }, "How read models are takes the permission projections.view, which you do not hold."));
    return {};
  }
  const refresh = throttled(async () => {
    if (document.hidden) return;
    try {
      root.replaceChildren(...(await draw()));
    } catch (refusal) {
      if (!signal.aborted) root.replaceChildren(element("p", { class: "refusal" }, refusal.message));
    }
  }, EVERY, signal);
  const timer = setInterval(refresh, EVERY);
  refresh();
  return { hear: refresh, close: () => { clearInterval(timer); stop.abort(); } };

  async function ofPlatform() {
    const { data } = await client.ask("/api/dev/projections", { signal });
    const head = ["Read model", "Behind", "Pace", "State"].map((name) =>
      element("th", { scope: "col", class: name === "Pace" ? "wide-only" : null }, name));
    // What needs somebody comes first.
    const models = data.map((model) => ({ model, troubles: troublesOf(model) }))
      .sort((one, other) => other.troubles.length - one.troubles.length || other.model.lag.events - one.model.lag.events);
    return [element("div", { class: "wide", tabindex: "0" }, element("table", { class: "models" },
      element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...models.map(rowOf))))];
  }

  async function ofCompany() {
    const [{ data }, head] = await Promise.all([
      client.ask("/api/admin/dashboard/summary", { signal }), headOf(client, signal)]);
    const behind = Math.max(head - data.read_position, 0);
    return [element("p", {}, "Your reports know ",
      behind ? element("strong", { class: "warn" }, `all but ${count(behind)}`) : element("strong", { class: "good" }, "all"),
      ` of the ${count(head)} events of your log.`)];
  }
}

function rowOf({ model, troubles }) {
  const { lag } = model;
  const behind = lag.events ? `${count(lag.events)} events, ${duration(lag.seconds)}` : model.mode === "inline" ? "never" : "nothing";
  const name = model.name.split("_").flatMap((word, index) => index ? ["_", element("wbr"), word] : [word]);
  const marks = troubles.length ? troubles : [["good", "sound"]];
  return element("tr", {},
    element("th", { scope: "row" }, ...name),
    element("td", { class: lag.events ? "warn" : null }, behind),
    element("td", { class: "wide-only" }, model.rate === null ? "" : `${count(Math.round(model.rate))}/s`),
    element("td", {}, ...marks.map(([kind, words]) => element("span", { class: `mark ${kind}` }, words))));
}

function troublesOf(model) {
  return [
    model.parked && ["bad", `parked for ${count(model.parked)}`],
    model.paused && ["warn", "paused"],
    !model.sound && ["bad", "not sound"],
    model.definition !== "current" && ["bad", model.definition],
  ].filter(Boolean);
}
