"use strict";
// The pages work without this: it adds search, copying, languages, where one is, and trying operations.
const root = document.documentElement.dataset.root;
const base = new URL(root, location.href).href;
const nav = document.getElementById("contents");
const script = (name) => import(`${base}pages/${name}`);

// Where this page came from is where its commands lead to.
for (const address of document.querySelectorAll("[data-origin]")) {
  if (/^https?:\/\/[\w.:[\]/~-]+$/.test(base)) address.textContent = base.replace(/\/$/, "");
}

// One language for all samples of all pages.
const languages = [...document.querySelectorAll(".languages button")];
const choose = (language) => {
  document.documentElement.dataset.language = language;
  for (const button of languages) button.setAttribute("aria-pressed", button.dataset.language === language);
};
choose(document.documentElement.dataset.language);
for (const button of languages) {
  button.addEventListener("click", () => {
    // What is above grows or shrinks as well; what was pressed stays where it is.
    const before = button.getBoundingClientRect().top;
    choose(button.dataset.language);
    scrollBy({ top: button.getBoundingClientRect().top - before, behavior: "instant" });
    try {
      localStorage.setItem("mipos.language", button.dataset.language);
    } catch {
      // It holds for this page then.
    }
  });
}

// Contents on a phone: closed by choosing, by Escape and by whatever else is touched.
const menu = document.querySelector(".menu");
nav.addEventListener("click", (event) => { if (event.target.closest("a")) menu.open = false; });
document.addEventListener("click", (event) => {
  if (menu.open && !nav.contains(event.target) && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// The search, by a click or by "/".
const openSearch = () => script("search.js").then(({ search }) => search(base));
for (const button of document.querySelectorAll(".open-search")) button.addEventListener("click", openSearch);
document.addEventListener("keydown", (event) => {
  const isWriting = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isWriting) return;
  event.preventDefault();
  openSearch();
});

// An object that a link leads to opens; what once stood on this page is looked for on the others.
const arrive = async () => {
  const anchor = decodeURIComponent(location.hash.slice(1));
  if (!anchor) return;
  const target = document.getElementById(anchor);
  if (target?.matches("details.object")) {
    target.open = true;
    target.scrollIntoView();
  }
  if (target) return;
  const { whereIs } = await script("search.js");
  const there = await whereIs(base, anchor);
  if (there) location.replace(there);
};
addEventListener("hashchange", arrive);
arrive();

// Which part of the page is being read.
const links = [...nav.querySelectorAll(".on-page a")];
const byId = new Map(links.map((link) => [link.hash.slice(1), link]));
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const link = byId.get(entry.target.id);
    // Whoever went back to the top reads none of them.
    if (scrollY < 100) for (const other of links) other.removeAttribute("aria-current");
    if (!entry.isIntersecting || !link) continue;
    for (const other of links) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "location");
    reveal(link);
  }
}, { rootMargin: "-10% 0px -80% 0px" });
const reveal = (link) => {
  const box = link.getBoundingClientRect(), around = nav.getBoundingClientRect();
  if (box.top < around.top || box.bottom > around.bottom) {
    nav.scrollTo({ top: nav.scrollTop + box.top - around.top - around.height / 3, behavior: "instant" });
  }
};
for (const id of byId.keys()) {
  const target = document.getElementById(id);
  if (target) seen.observe(target);
}
const current = nav.querySelector("[aria-current=page]");
if (current) reveal(current);

// Copying: each block, and the page as Markdown.
script("elements.js").then(({ copyButton, makeCopy }) => {
  for (const panel of document.querySelectorAll(".panel")) {
    const shown = () => [...panel.querySelectorAll("pre")].find((one) => one.checkVisibility());
    panel.querySelector("figcaption").append(copyButton(() => shown().textContent));
  }
  const text = () => fetch(document.getElementById("markdown").href, { credentials: "omit" }).then((answer) => answer.text());
  makeCopy(document.getElementById("copy-page"), text);
});

// What it takes to try operations is fetched once the page can be read.
if (document.getElementById("who")) script("trial.js").then(({ offerTrials }) => offerTrials());
