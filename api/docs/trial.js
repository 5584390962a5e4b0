// Operations of the reference, to be tried: fields for all that a request consists of, the same request as a
// command, and what was answered. The document is fetched when the first one is opened.
import { BASE, queryOf } from "./client.js";
import { curl } from "./curl.js";
import { coloured, copyButton, element } from "./elements.js";
import { openSession } from "./session.js";

/** How many characters of an answer are shown; the rest is in the file that can be saved. */
const SHOWN = 200_000;
const JSON_TYPE = "application/json";

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
  const who = element("button", { type: "button", id: "who" });
  const client = openSession(document.getElementById("session"), () => {
    name();
    if (client.user) dialog.close();
    for (const form of document.querySelectorAll("form.trial")) form.dispatchEvent(new Event("input"));
  }, memory);
  const name = () => { who.textContent = client.user ? `Signed in as ${client.user.username}` : "Sign in to try"; };
  name();
  who.addEventListener("click", () => dialog.showModal());
  dialog.querySelector(":scope > .close").addEventListener("click", () => dialog.close());
  document.querySelector(".tools").append(who);
  for (const article of document.querySelectorAll(".op")) {
    const button = element("button", { type: "button", class: "try", "aria-expanded": "false" }, "Try it");
    button.addEventListener("click", () => toggle(article, button, client));
    article.querySelector(".try-line").append(button);
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
      return { ...operation, id, path, method: method.toUpperCase(), parameters };
    }
  }
  throw new Error("The document does not have this operation.");
}

function trialOf(operation, client) {
  const result = element("div", { class: "result", "aria-live": "polite" });
  const command = element("code");
  const hint = element("p", { class: "hint" });
  const send = element("button", { class: "strong" }, "Send");
  const form = element("form", { class: "trial", "aria-label": `Try: ${operation.summary}`, autocomplete: "off" },
    hint, ...fieldsets(operation), bodyField(operation), send,
    element("figure", { class: "panel" },
      element("figcaption", {}, "This request as a command", copyButton(() => command.textContent)),
      element("pre", { tabindex: "0" }, command)),
    result);

  const update = (event) => {
    const key = form.elements["header:Idempotency-Key"];
    // The same request again has the same key, and so the first outcome; another one has another.
    if (key && event?.target !== key && event?.target !== form) key.value = newId();
    command.replaceChildren(curl({ ...requestOf(operation, form), url: addressOf(operation, form), signed: isSigned(operation) }));
    hint.textContent = hintOf(operation, client);
  };
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    perform(operation, form, client, send, result);
  });
  update({});
  return form;
}

const isSigned = (operation) => operation.security?.length !== 0;

function hintOf(operation, client) {
  if (isSigned(operation) && !client.user) return "Sign in at the top of the page first; without a token this answers 401.";
  return operation.method === "GET" ? "" : "This is no rehearsal: what you send is done, and recorded.";
}

function fieldsets({ parameters }) {
  const inPath = parameters.filter((one) => one.in === "path");
  const query = parameters.filter((one) => one.in === "query");
  const required = query.filter((one) => one.required);
  const key = parameters.filter((one) => one.name === "Idempotency-Key");
  return [
    group("Path", inPath),
    group("Query", required.length || query.length > 6 ? required : query),
    aside("More of the query", required.length || query.length > 6 ? query.filter((one) => !one.required) : []),
    group("Header", key),
    aside("More headers", parameters.filter((one) => one.in === "header" && !key.includes(one))),
  ];
}

function group(title, parameters) {
  return parameters.length > 0 && element("fieldset", {}, element("legend", {}, title), ...parameters.map(parameterField));
}

function aside(title, parameters) {
  return parameters.length > 0 && element("details", {},
    element("summary", {}, `${title} (${parameters.length})`),
    element("fieldset", { "aria-label": title }, ...parameters.map(parameterField)));
}

function parameterField(parameter) {
  const { schema } = parameter;
  const choices = schema.enum ?? (schema.type === "boolean" ? ["true", "false"] : null);
  const attributes = {
    name: `${parameter.in}:${parameter.name}`,
    required: parameter.required,
    title: parameter.description.replaceAll("`", ""),
    dataset: schema.type === "array" ? { many: "" } : {},
  };
  const input = choices
    ? element("select", attributes, !parameter.required && element("option", { value: "" }, "–"),
        ...choices.map((choice) => element("option", {}, choice)))
    : element("input", { ...attributes, placeholder: placeholderOf(schema), spellcheck: "false" });
  if (parameter.name === "Idempotency-Key") input.value = newId();
  return element("label", {}, element("code", {}, parameter.name), input);
}

function placeholderOf(schema) {
  if (schema.default !== undefined && schema.default !== null) return String(schema.default);
  if (schema.type === "array") return "one, or several with commas";
  return { uuid: "00000000-0000-0000-0000-000000000000", date: "2026-03-14", "date-time": "2026-03-14T09:26:53Z" }[schema.format] ?? "";
}

function bodyField({ requestBody }) {
  if (!requestBody) return false;
  const [[type, content]] = Object.entries(requestBody.content);
  if (type === JSON_TYPE) {
    const text = JSON.stringify(renewed(content.example ?? {}), null, 2);
    const area = element("textarea", { name: "body", spellcheck: "false", rows: Math.min(text.split("\n").length + 1, 24) }, text);
    return element("label", { class: "body" }, "Body", area);
  }
  const accept = content.encoding ? Object.values(content.encoding)[0].contentType : type;
  const name = content.encoding ? Object.keys(content.encoding)[0] : "file";
  return element("label", { class: "body" }, `File (${accept})`, element("input", { type: "file", name: "file", accept, required: true, dataset: { field: name, type } }));
}

/** An example with ids of its own, where it names what it makes: the same id twice is the same thing twice. */
function renewed(value) {
  if (Array.isArray(value)) return value.map(renewed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) =>
    [name, name === "id" && typeof inner === "string" ? newId() : renewed(inner)]));
}

/** A random UUID; also where a page that came without encryption has no `randomUUID`. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** What is given in fields of one kind, by name. */
function given(form, kind) {
  const fields = [...form.elements].filter((one) => one.name.startsWith(`${kind}:`) && one.value !== "");
  return Object.fromEntries(fields.map((one) => [one.name.slice(kind.length + 1),
    "many" in one.dataset ? one.value.split(",").map((part) => part.trim()) : one.value]));
}

function pathOf(operation, form) {
  const path = given(form, "path");
  const filled = operation.path.replace(/{(\w+)}/g, (whole, name) => path[name] ? encodeURIComponent(path[name]) : whole);
  return filled + queryOf(given(form, "query"));
}

const addressOf = (operation, form) => location.origin + BASE + pathOf(operation, form);

/** The request that the fields make: what `curl` writes, and what is sent. */
function requestOf(operation, form) {
  const request = { method: operation.method, headers: given(form, "header") };
  const area = form.elements.body, file = form.elements.file;
  if (area) return { ...request, body: area.value, headers: { ...request.headers, "Content-Type": JSON_TYPE } };
  if (!file) return request;
  const name = file.files[0]?.name ?? "FILE";
  if (file.dataset.type.startsWith("multipart/")) return { ...request, form: { [file.dataset.field]: name } };
  return { ...request, file: name, headers: { ...request.headers, "Content-Type": file.dataset.type } };
}

function contentOf(form) {
  const area = form.elements.body, file = form.elements.file;
  if (area) return area.value;
  if (!file) return undefined;
  if (!file.dataset.type.startsWith("multipart/")) return file.files[0];
  const data = new FormData();
  data.append(file.dataset.field, file.files[0]);
  return data;
}

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

async function shown(answer, content, milliseconds) {
  const type = answer.headers.get("Content-Type") ?? "";
  const size = `${content.size.toLocaleString("en")} bytes`;
  const parts = [
    element("p", { class: "status" },
      element("strong", { class: `s${String(answer.status)[0]}` }, `${answer.status} ${answer.statusText}`.trim()),
      ` · ${Math.round(milliseconds)} ms · ${size}`),
    element("details", {}, element("summary", {}, "Headers"),
      element("dl", { class: "headers-of" }, ...[...answer.headers].flatMap(([name, value]) =>
        [element("dt", {}, name), element("dd", {}, value)]))),
  ];
  if (!content.size) return parts;
  if (!/json|^text\//.test(type)) return [...parts, saving(content, "Save what was answered")];
  const text = readable(await content.text(), type);
  const cut = text.length > SHOWN;
  parts.push(element("figure", { class: "panel" },
    element("figcaption", {}, type.split(";")[0], copyButton(() => text)),
    element("pre", { tabindex: "0" }, element("code", {}, type.includes("json") ? coloured(text.slice(0, SHOWN)) : text.slice(0, SHOWN)))));
  return cut ? [...parts, saving(content, "That is not all of it; save it all")] : parts;
}

/** JSON with its lines indented; as it came where it holds whole numbers that a browser would round. */
function readable(text, type) {
  if (!type.includes("json") || /[\s[:,]-?\d{16,}/.test(text)) return text;
  return JSON.stringify(JSON.parse(text), null, 2);
}

function saving(content, words) {
  const link = element("a", { href: URL.createObjectURL(content), download: "answer" }, words);
  return element("p", {}, link);
}
