// The panel: whose phone it is, what that person knows, the SIM.

import { api } from "./api.js";
import { avatar, byId, el, icon } from "./dom.js";

const unread = new Map();

export function showPeople(people, chosen, choose) {
  byId("people").replaceChildren(...people.map((person) => {
    const count = unread.get(person.phone) ?? 0;
    return el("li", {}, el("button", {
      class: "person", type: "button", "data-testid": "person", "data-phone": person.phone,
      "aria-pressed": String(person.phone === chosen), onclick: () => choose(person.phone),
    }, avatar(person.name),
    el("span", {}, el("b", {}, person.name), el("small", {}, readable(person.phone) + (person.known ? "" : " · not a customer"))),
    count ? el("span", { class: "badge", "aria-label": `${count} new` }, String(count)) : null));
  }));
  const list = byId("people");
  const row = list.querySelector('[aria-pressed="true"]')?.parentElement;
  const top = row ? row.offsetTop - list.offsetTop : 0;
  const hidden = top < list.scrollTop || top + (row?.offsetHeight ?? 0) > list.scrollTop + list.clientHeight;
  if (hidden) list.scrollTop = Math.max(0, top - list.clientHeight / 2);
}

export const addUnread = (phone) => unread.set(phone, (unread.get(phone) ?? 0) + 1);
export const clearUnread = (phone) => unread.delete(phone);

function readable(phone) {
  if (!phone.startsWith("+1") || phone.length !== 12) return phone;
  return `+1 ${phone.slice(2, 5)} ${phone.slice(5, 8)} ${phone.slice(8)}`;
}

export function showPerson(person, copy) {
  byId("person-card").hidden = !person;
  if (!person) return;
  const rows = [];
  if (person.date_of_birth) rows.push(["Date of birth", person.date_of_birth, person.date_of_birth]);
  const [main, ...others] = person.accounts ?? [];
  if (main) rows.push(["Last four digits", main.number.slice(-4), main.number.slice(-4)]);
  if (person.chat_id) rows.push(["Chat banking id", person.chat_id, person.chat_id]);
  if (person.pin) rows.push(["PIN", person.pin, person.pin]);
  const facts = rows.flatMap(([name, value, copied]) => [
    el("dt", {}, name),
    el("dd", {}, value, el("button", { class: "round copy", type: "button", "aria-label": `Copy ${name}`, onclick: () => copy(copied) }, icon("copy"))),
  ]);
  // No balances: these are the seeds', and the bank moves on. It tells them in the chat.
  for (const account of main ? [main, ...others] : []) {
    facts.push(el("dt", {}, `${account.kind[0].toUpperCase()}${account.kind.slice(1)} account`), el("dd", { class: "small" }, `•••• ${account.number.slice(-4)}`));
  }
  if (person.kyc_level !== undefined) facts.push(el("dt", {}, "KYC level"), el("dd", { class: "small" }, String(person.kyc_level)));
  byId("person-title").textContent = facts.length ? "To register, this person knows" : "Not a customer of the bank";
  byId("person-facts").replaceChildren(...facts);
  byId("person-facts").hidden = !facts.length;
  byId("inbox-tab").href = `/sms/${encodeURIComponent(person.phone)}`;
  byId("sms-tab").href = `/sms/${encodeURIComponent(person.phone)}`;
}

export async function showSim(phone) {
  const { changed_at: at } = await api.sim(phone);
  byId("sim-note").hidden = !at;
  byId("sim-change").querySelector("span").textContent = at ? "Old SIM again" : "Change the SIM";
  byId("sim-change").dataset.changed = at ? "yes" : "";
  if (at) {
    const hours = Math.round((Date.now() - Date.parse(at)) / 3_600_000);
    byId("sim-note").textContent = `The network reports a new SIM ${hours < 1 ? "just now" : `${hours} h ago`}.`;
  }
}

export function setUpPanel() {
  const panel = byId("panel");
  const show = (open) => {
    panel.classList.toggle("open", open);
    byId("panel-open").setAttribute("aria-expanded", String(open));
    if (open) byId("panel-close").focus();
  };
  byId("panel-open").addEventListener("click", () => show(true));
  byId("panel-close").addEventListener("click", () => { show(false); byId("panel-open").focus(); });
  addEventListener("keydown", (event) => event.key === "Escape" && show(false));
  byId("behave").addEventListener("click", () => api.behave());

  const root = document.documentElement;
  const use = (theme) => { root.style.colorScheme = theme ?? ""; };
  use(localStorage.getItem("theme"));
  byId("theme").addEventListener("click", () => {
    const dark = root.style.colorScheme ? root.style.colorScheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    const theme = dark ? "light" : "dark";
    localStorage.setItem("theme", theme);
    use(theme);
  });
  return { close: () => show(false) };
}
