// The fields of a request: for its path, query, headers and body; and the request that they make.
import { queryOf } from "./client.js";
import { element } from "./elements.js";

const JSON_TYPE = "application/json";

/** Fields for the path, the query and headers; what is needed less is behind a line that opens it. */
export function fieldsets({ parameters }) {
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

/** The body: a text of JSON, a file, or the fields of a form. */
export function bodyFields({ requestBody }, schemas) {
  if (!requestBody) return [];
  const [[type, content]] = Object.entries(requestBody.content);
  if (type === JSON_TYPE) {
    const text = JSON.stringify(renewed(content.example ?? {}), null, 2);
    const area = element("textarea", { name: "body", spellcheck: "false", rows: Math.min(text.split("\n").length + 1, 24) }, text);
    return [element("label", { class: "body" }, "Body", area)];
  }
  if (!content.encoding) {
    const types = Object.keys(requestBody.content).filter((one) => !one.startsWith("multipart/"));
    return [fileField("file", types.join(", "), "file", true)];
  }
  const { properties, required = [] } = schemas[content.schema.$ref.split("/").pop()];
  return [element("fieldset", {}, element("legend", {}, "Form"),
    ...Object.entries(properties).map(([name, schema]) => schema.format === "binary"
      ? fileField(`form:${name}`, content.encoding[name]?.contentType, name, required.includes(name))
      : parameterField({ in: "form", name, schema, required: required.includes(name), description: schema.description ?? "" })))];
}

function fileField(name, accept, title, required) {
  return element("label", {}, element("code", {}, title), ` ${accept ?? ""}`,
    element("input", { type: "file", name, accept, required }));
}

/** An example with ids of its own, where it names what it makes: the same id twice is the same thing twice. */
function renewed(value) {
  if (Array.isArray(value)) return value.map(renewed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) =>
    [name, name === "id" && typeof inner === "string" ? newId() : renewed(inner)]));
}

/** A random UUID; also where a page that came without encryption has no `randomUUID`. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** What is given in fields of one kind, by name. */
function given(form, kind) {
  const fields = [...form.elements].filter((one) => one.name.startsWith(`${kind}:`) && one.type !== "file" && one.value !== "");
  return Object.fromEntries(fields.map((one) => [one.name.slice(kind.length + 1),
    "many" in one.dataset ? one.value.split(",").map((part) => part.trim()) : one.value]));
}

/** The path and query that the fields make; what is not filled in stands as it is declared. */
export function pathOf(operation, form) {
  const path = given(form, "path");
  const filled = operation.path.replace(/{(\w+)}/g, (whole, name) => path[name] ? encodeURIComponent(path[name]) : whole);
  return filled + queryOf(given(form, "query"));
}

/** The request that the fields make, as `curl` writes it. */
export function requestOf(operation, form) {
  const request = { method: operation.method, headers: given(form, "header") };
  const { body, file } = form.elements;
  if (body) return { ...request, body: body.value, headers: { ...request.headers, "Content-Type": JSON_TYPE } };
  if (file) return { ...request, file: file.files[0]?.name ?? "FILE", headers: { ...request.headers, "Content-Type": file.accept.split(",")[0] } };
  const files = [...form.elements].filter((one) => one.type === "file");
  if (!files.length) return request;
  const named = files.map((one) => [one.name.slice("form:".length), one.files[0]?.name ?? "FILE"]);
  return { ...request, fields: given(form, "form"), form: Object.fromEntries(named) };
}

/** What is sent as its body. */
export function contentOf(form) {
  const { body, file } = form.elements;
  if (body) return body.value;
  if (file) return file.files[0];
  const files = [...form.elements].filter((one) => one.type === "file" && one.files.length);
  if (!files.length) return undefined;
  const data = new FormData();
  for (const [name, value] of Object.entries(given(form, "form"))) data.append(name, value);
  for (const one of files) data.append(one.name.slice("form:".length), one.files[0]);
  return data;
}
