// The phone page: one person's phone at a time, kept in the address and remembered.

import { api, listen } from "./api.js";
import * as chat from "./chat.js";
import { setUpComposer } from "./composer.js";
import { showDials } from "./dials.js";
import { byId } from "./dom.js";
import * as hood from "./hood.js";
import { addUnread, clearUnread, setUpPanel, showPeople, showPerson, showSim } from "./panel.js";
import { toast } from "./sheets.js";
import { banner, isNews, markSeen, seenUpTo, smsItems } from "./sms.js";

const BANNER_MS = 12_000;

let people = [];
let bank = "the bank";
let phone = null;
let sms = [];
let bannerTimer = 0;
// A banner that was already there before: gone once the bank has moved on.
let bannerIsOld = false;

const panel = setUpPanel();
const composer = setUpComposer(chat.act);
chat.setUpChat(composer);
hood.setUpHood((text) => { panel.close(); composer.say(text); });

// Whose phone

async function loadPeople() {
  ({ people, bank } = await api.people());
  byId("bank-name").textContent = bank;
  byId("panel-bank").textContent = bank;
  byId("sms-title").textContent = bank;
  drawPeople();
}

function drawPeople() {
  showPeople(people, phone, (chosen) => { panel.close(); choose(chosen); });
}

async function choose(chosen) {
  phone = chosen;
  localStorage.setItem("phone", chosen);
  history.replaceState(null, "", `/?phone=${encodeURIComponent(chosen)}`);
  clearUnread(chosen);
  drawPeople();
  const person = people.find((one) => one.phone === chosen);
  showPerson(person, chat.copy);
  document.title = `${person?.name ?? chosen} · ${bank}`;
  hideBanner();
  closeInbox();
  hood.showHood(chosen);
  await Promise.all([chat.showChat(chosen, bank).then(loadSms), showSim(chosen)]);
}

function firstPhone() {
  const wanted = [new URLSearchParams(location.search).get("phone"), localStorage.getItem("phone")];
  const known = wanted.find((one) => people.some((person) => person.phone === one));
  return known ?? people[0]?.phone;
}

byId("someone-new").addEventListener("click", async () => {
  const person = await api.someoneNew();
  await loadPeople();
  panel.close();
  await choose(person.phone);
});
byId("sim-change").addEventListener("click", async () => {
  const changed = byId("sim-change").dataset.changed === "yes";
  await api.act(phone, "sim-change", { hours_ago: changed ? null : 0 });
});
byId("links-apart").checked = chat.linksApart();
byId("links-apart").addEventListener("change", async (event) => {
  localStorage.setItem("links-apart", event.target.checked ? "yes" : "no");
  await chat.showChat(phone, bank);
});

// Text messages

async function loadSms() {
  const asked = phone;
  const { messages } = await api.sms(asked);
  if (asked !== phone) return;
  sms = messages;
  drawSms();
  const last = sms.at(-1);
  const unread = last && last.seq > seenUpTo(phone) && isNews(last);
  if (unread && !(chat.lastFromBank() > last.at)) {
    showBanner(last);
    bannerIsOld = true;
  }
}

function drawSms() {
  byId("sms-list").replaceChildren(...smsItems(sms, chat.copy));
  byId("sms-list").scrollTop = byId("sms-list").scrollHeight;
  const count = sms.filter((one) => one.seq > seenUpTo(phone)).length;
  byId("sms-badge").hidden = count === 0;
  byId("sms-badge").textContent = String(count);
}

function showBanner(message) {
  if (!byId("sms-drawer").hidden) return;
  const close = () => { seen(); hideBanner(); };
  bannerIsOld = false;
  byId("banner-place").replaceChildren(banner(message, bank, { open: openInbox, close, copy: chat.copy }));
  clearTimeout(bannerTimer);
  bannerTimer = setTimeout(hideBanner, BANNER_MS);
}

function hideBanner() {
  byId("banner-place").replaceChildren();
}

function seen() {
  if (sms.length) markSeen(phone, sms.at(-1).seq);
  drawSms();
}

function openInbox() {
  hideBanner();
  byId("sms-drawer").hidden = false;
  byId("app").inert = true;
  byId("sms-open").setAttribute("aria-expanded", "true");
  seen();
  byId("sms-close").focus();
}

function closeInbox() {
  if (byId("sms-drawer").hidden) return;
  byId("sms-drawer").hidden = true;
  byId("app").inert = false;
  byId("sms-open").setAttribute("aria-expanded", "false");
  byId("sms-open").focus();
}

byId("sms-open").addEventListener("click", openInbox);
byId("sms-close").addEventListener("click", closeInbox);
addEventListener("keydown", (event) => event.key === "Escape" && closeInbox());

// What happens meanwhile

function heard(event) {
  const mine = event.phone === phone;
  switch (event.type) {
    case "message":
      if (mine) chat.heard(event.message);
      else if (event.message.from === "bank") { addUnread(event.phone); drawPeople(); }
      if (mine && event.message.from === "bank") {
        hood.refresh();
        if (bannerIsOld) hideBanner();
      }
      break;
    case "typing":
      if (mine) chat.setTyping(event.seconds);
      break;
    case "sms":
      if (!mine) { addUnread(event.phone); drawPeople(); break; }
      sms.push(event.sms);
      if (!byId("sms-drawer").hidden) seen();
      drawSms();
      showBanner(event.sms);
      break;
    case "sim":
      if (mine) showSim(phone);
      break;
    case "cleared":
      if (mine) chat.clearChat();
      break;
    case "misbehave":
      showDials(event.dials);
      break;
    case "people":
      loadPeople();
      break;
  }
}

async function reload() {
  await loadPeople();
  if (phone) await chat.showChat(phone, bank).then(loadSms);
  showDials(await api.dials());
}

const tick = () => {
  byId("clock").textContent = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
};
tick();
setInterval(tick, 5000);
// The seeds may be written after this page has been opened.
setInterval(() => document.visibilityState === "visible" && people.every((one) => !one.known) && loadPeople().then(() => phone ?? start()), 4000);

async function start() {
  const first = firstPhone();
  if (first) await choose(first);
}

const events = listen(heard, reload);
try {
  await Promise.race([events, new Promise((resolve) => setTimeout(resolve, 3000))]);
  await loadPeople();
  showDials(await api.dials());
  await start();
} catch {
  toast("The simulator does not answer. Is it running?");
}