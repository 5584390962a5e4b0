// The console: who signs in sees what their permissions let the API tell, each part by itself.
import { openEvents } from "./events.js";
import { openLife } from "./life.js";
import { openModels } from "./models.js";
import { followNews } from "./news.js";
import { openSales } from "./sales.js";
import { openSession } from "./session.js";
import { openVerification } from "./verification.js";

/** Without it there is nothing for anybody here. */
const NEEDED = "audit.view";

const by = (id) => document.getElementById(id);
const contentOf = (id) => by(id).querySelector(".content");

let close = () => {};

const client = openSession(by("session"), async () => {
  close();
  close = () => {};
  const isIn = client.user !== null;
  by("entrance").hidden = isIn;
  by("desk").hidden = by("sections").hidden = by("connection").hidden = !isIn;
  if (!isIn) return clear();
  if (client.may(NEEDED)) {
    close = open();
    return;
  }
  await client.signOut();
  by("session").querySelector("[role=alert]").textContent =
    "The console is for holders of audit.view: admins, and whoever runs the platform. You are signed out again.";
});

/** Nothing of what one person saw stays for the next. */
function clear() {
  for (const content of document.querySelectorAll("#desk .content")) content.replaceChildren();
}

/** Open each part that this person may see, and keep all of them up to date; answers how to stop that. */
function open() {
  const life = openLife(contentOf("life"), client);
  const showLife = (id) => {
    life.show(id);
    by("life").scrollIntoView();
  };
  const parts = [
    openSales(contentOf("sales"), client, showLife),
    openEvents(contentOf("events"), client, showLife),
    openModels(contentOf("models"), client),
    openVerification(contentOf("verification"), client),
    life,
  ];
  const stop = followNews(client, {
    heard: (news) => parts.forEach((part) => part.hear?.(news)),
    state: (words) => { by("connection").textContent = words; },
  });
  return () => {
    stop();
    parts.forEach((part) => part.close?.());
  };
}
