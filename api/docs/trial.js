// Operations of the reference, to be tried: fields for all that a request consists of, the same request as a
// command, and what was answered. The document is fetched when the first one is opened.
import { shown } from "./answer.js";
import { BASE } from "./client.js";
import { curl } from "./curl.js";
import { copyButton, element } from "./elements.js";
import { bodyFields, contentOf, fieldsets, newId, pathOf, requestOf } from "./form.js";
import { openSession } from "./session.js";

/** What takes something away, or ends it: asked for twice. */
const LASTING = /^(Archive|Cancel|Clone|Close|Deactivate|Disable|Discard|Drop|End|Erase|Make|Merge|Remove|Reset|Retire|Reverse|Settle|Suspend|Void)\b/;

/** Where this tab remembers who is signed in, from page to page. */
const MEMORY = "mipos.session";
const memory = {
  read() {
    try {
      return JSON.parse(sessionStorage.getItem(MEMORY));
    } catch {
      return null;
    }
  },
  write(session) {
    try {
      if (session) sessionStorage.setItem(MEMORY, JSON.stringify(session));
      else sessionStorage.removeItem(MEMORY);
    } catch {
      // The next page asks anew then.
    }
  },
};

/** Offer to sign in, and to try each operation of the page. */
export function offerTrials() {
  const dialog = document.getElementById("trying");
  const who = document.getElementById("who");
  const client = openSession(document.getElementById("session"), () => {
    name();
    if (client.user) dialog.close();
    for (const form of document.querySelectorAll("form.trial")) form.dispatchEvent(new Event("input"));
  }, memory);
  const name = () => { who.textContent = client.user ? `Signed in as ${client.user.username}` : "Sign in to try"; };
  name();
  who.addEventListener("click", () => dialog.showModal());
  dialog.querySelector(":scope > .close").addEventListener("click", () => dialog.close());
  who.disabled = false;
  for (const article of document.querySelectorAll(".op")) {
    const button = article.querySelector(".try");
    button.addEventListener("click", () => toggle(article, button, client));
    button.disabled = false;
  }
}

async function toggle(article, button, client) {
  const open = article.querySelector("form.trial");
  if (!open) {
    button.disabled = true;
    try {
      button.parentElement.after(trialOf(await operationOf(article.id), client));
    } catch (failure) {
      button.title = failure.message;
    }
    button.disabled = false;
  }
  const isOpen = !open || open.hidden;
  if (open) open.hidden = !isOpen;
  article.classList.toggle("trying", isOpen);
  button.setAttribute("aria-expanded", isOpen);
  button.textContent = isOpen ? "Close" : "Try it";
}

let loading;

/** The declaration of an operation: its method, path, parameters and body. */
async function operationOf(id) {
  loading ??= fetch(`${BASE}/api/openapi.json`, { credentials: "omit" }).then((answer) => answer.json());
  loading.catch(() => { loading = undefined; });
  const document = await loading;
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation.operationId !== id) continue;
      const shared = document.components.parameters;
      const parameters = operation.parameters.map((one) => one.$ref ? shared[one.$ref.split("/").pop()] : one);
      return { ...operation, id, path, method: method.toUpperCase(), parameters, schemas: document.components.schemas };
    }
  }
  throw new Error("The document does not have this operation.");
}

function trialOf(operation, client) {
  const result = element("div", { class: "result", "aria-live": "polite" });
  const command = element("code");
  const hint = element("div", { class: "hint" });
  const send = element("button", { class: "strong" }, "Send");
  const form = element("form", { class: "trial", "aria-label": `Try: ${operation.summary}`, autocomplete: "off" },
    hint, ...fieldsets(operation), ...bodyFields(operation, operation.schemas), send,
    element("figure", { class: "panel" },
      element("figcaption", {}, "This request as a command", copyButton(() => command.textContent)),
      element("pre", { tabindex: "0" }, command)),
    result);

  const update = (event) => {
    const key = form.elements["header:Idempotency-Key"];
    // The same request again has the same key, and so the first outcome; another one has another.
    if (key && event?.target !== key && event?.target !== form) key.value = newId();
    command.replaceChildren(curl({ ...requestOf(operation, form), url: addressOf(operation, form), signed: isSigned(operation) }));
    hint.replaceChildren(...hintOf(operation, client));
    calm(send);
  };
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isLasting(operation) && !form.stop && !send.classList.contains("grave")) {
      send.classList.add("grave");
      send.textContent = `Yes, ${operation.summary[0].toLowerCase()}${operation.summary.slice(1)}`;
      return;
    }
    calm(send);
    perform(operation, form, client, send, result);
  });
  send.addEventListener("blur", () => calm(send));
  update({});
  return form;
}

/** Ask for it twice again. */
function calm(send) {
  if (!send.classList.contains("grave")) return;
  send.classList.remove("grave");
  send.textContent = "Send";
}

const isLasting = ({ method, summary }) => method === "DELETE" || (method !== "GET" && LASTING.test(summary));

const isRecorded = ({ method, summary }) => method !== "GET" && !summary.startsWith("Quote ");

const isSigned = (operation) => operation.security?.length !== 0;

function hintOf(operation, client) {
  if (isSigned(operation) && !client.user) {
    const enter = element("button", { type: "button", onclick: () => document.getElementById("trying").showModal() }, "Sign in");
    return [element("p", {}, "Without a token this answers 401."), enter];
  }
  if (!isRecorded(operation)) return [];
  const words = isLasting(operation) ? "It may not be undone, so it asks once more." : "";
  return [element("p", {}, `This is no rehearsal: what you send is done, and recorded. ${words}`.trim())];
}

const addressOf = (operation, form) => location.origin + BASE + pathOf(operation, form);

async function perform(operation, form, client, button, result) {
  if (form.stop) return form.stop.abort();
  form.stop = new AbortController();
  button.textContent = "Stop";
  const started = performance.now();
  try {
    const { method, headers } = requestOf(operation, form);
    const answer = await client.send(method, pathOf(operation, form), { headers, body: contentOf(form), signal: form.stop.signal });
    const content = await answer.blob();
    result.replaceChildren(...(await shown(answer, content, performance.now() - started)));
  } catch (failure) {
    const message = failure.name === "AbortError" ? "Stopped." : failure.message;
    result.replaceChildren(element("p", { class: "refusal" }, message));
  }
  button.textContent = "Send";
  delete form.stop;
}
