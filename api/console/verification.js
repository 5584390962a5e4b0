// Proves on demand that things are what was recorded, as far as this person may have that done.
import { element } from "./elements.js";
import { count } from "./figures.js";
import { headOf, pause } from "./news.js";

const EVERY = 700;
/** How many events are proved with one request: a part of a second. */
const STRETCH = 10_000;

export function openVerification(root, client) {
  const stop = new AbortController();
  const { signal } = stop;
  const chosen = element("select", { "aria-label": "Which read model" }, element("option", { value: "" }, "every read model"));
  const parts = [
    part("Prove the log", logOf),
    client.may("projections.rebuild") && part("Compare with the log", modelsOf, chosen),
    client.may("projections.view") && part("Examine the installation", doctorOf),
  ].filter(Boolean);
  root.replaceChildren(...parts);
  if (parts.length === 1) {
    root.append(element("p", { class: "note" }, "Read models are compared with the log by whoever runs the platform (projections.rebuild)."));
  }
  if (client.may("projections.rebuild")) namesOf().then((names) => chosen.append(...names.map((name) => element("option", {}, name)))).catch(() => {});
  return { close: () => stop.abort() };

  async function namesOf() {
    const { data } = await client.ask("/api/dev/projections", { signal });
    return data.map(({ name }) => name);
  }

  /** A button, what it is about, how far it is, and what came out, line by line. */
  function part(title, act, about) {
    const progress = element("progress", { hidden: true, "aria-label": title });
    const status = element("p", { class: "note", role: "status" });
    const lines = element("ul", { class: "findings" });
    const button = element("button", { type: "button" }, title);
    button.addEventListener("click", async () => {
      button.disabled = true;
      lines.replaceChildren();
      try {
        status.textContent = await act({ progress, status, lines });
      } catch (refusal) {
        if (!signal.aborted) status.textContent = refusal.message;
      }
      progress.hidden = true;
      button.disabled = false;
    });
    return element("div", { class: "check" }, element("div", { class: "row" }, button, about), progress, status, lines);
  }

  /** In stretches, each chained to the one before; the last one has to agree with the head of the log. */
  async function logOf({ progress, lines }) {
    const head = await headOf(client, signal);
    let proved = 0, last = null;
    for (let from = 1; from <= head; from += STRETCH) {
      const query = { from, to: from + STRETCH <= head ? from + STRETCH - 1 : undefined };
      ({ data: last } = await client.ask("/api/audit/verify", { query, signal }));
      proved += last.verified;
      progress.hidden = false;
      progress.value = Math.min(proved / head, 1);
      if (!last.sound) {
        lines.append(finding("bad", `position ${count(last.fault.position)}`, last.fault.message));
        return `The log is not what was recorded. ${count(proved)} events before that are.`;
      }
    }
    if (last) lines.append(element("li", {}, "Hash of the last: ", element("code", {}, last.head_hash)));
    return `All ${count(proved)} events are what was recorded.`;
  }

  /** Workers are asked for all of it at once, and followed one after another. */
  async function modelsOf({ progress, status, lines }) {
    const names = chosen.value ? [chosen.value] : await namesOf();
    status.textContent = "Asking for a worker …";
    for (const name of names) await request(name);
    let unsound = 0;
    for (const [index, name] of names.entries()) {
      status.textContent = `${name} (${index + 1} of ${names.length})`;
      const job = await follow(name, ({ done, total }) => {
        progress.hidden = false;
        progress.value = (index + (total ? Math.min(done / total, 1) : 0)) / names.length;
      });
      const problem = job.status === "failed" ? job.error ?? "could not be compared"
        : job.rows_changed ? `${count(job.rows_changed)} rows differ from the log` : "";
      if (problem) lines.append(finding("bad", name, problem));
      unsound += problem ? 1 : 0;
    }
    return unsound ? `${count(unsound)} of ${count(names.length)} read models could not be found sound.`
      : `${names.length === 1 ? names[0] : `Each of ${count(names.length)} read models`} is what the log says, and the log what was recorded.`;
  }

  /** Have a worker compare a read model; one that does so already is as good. */
  async function request(name) {
    try {
      await client.ask(pathOf(name), { method: "POST", body: {}, signal });
    } catch (refusal) {
      if (refusal.status !== 409) throw refusal;
    }
  }

  async function follow(name, tell) {
    for (;;) {
      const { data: job } = await client.ask(pathOf(name), { signal });
      tell(job);
      if (job.status === "done" || job.status === "failed") return job;
      await pause(EVERY, signal);
    }
  }

  async function doctorOf({ lines }) {
    const { data } = await client.ask("/api/dev/doctor", { signal });
    const kinds = { ok: "good", warn: "warn", fail: "bad" };
    lines.append(...data.filter((one) => one.status !== "ok").map((one) => finding(kinds[one.status], one.check, `${one.says} ${one.mend}`)));
    const well = data.filter((one) => one.status === "ok").length;
    return `${count(well)} of ${count(data.length)} checks are well.`;
  }
}

const pathOf = (name) => `/api/dev/projections/${encodeURIComponent(name)}/verify`;

const finding = (kind, name, words) =>
  element("li", {}, element("span", { class: `mark ${kind}` }, name), ` ${words}`);
