// What is sold today: figures, hours and the last orders; of the whole platform for whoever runs it.
import { element } from "./elements.js";
import { change, count, moment, moneyOf } from "./figures.js";
import { throttled } from "./news.js";

const EVERY = 2_000;
/** Days change without an event. */
const AT_LEAST_EVERY = 60_000;
const RECENT = 8;

const TILES = [
  ["net_sales", "Net sales", true],
  ["orders", "Orders"],
  ["average_order", "Average order", true],
  ["items", "Items"],
  ["refunds", "Refunds", true],
];

export function openSales(root, client, showLife) {
  const stop = new AbortController();
  let position;
  const draw = client.may("dashboard.view") ? company : client.may("platform.dashboard") ? platform : null;
  if (!draw) {
    root.replaceChildren(element("p", { class: "note" }, "Figures of sales take the permission dashboard.view, which you do not hold."));
    return {};
  }

  const refresh = throttled(async () => {
    try {
      const parts = await draw();
      const held = root.contains(document.activeElement) ? document.activeElement.textContent : null;
      root.replaceChildren(...parts);
      // Who stands on an order with the keyboard stays there when others come in.
      if (held) [...root.querySelectorAll("button")].find((one) => one.textContent === held)?.focus({ preventScroll: true });
    } catch (refusal) {
      if (!stop.signal.aborted) root.replaceChildren(element("p", { class: "refusal" }, refusal.message));
    }
  }, EVERY, stop.signal);
  const timer = setInterval(refresh, AT_LEAST_EVERY);
  refresh();
  return {
    hear: (news) => { position = news.position; refresh(); },
    close: () => { clearInterval(timer); stop.abort(); },
  };

  /** What the dashboard says, once it knows what was heard of; if it falls behind, what it says now. */
  async function ask(path, query) {
    const headers = position ? { "X-Wait-For-Position": String(position) } : {};
    try {
      return (await client.ask(path, { query, headers, signal: stop.signal })).data;
    } catch (refusal) {
      if (refusal.code !== "projection_behind") throw refusal;
      return (await client.ask(path, { query, signal: stop.signal })).data;
    }
  }

  async function company() {
    const summary = await ask("/api/admin/dashboard/summary");
    const { from, to } = summary.period;
    const [recent, hours, money] = await Promise.all([
      ask("/api/admin/dashboard/recent-orders", { limit: RECENT }),
      ask("/api/admin/dashboard/sales-by-hour", { from, to }),
      moneyOf(client, summary.currency),
    ]);
    return [
      element("dl", { class: "tiles" }, ...TILES.filter(([name]) => summary.measures[name] !== undefined)
        .map((tile) => tileOf(tile, summary, money))),
      element("div", { class: "columns" }, hoursOf(hours.hours, money), ordersOf(recent.rows, money)),
    ];
  }

  function tileOf([name, label, isMoney], { measures, previous_same_time: before, change_ratio: ratios }, money) {
    const show = isMoney ? money : count;
    const value = measures[name] === null ? "–" : show(measures[name]);
    const rise = before && ratios?.[name] ? `${change.format(ratios[name])} on yesterday so far` : "";
    return element("div", {}, element("dt", {}, label), element("dd", { dataset: { figure: name } }, value),
      element("p", {}, rise));
  }

  function hoursOf(hours, money) {
    const most = Math.max(...hours.map((one) => one.net_sales), 1);
    const bars = hours.map((one) => {
      const bar = element("span", { class: "bar-of" });
      bar.style.height = `${Math.max(one.net_sales, 0) / most * 100}%`;
      const words = `${one.hour}:00, ${money(one.net_sales)}, ${count(one.orders)} orders`;
      return element("li", { title: words }, bar, element("small", { "aria-hidden": "true" }, one.hour % 3 === 0 ? String(one.hour) : ""),
        element("span", { class: "unseen" }, words));
    });
    return element("div", {}, element("h3", {}, "By the hour"), element("ol", { class: "hours" }, ...bars));
  }

  function ordersOf(orders, money) {
    const rows = orders.map((order) => element("tr", {},
      element("td", { class: "whole" }, element("button", { type: "button", class: "link", onclick: () => showLife(order.id) }, order.number)),
      element("td", {}, element("time", { datetime: order.time, title: order.timezone }, moment(order.time, order.timezone))),
      element("td", { class: "wide-only" }, order.store ?? ""),
      element("td", { class: "wide-only" }, order.status !== "completed" && element("span", { class: "mark" }, order.status)),
      element("td", { class: "number" }, money(order.total))));
    return element("div", {}, element("h3", {}, "Last orders"), orders.length
      ? element("table", {}, element("tbody", {}, ...rows))
      : element("p", { class: "note" }, "None yet."));
  }

  async function platform() {
    const figures = await ask("/api/super/dashboard/summary");
    // Its days end with the newest that there is anywhere, which may not have begun here.
    const here = new Date().toLocaleDateString("sv");
    const today = await Promise.all(figures.sales.map(async ({ currency, days }) => {
      const money = await moneyOf(client, currency);
      const day = days.find(({ date }) => date === here) ?? days.at(-1);
      return element("div", {}, element("dt", {}, `Net sales, ${currency}`), element("dd", {}, money(day.net_sales)),
        element("p", {}, `${count(day.orders)} orders on ${day.date}`));
    }));
    const tile = (label, value, words = "") =>
      element("div", {}, element("dt", {}, label), element("dd", {}, value), element("p", {}, words));
    return [element("dl", { class: "tiles" }, ...today,
      tile("Events a second", count(figures.events_per_s), "over the last minute"),
      tile("Events", count(figures.events), "in all logs"),
      tile("Companies", count(figures.companies.active), `${count(figures.companies.suspended)} suspended`))];
  }
}
