// Makes elements. Text becomes text and nothing else: no markup is ever read from a string here, and the pages'
// policy (`require-trusted-types-for 'script'`) forbids it besides.

/** An element with attributes, listeners (`onclick`), properties of `dataset`, and children. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(made.dataset, value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== null && child !== false));
  return made;
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|[^"]+|"/g;

/** JSON as text with names and strings marked, to be put into a `<code>`. */
export function coloured(text) {
  const made = document.createDocumentFragment();
  for (const [whole, string, colon] of text.matchAll(TOKEN)) {
    if (string === undefined) made.append(whole);
    else made.append(element(colon === undefined ? "i" : "b", {}, string), colon ?? "");
  }
  return made;
}

/** A button that copies what `text` says, or promises, when it is pressed. */
export function copyButton(text, label = "Copy") {
  return makeCopy(element("button", { type: "button", class: "copy" }, label), text);
}

/** Have a button copy what `text` says, or promises, when it is pressed. */
export function makeCopy(button, text) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    try {
      await copy(await text());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => { button.textContent = label; }, 1500);
  });
  return button;
}

/** Put a text into the clipboard. Browsers offer theirs only to pages that came encrypted, or from this machine. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = element("textarea", { readonly: true, class: "copied", "aria-hidden": "true" });
  const before = document.activeElement;
  field.value = text;
  (before?.closest("dialog") ?? document.body).append(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  before?.focus({ preventScroll: true });
  if (!isDone) throw new Error("The browser does not copy.");
}
