"use strict";
// The page works without this: it adds a search over the operations, copying, where one is, and trying them.
const nav = document.getElementById("contents");
const find = document.getElementById("find");
const links = [...nav.querySelectorAll("li a")];

find.hidden = false;
find.addEventListener("input", () => {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const link of links) {
    const text = `${link.textContent} ${link.dataset.find ?? ""}`.toLowerCase();
    link.parentElement.hidden = !words.every((word) => text.includes(word));
  }
  for (const group of nav.querySelectorAll("section")) {
    group.hidden = !group.querySelector("li:not([hidden])");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    find.focus();
  }
});

// Where this page came from is where its commands lead to.
for (const address of document.querySelectorAll("[data-origin]")) {
  if (/^https?:\/\/[\w.:[\]-]+$/.test(location.origin)) address.textContent = location.origin;
}

if (navigator.clipboard) {
  for (const panel of document.querySelectorAll(".panel")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(panel.querySelector("code").textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    panel.querySelector("figcaption").append(button);
  }
}

const byId = new Map(links.map((link) => [link.hash.slice(1), link]));
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const link = byId.get(entry.target.id);
    if (!entry.isIntersecting || !link) continue;
    for (const other of links) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    const box = link.getBoundingClientRect();
    if (box.top < 0 || box.bottom > innerHeight) nav.scrollTo({ top: link.offsetTop - innerHeight / 3 });
  }
}, { rootMargin: "-10% 0px -80% 0px" });
for (const id of byId.keys()) {
  const target = document.getElementById(id);
  if (target) seen.observe(target);
}

// What it takes to try operations is fetched once the page can be read.
import("/pages/trial.js").then(({ offerTrials }) => offerTrials());
