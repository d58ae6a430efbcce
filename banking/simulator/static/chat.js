// The conversation of the phone that is in the hand.

import { api } from "./api.js";
import { messageElement } from "./bubble.js";
import { byId, el } from "./dom.js";
import { openList, openMenu, toast } from "./sheets.js";
import { day } from "./words.js";

const REACTIONS = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const LONG_PRESS_MS = 450;

let phone = null;
let bank = "the bank";
let messages = new Map();
let typingTimer = 0;
let compose = null;
// Messages that arrive while the chat is being fetched; null when it is not.
let meanwhile = null;

const list = () => byId("messages");
const scroller = () => byId("chat");
// Gliding to the bottom counts as being there, or a second bubble would stay unseen.
const GLIDE_MS = 800;
let glidesUntil = 0;
const atBottom = () => performance.now() < glidesUntil
  || scroller().scrollHeight - scroller().scrollTop - scroller().clientHeight < 80;

export function linksApart() {
  return localStorage.getItem("links-apart") === "yes";
}

export function setUpChat(composer) {
  compose = composer;
  scroller().addEventListener("scroll", () => { byId("to-bottom").hidden = atBottom(); });
  byId("to-bottom").addEventListener("click", () => toBottom(true));
  for (const own of ["wheel", "touchmove", "keydown"]) scroller().addEventListener(own, () => { glidesUntil = 0; }, { passive: true });
  // A keyboard or a quote above the text box takes room: stay at the newest message.
  let stay = true;
  scroller().addEventListener("scroll", () => { stay = atBottom(); });
  new ResizeObserver(() => stay && toBottom(false)).observe(scroller());
  setUpLongPress();
}

export async function showChat(ofPhone, bankName) {
  phone = ofPhone;
  bank = bankName;
  meanwhile = [];
  const { messages: found, typing } = await api.chat(ofPhone);
  if (phone !== ofPhone) return;
  messages = new Map(found.map((message) => [message.id, message]));
  const late = meanwhile ?? [];
  meanwhile = null;
  render();
  setTyping(typing ? 25 : 0);
  late.forEach(heard);
  byId("composer").disabled = false;
}

export function lastFromBank() {
  return [...messages.values()].findLast((message) => message.from === "bank")?.at ?? "";
}

export function clearChat() {
  messages = new Map();
  render();
}

function render() {
  list().replaceChildren(el("li", { class: "notice" }, el("span", {}, `This is a simulator. ${bank} receives your messages the way WhatsApp delivers them.`)));
  for (const message of messages.values()) append(message);
  toBottom(false);
}

export function heard(message) {
  if (meanwhile) {
    meanwhile.push(message);
    return;
  }
  const known = messages.has(message.id);
  messages.set(message.id, message);
  if (known) {
    const old = list().querySelector(`[data-id="${CSS.escape(message.id)}"]`);
    const stay = atBottom();
    const fresh = build(message);
    fresh.className = old.className.replace("fresh", "");
    fresh.dataset.day = old.dataset.day;
    if (old.querySelector(".tail")) fresh.querySelector(".bubble").classList.add("tail");
    old.replaceWith(fresh);
    if (stay) toBottom(false);
    return;
  }
  const follow = atBottom() || message.from === "customer";
  if (message.from === "bank") setTyping(0);
  append(message).classList.add("fresh");
  if (follow) toBottom(true);
}

function build(message) {
  return messageElement(message, does, (id) => messages.get(id));
}

function append(message) {
  const previous = list().lastElementChild;
  const date = day(message.at);
  const item = build(message);
  item.dataset.day = date;
  const newDay = previous?.dataset.day !== date;
  if (newDay) list().append(el("li", { class: "day" }, el("span", {}, date)));
  if (newDay || previous?.dataset.from !== message.from) {
    item.classList.add("first");
    item.querySelector(".bubble").classList.add("tail");
  }
  list().append(item);
  return item;
}

function toBottom(smooth) {
  if (smooth) glidesUntil = performance.now() + GLIDE_MS;
  scroller().scrollTo({ top: scroller().scrollHeight, behavior: smooth ? "smooth" : "instant" });
}

export function setTyping(seconds) {
  clearTimeout(typingTimer);
  const on = seconds > 0;
  const follow = atBottom();
  byId("typing").hidden = !on;
  byId("presence").textContent = on ? "typing…" : "Business account";
  byId("presence").classList.toggle("now", on);
  if (on) typingTimer = setTimeout(() => setTyping(0), seconds * 1000);
  if (follow && on) toBottom(true);
}

export async function act(what, body) {
  try {
    await api.act(phone, what, body);
  } catch {
    toast("That did not work. Try again.");
  }
}

const does = {
  bankName: () => bank,
  linksApart,
  tap: (message, option) => act("tap", { message_id: message.id, option_id: option }),
  openList: (message) => openList(message, (option) => does.tap(message, option)),
  show: (id) => list().querySelector(`[data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "center", behavior: "smooth" }),
  menu(message, anchor) {
    const items = [{ label: "Reply", icon: "reply", run: () => compose.replyTo(message, message.from === "bank" ? bank : "You") }];
    if (message.text) items.push({ label: "Copy", icon: "copy", run: () => copy(message.text) });
    if (message.from === "customer" && message.type === "text") items.push({ label: "Edit", icon: "edit", run: () => compose.edit(message) });
    if (message.from === "customer") items.push({ label: "Delete for everyone", icon: "bin", run: () => act("revoke", { message_id: message.id }) });
    openMenu(anchor, items, { emojis: REACTIONS, react: (emoji) => react(message, emoji) });
  },
};

function react(message, emoji) {
  const again = messages.get(message.id)?.reactions.customer === emoji;
  act("reaction", { message_id: message.id, emoji: again ? "" : emoji });
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("Select the text to copy it");
  }
}

function setUpLongPress() {
  let timer = 0;
  const open = (target) => {
    const bubble = target.closest?.(".bubble");
    const message = messages.get(bubble?.closest(".message")?.dataset.id);
    if (message && !message.revoked) does.menu(message, bubble);
    return Boolean(message);
  };
  list().addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse") timer = setTimeout(() => open(event.target), LONG_PRESS_MS);
  });
  for (const end of ["pointerup", "pointercancel", "pointermove"]) list().addEventListener(end, () => clearTimeout(timer));
  list().addEventListener("contextmenu", (event) => {
    if (!event.target.closest("a") && open(event.target)) event.preventDefault();
  });
}
