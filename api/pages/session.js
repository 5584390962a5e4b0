// Who is signed in, as a strip at the top of a page: a form, or a name with a way out.
import { createClient } from "./client.js";
import { element } from "./elements.js";

/**
 * Show the strip in `root`; `changed` is called with the client when somebody signs in or out. `memory` is where the
 * client keeps who is signed in, if it does.
 */
export function openSession(root, changed = () => {}, memory = undefined) {
  const say = element("p", { class: "refusal", role: "alert" });
  const client = createClient((reason = "") => {
    draw();
    say.textContent = reason;
    changed(client);
  }, memory);

  const draw = () => root.replaceChildren(client.user ? inside() : form(), say);

  const form = () => {
    const made = element("form", { class: "sign-in", "aria-label": "Sign in" },
      field("User name", "username", { autocomplete: "username", autocapitalize: "none", spellcheck: "false" }),
      field("Password", "password", { type: "password", autocomplete: "current-password" }),
      element("button", { class: "strong" }, "Sign in"));
    made.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = made.querySelector("button");
      button.disabled = true;
      say.textContent = "";
      try {
        await client.signIn(made.elements.username.value, made.elements.password.value);
        root.querySelector("button").focus({ preventScroll: true });
      } catch (refusal) {
        say.textContent = refusal.message;
        made.elements.password.select();
      }
      button.disabled = false;
    });
    return made;
  };

  const inside = () => {
    const { user } = client;
    const where = user.company ? ` at ${user.company.name}` : "";
    return element("div", { class: "signed-in" },
      element("p", {}, element("strong", {}, user.username), ` · ${user.role.name}${where}`),
      element("button", { type: "button", onclick: () => client.signOut() }, "Sign out"));
  };

  draw();
  return client;
}

function field(label, name, attributes) {
  return element("label", {}, label, element("input", { name, required: true, ...attributes }));
}
