// What slides over the chat inside the phone: list sheet, menus, toast.

import { byId, el, icon } from "./dom.js";

const layer = () => byId("layer");
let before = null;
let closed = null;

export function closeSheet() {
  if (layer().hidden) return;
  layer().hidden = true;
  layer().replaceChildren();
  byId("app").inert = false;
  closed?.();
  closed = null;
  before?.focus({ preventScroll: true });
  before = null;
}

function openLayer(content, { dim, onClose }) {
  closeSheet();
  before = document.activeElement;
  closed = onClose ?? null;
  const shade = el("div", { class: dim ? "shade" : "", onclick: closeSheet });
  if (!dim) Object.assign(shade.style, { position: "absolute", inset: "0" });
  layer().replaceChildren(shade, content);
  layer().hidden = false;
  byId("app").inert = true;
  content.querySelector("button")?.focus({ preventScroll: true });
}

addEventListener("keydown", (event) => {
  if (layer().hidden) return;
  if (event.key === "Escape") closeSheet();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const buttons = [...layer().querySelectorAll("button")];
  const next = buttons.indexOf(document.activeElement) + step;
  buttons.at(next % buttons.length)?.focus();
  event.preventDefault();
});

export function openList(message, chosen) {
  const body = el("div", { class: "sheet-body" });
  for (const section of message.list.sections) {
    if (section.title) body.append(el("p", { class: "section-title" }, section.title));
    for (const row of section.rows) {
      body.append(el("button", {
        class: "row", type: "button", "data-testid": "list-row", "data-option": row.id,
        onclick: () => { closeSheet(); chosen(row.id); },
      }, el("span", {}, el("b", {}, row.title), row.description ? el("small", {}, row.description) : null)));
    }
  }
  const sheet = el("div", { class: "sheet", role: "dialog", "aria-modal": "true", "aria-label": message.list.button },
    el("div", { class: "sheet-head" },
      el("button", { class: "round", type: "button", "aria-label": "Close", onclick: closeSheet }, icon("close")),
      el("h2", {}, message.list.button)),
    body);
  openLayer(sheet, { dim: true });
  body.querySelector("button")?.focus({ preventScroll: true });
}

// items: [{label, icon, run}], emojis: optional row above them
export function openMenu(anchor, items, { emojis = [], react, onClose } = {}) {
  const menu = el("div", { class: "menu", role: "menu" });
  if (emojis.length) {
    menu.append(el("div", { class: "emojis" }, ...emojis.map((emoji) =>
      el("button", { type: "button", role: "menuitem", "aria-label": `React ${emoji}`, onclick: () => { closeSheet(); react(emoji); } }, emoji))));
  }
  for (const item of items) {
    menu.append(el("button", { type: "button", role: "menuitem", onclick: () => { closeSheet(); item.run(); } }, icon(item.icon), item.label));
  }
  openLayer(menu, { dim: false, onClose });
  place(menu, anchor);
}

function place(menu, anchor) {
  const screen = byId("screen").getBoundingClientRect();
  const spot = anchor.getBoundingClientRect();
  const left = Math.min(Math.max(spot.right - screen.left - menu.offsetWidth, 10), screen.width - menu.offsetWidth - 10);
  let top = spot.bottom - screen.top + 4;
  if (top + menu.offsetHeight > screen.height - 30) top = spot.top - screen.top - menu.offsetHeight - 8;
  Object.assign(menu.style, { left: `${left}px`, top: `${Math.max(top, 56)}px` });
}

let toastTimer = 0;
export function toast(text) {
  const place = byId("toast");
  place.textContent = text;
  place.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { place.hidden = true; }, 2600);
}
