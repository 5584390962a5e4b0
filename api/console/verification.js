// Proves on demand that things are what was recorded, as far as this person may have that done.
import { element } from "./elements.js";
import { count } from "./figures.js";
import { pause } from "./news.js";

const EVERY = 700;

export function openVerification(root, client) {
  const stop = new AbortController();
  const { signal } = stop;
  const parts = [
    client.may("projections.rebuild") && part("Compare every read model with the log", modelsOf),
    client.may("projections.view") && part("Examine the installation", doctorOf),
  ].filter(Boolean);
  root.replaceChildren(...(parts.length ? parts
    : [element("p", { class: "note" }, "Read models are compared with the log by whoever runs the platform (projections.rebuild).")]));
  return { close: () => stop.abort() };

  /** A button, how far it is, and what came out, line by line. */
  function part(title, act) {
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
    return element("div", { class: "check" }, button, progress, status, lines);
  }

  async function modelsOf({ progress, status, lines }) {
    const { data: models } = await client.ask("/api/dev/projections", { signal });
    let unsound = 0;
    for (const [index, { name }] of models.entries()) {
      status.textContent = `${name} (${index + 1} of ${models.length})`;
      const job = await verify(name, ({ done, total }) => {
        progress.hidden = false;
        progress.value = (index + (total ? Math.min(done / total, 1) : 0)) / models.length;
      });
      if (signal.aborted) return "";
      const problem = job.status === "failed" ? job.error ?? "could not be compared"
        : job.rows_changed ? `${count(job.rows_changed)} rows differ from the log` : "";
      if (!problem) continue;
      unsound += 1;
      lines.append(finding("bad", name, problem));
    }
    return unsound ? `${count(unsound)} of ${count(models.length)} read models are not what the log says.`
      : `All ${count(models.length)} read models are what the log says, and the log is what was recorded.`;
  }

  /** Have a worker compare one read model; if it does so already, follow that. */
  async function verify(name, tell) {
    const path = `/api/dev/projections/${encodeURIComponent(name)}/verify`;
    try {
      tell((await client.ask(path, { method: "POST", body: {}, signal })).data);
    } catch (refusal) {
      if (refusal.status !== 409) throw refusal;
    }
    while (!signal.aborted) {
      const { data: job } = await client.ask(path, { signal });
      tell(job);
      if (job.status === "done" || job.status === "failed") return job;
      await pause(EVERY, signal);
    }
    return {};
  }

  async function doctorOf({ lines }) {
    const { data } = await client.ask("/api/dev/doctor", { signal });
    const kinds = { ok: "good", warn: "warn", fail: "bad" };
    lines.append(...data.filter((one) => one.status !== "ok").map((one) => finding(kinds[one.status], one.check, `${one.says} ${one.mend}`)));
    const well = data.filter((one) => one.status === "ok").length;
    return `${count(well)} of ${count(data.length)} checks are well.`;
  }
}

const finding = (kind, name, words) =>
  element("li", {}, element("span", { class: `mark ${kind}` }, name), ` ${words}`);
