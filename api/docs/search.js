// The search over all pages of the reference. What it looks through is one file, fetched when it is first needed.
import { element } from "./elements.js";

/** How many of a kind are shown before somebody asks for the rest. */
const FEW = 6;
const GROUPS = {
  page: "Pages", operation: "Operations", field: "Fields", error: "Error codes", detail: "Detail codes",
  text: "Guide and texts", object: "Objects",
};
/** What is rather meant when several are called alike. */
const WEIGHT = { page: 60, operation: 40, error: 40, text: 30, object: 0, detail: 10, field: 0 };

/** Letters without accents and cases. */
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

let loading;

/** The lines of the index: kind, title, what stands beside it, words, address; and the same folded. */
function load(base) {
  loading ??= fetch(`${base}docs/search.json`, { credentials: "omit" }).then(async (answer) => {
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    const { kinds, lines, anchors } = await answer.json();
    return {
      anchors,
      lines: lines.map(([kind, title, beside, words, address]) => ({
        kind: kinds[kind], title, beside, words, address,
        folded: [title, beside, words].map(fold),
      })),
    };
  });
  loading.catch(() => { loading = undefined; });
  return loading;
}

/** Where an anchor is that is not on this page; undefined if it is nowhere. */
export async function whereIs(base, anchor) {
  const { anchors, lines } = await load(base);
  const line = lines.find((one) => one.address.endsWith(`#${anchor}`));
  const address = anchors[anchor] ?? line?.address;
  return address && new URL(address, base).href;
}

/** How well a line fits; nothing if one of the words is nowhere in it. */
function score({ kind, folded: [title, beside, words] }, asked) {
  let sum = 0;
  for (const word of asked) {
    if (title === word) sum += 80;
    else if (title.startsWith(word)) sum += 50;
    else if (begins(title, word)) sum += 40;
    else if (title.includes(word)) sum += 20;
    else if (beside.includes(word)) sum += 15;
    else if (begins(words, word)) sum += 6;
    else if (words.includes(word)) sum += 2;
    else return 0;
  }
  return sum / asked.length + WEIGHT[kind] - title.length / 100;
}

/** Whether one of the words of a text begins so. */
function begins(text, word) {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[a-z0-9]/.test(text[at - 1])) return true;
  }
  return false;
}

/** What is found, by kind, the best kind first. */
function findAll(lines, asked) {
  const groups = new Map();
  for (const line of lines) {
    const fit = score(line, asked);
    if (!fit) continue;
    if (!groups.has(line.kind)) groups.set(line.kind, []);
    groups.get(line.kind).push({ line, fit });
  }
  const found = [...groups].map(([kind, hits]) => ({ kind, hits: hits.sort((one, other) => other.fit - one.fit) }));
  return found.sort((one, other) => other.hits[0].fit - one.hits[0].fit);
}

let opened;

/** Open the search. */
export async function search(base) {
  opened ??= prepare(base);
  opened();
}

function prepare(base) {
  const dialog = document.getElementById("search");
  const field = document.getElementById("find");
  const found = document.getElementById("found");
  const said = document.getElementById("said");
  const whole = new Set();
  let chosen = -1;

  const options = () => [...found.querySelectorAll("[role=option]")];
  const choose = (number) => {
    const all = options();
    chosen = all.length ? (number + all.length) % all.length : -1;
    all.forEach((one, index) => one.setAttribute("aria-selected", index === chosen));
    if (chosen < 0) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    }
  };

  const show = async () => {
    const text = field.value.trim();
    let data;
    try {
      data = await load(base);
    } catch (failure) {
      said.textContent = `The search cannot be loaded. ${failure.message}`;
      return;
    }
    if (text !== field.value.trim()) return;
    const asked = fold(text).split(/\s+/).filter(Boolean);
    const groups = asked.length ? findAll(data.lines, asked) : [];
    const count = groups.reduce((sum, { hits }) => sum + hits.length, 0);
    said.textContent = !asked.length ? "" : count ? `${count} found` : `Nothing found for “${text}”.`;
    found.replaceChildren(...groups.map((group) => groupOf(group, asked, base, whole)));
    options().forEach((one, index) => { one.id = `found-${index}`; });
    field.setAttribute("aria-expanded", count > 0);
    choose(count ? 0 : -1);
  };

  const follow = (option) => {
    if (option.dataset.more) {
      const at = options().indexOf(option);
      whole.add(option.dataset.more);
      show().then(() => choose(at));
      return;
    }
    dialog.close();
    location.assign(option.dataset.address);
  };

  field.addEventListener("input", () => { whole.clear(); show(); });
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(chosen + step);
    else if (event.key === "Enter" && chosen >= 0) follow(options()[chosen]);
    else return;
    event.preventDefault();
  });
  // A field for searching would take the first Escape to empty itself.
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    dialog.close();
  });
  found.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) follow(option);
  });
  dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  return () => {
    if (!dialog.open) dialog.showModal();
    field.focus();
    field.select();
    show();
  };
}

function groupOf({ kind, hits }, asked, base, whole) {
  const shown = whole.has(kind) ? hits : hits.slice(0, FEW);
  const rest = hits.length - shown.length;
  const title = element("h2", { id: `found-${kind}` }, `${GROUPS[kind]} `, element("small", {}, String(hits.length)));
  return element("div", { role: "group", "aria-labelledby": `found-${kind}` }, title,
    ...shown.map(({ line }) => optionOf(line, asked, base)),
    rest > 0 && element("div", { role: "option", class: "more", dataset: { more: kind } }, `Show ${rest} more`));
}

function optionOf({ title, beside, words, address }, asked, base) {
  const [verb, path] = /^[A-Z]+ \//.test(beside) ? beside.split(" ") : [];
  const told = path
    ? element("span", { class: "beside" }, element("b", { class: `m ${verb.toLowerCase()}` }, verb), " ", element("code", {}, ...marked(path, asked)))
    : element("span", { class: "beside" }, ...marked(beside, asked));
  return element("div", { role: "option", dataset: { address: new URL(address, base).href } },
    element("strong", {}, ...marked(title, asked)), told,
    words && element("span", { class: "words" }, ...marked(excerpt(words.replaceAll(/[`*]/g, ""), asked), asked)));
}

/** What is around the first word that is found. */
function excerpt(text, asked) {
  const folded = fold(text);
  const places = folded.length === text.length ? asked.map((word) => folded.indexOf(word)).filter((at) => at >= 0) : [];
  const from = Math.max(0, Math.min(...places, Infinity) - 50);
  if (!Number.isFinite(from) || from === 0) return text.slice(0, 160);
  const begin = text.indexOf(" ", from) + 1;
  return `… ${text.slice(begin, begin + 160)}`;
}

/** A text with the words that were looked for marked. */
function marked(text, asked) {
  const folded = fold(text);
  if (folded.length !== text.length) return [text];
  const parts = [];
  let at = 0;
  while (at < text.length) {
    const hits = asked.map((word) => [folded.indexOf(word, at), word.length]).filter(([place]) => place >= 0);
    if (!hits.length) break;
    const [place, length] = hits.sort(([one], [other]) => one - other)[0];
    parts.push(text.slice(at, place), element("mark", {}, text.slice(place, place + length)));
    at = place + length;
  }
  return [...parts, text.slice(at)];
}
