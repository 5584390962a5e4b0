// What was answered to an operation that was tried.
import { BASE } from "./client.js";
import { coloured, copyButton, element } from "./elements.js";

/** How many characters of an answer are shown; the rest is in the file that can be saved. */
const SHOWN = 200_000;

/** What came back, as elements: status, headers, and the content as text or as a file to save. */
export async function shown(answer, content, milliseconds) {
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
  if (!/json|^text\//.test(type)) return [...parts, saving(content, nameOf(answer), "Save what was answered")];
  const text = readable(await content.text(), type);
  const code = !answer.ok && type.includes("json") && JSON.parse(text)?.error?.code;
  if (code) parts.push(element("p", {}, "What to do: ", element("a", { href: `${BASE}/docs/errors#${code}` }, element("code", {}, code))));
  const cut = text.length > SHOWN;
  parts.push(element("figure", { class: "panel" },
    element("figcaption", {}, type.split(";")[0], copyButton(() => text)),
    element("pre", { tabindex: "0" }, element("code", {}, type.includes("json") ? coloured(text.slice(0, SHOWN)) : text.slice(0, SHOWN)))));
  if (cut) return [...parts, saving(content, nameOf(answer), "That is not all of it; save it all")];
  const isFile = answer.headers.has("Content-Disposition");
  return isFile ? [...parts, saving(content, nameOf(answer), "Save it as a file")] : parts;
}

/** JSON with its lines indented; as it came where it holds whole numbers that a browser would round. */
function readable(text, type) {
  if (!type.includes("json") || /[\s[:,]-?\d{16,}/.test(text)) return text;
  return JSON.stringify(JSON.parse(text), null, 2);
}

function saving(content, name, words) {
  const link = element("a", { href: URL.createObjectURL(content), download: name }, words);
  return element("p", {}, link);
}

/** What a file that was answered is called. */
function nameOf(answer) {
  return /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "answer";
}
