// The inbox at speed: keys, acting on many, and a list that keeps its place.
"use strict";
import { annotate } from "./annotating.js";
import { part, post, speak, tell } from "./asking.js";
import { forget, keep, kept } from "./draft.js";
import { choose } from "./palette.js";

document.documentElement.classList.add("scripted");
const pane = document.getElementById("pane");
const help = document.getElementById("help");
let cursor = -1;
let lastAct = new URLSearchParams(location.search).get("act") || "";
const nothing = document.getElementById("nothing");
let open = pane.querySelector("article") ? equip() : null;

const form = () => document.getElementById("acts");
const rows = () => [...document.querySelectorAll("#groups > .group")];
const row = () => rows()[cursor] || null;
const ticked = () => rows().filter((each) => each.querySelector(".tick input").checked);
// What an act goes for: all that is ticked, else the row the keys are at.
const meant = () => (ticked().length ? ticked() : [row()].filter(Boolean));
const ids = (some) => some.map((each) => each.dataset.items);

// --- the list -------------------------------------------------------------------

function at(place, focus = true) {
  const all = rows();
  cursor = all.length ? Math.max(0, Math.min(all.length - 1, place)) : -1;
  all.forEach((each, index) => { each.tabIndex = index === cursor ? 0 : -1; });
  if (focus && cursor >= 0) {
    all[cursor].focus({ preventScroll: true });
    all[cursor].scrollIntoView({ block: "nearest" });
  }
}

function count() {
  const said = document.getElementById("ticked");
  if (!said) return;
  const many = ticked();
  const messages = many.reduce((sum, each) => sum + each.dataset.items.split(",").length, 0);
  said.textContent = many.length ? `${messages} ticked` : "None ticked";
  said.classList.toggle("some", many.length > 0);
  const all = document.getElementById("all");
  all.checked = many.length > 0 && many.length === rows().length;
  all.indeterminate = many.length > 0 && many.length < rows().length;
}

/** Fetch the page again and put its list in place of this one; the place is kept. */
async function renew() {
  const kept = { cursor, scroll: scrollY, ticked: new Set(ticked().map((each) => each.dataset.group)) };
  const fresh = new DOMParser().parseFromString(await part(location.href), "text/html");
  for (const chosen of [".filters", ".chips", "section.list"]) {
    document.querySelector(chosen).replaceWith(document.adoptNode(fresh.querySelector(chosen)));
  }
  for (const each of rows()) {
    each.querySelector(".tick input").checked = kept.ticked.has(each.dataset.group);
  }
  equipList();
  scrollTo(0, kept.scroll);
  at(kept.cursor);
}

async function act(what, some, more = {}) {
  if (!some.length) return tell("Nothing is ticked. Move with j and k, or tick with space.");
  for (const each of some) each.classList.add("gone");
  return done(() => post("/desk/inbox", { do: what, items: ids(some), ...more }), some);
}

async function done(asked, some = []) {
  try {
    const told = await asked();
    lastAct = told.changed.length && told.did !== "reopened" ? told.act : "";
    tell([told.words, ...told.refused].join(" "), lastAct, undo);
    const shown = pane.querySelector("article");
    if (shown && told.changed.includes(Number(shown.dataset.item))) close();
    await renew();
    return true;
  } catch (error) {
    for (const each of some) each.classList.remove("gone");
    tell(error.message);
    return false;
  }
}

async function undo() {
  if (!lastAct) return tell("There is nothing to undo.");
  return done(() => post("/desk/inbox", { do: "undo", act: lastAct }));
}

async function correct() {
  if (open && pane.contains(document.activeElement)) return rename();
  const some = meant();
  if (!some.length) return act("correct", []);
  const intent = await choose([...new Set(some.map((each) => each.dataset.reading))].filter(Boolean));
  if (intent) await act("correct", some, { intent });
  return row()?.focus();
}

// --- the message that is open -----------------------------------------------------

function equip() {
  const article = pane.querySelector("article");
  const lesson = article.querySelector("#lesson");
  const said = article.querySelector("#meaning");
  const meanings = new Map([...document.querySelectorAll("#palette-list li")]
    .map((each) => [each.dataset.intent, each.querySelector("span").textContent]));
  const intent = lesson.elements.intent;
  const explain = () => { said.textContent = meanings.get(intent.value) || ""; };
  intent?.addEventListener("change", explain);
  for (const rank of article.querySelectorAll(".rank")) {
    rank.addEventListener("click", () => { intent.value = rank.dataset.intent; explain(); });
  }
  lesson.addEventListener("submit", (event) => {
    event.preventDefault();
    save(event.submitter?.value || "teach");
  });
  article.querySelector(".close").addEventListener("click", (event) => {
    event.preventDefault();
    close();
  });
  for (const other of article.querySelectorAll(".alike a")) {
    other.addEventListener("click", (event) => {
      event.preventDefault();
      show(other.dataset.item, other.getAttribute("href"));
    });
  }
  const draft = intent && kept(article.dataset.item);
  const marking = annotate(article, speak, draft?.marks);
  if (draft) {
    if ([...intent.options].some((option) => option.value === draft.intent)) intent.value = draft.intent;
    explain();
    tell("You were signed out before this was saved. It is as you left it: save it now.");
  }
  return { article, lesson, intent, explain, marking };
}

async function show(item, address) {
  try {
    pane.innerHTML = await part(`/desk/inbox/${item}${new URL(address, location).search}`);
  } catch (error) {
    return tell(error.message);
  }
  history.replaceState(null, "", address);
  document.body.classList.add("opened");
  open = equip();
  pane.scrollTop = 0;
  // On a phone the list makes room for the message.
  if (!document.querySelector("section.list").checkVisibility()) {
    open.article.focus({ preventScroll: true });
    open.article.scrollIntoView({ block: "start" });
  }
  for (const each of rows()) each.classList.toggle("here", each.dataset.items.split(",").includes(String(item)));
  return open;
}

function close() {
  if (!open) return;
  history.replaceState(null, "", open.article.querySelector(".close").getAttribute("href"));
  pane.replaceChildren(nothing.content.cloneNode(true));
  open = null;
  document.body.classList.remove("opened");
  for (const each of rows()) each.classList.remove("here");
  row()?.focus();
}

async function save(what) {
  const fields = { do: what, span: open.marking?.marks() ?? [] };
  if (open.intent) fields.intent = open.intent.value;
  const { item } = open.article.dataset;
  // Who is signed out in between finds it again; see signIn of asking.js.
  keep(item, fields);
  if (await done(() => post(`/desk/inbox/${item}`, fields))) forget(item);
}

async function rename() {
  const ranked = [...open.article.querySelectorAll(".rank")].map((each) => each.dataset.intent);
  const intent = await choose(ranked);
  if (intent) {
    open.intent.value = intent;
    open.explain();
  }
}

async function mark() {
  if (!open && row()) await show(row().dataset.item, row().dataset.open);
  open?.marking?.begin();
}

// --- keys -------------------------------------------------------------------------

const keys = {
  j: () => at(cursor + 1), ArrowDown: () => at(cursor + 1),
  k: () => at(cursor - 1), ArrowUp: () => at(cursor - 1),
  " ": () => {
    const box = row()?.querySelector(".tick input");
    if (box) { box.checked = !box.checked; count(); }
  },
  Enter: () => {
    if (!row()) return;
    if (row().classList.contains("here")) close();
    else show(row().dataset.item, row().dataset.open);
  },
  a: () => act("accept", meant()),
  c: correct,
  e: mark,
  s: () => { if (open?.intent) save("teach"); },
  r: () => {
    if (open?.intent && pane.contains(document.activeElement)) return save("reject");
    return act("reject", meant());
  },
  u: undo,
  m: () => pane.querySelector("#make-test")?.click(),
  "/": () => document.querySelector('.filters input[type="search"]').focus(),
  "?": () => help.showModal(),
  Escape: () => (document.activeElement === row() || !open ? close() : row()?.focus()),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const typing = event.target.matches('input:not([type="checkbox"]), select, textarea');
  if (typing) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  // Buttons and links keep the keys that press them.
  if ([" ", "Enter"].includes(event.key) && event.target.matches("button, a, summary, input")) return;
  const does = keys[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

// --- the mouse --------------------------------------------------------------------

function equipList() {
  count();
  const list = form();
  if (!list) return;
  const toolbar = document.getElementById("keys");
  toolbar.hidden = false;
  toolbar.addEventListener("click", () => help.showModal());
  list.addEventListener("change", (event) => {
    if (event.target.id === "all") {
      for (const each of rows()) each.querySelector(".tick input").checked = event.target.checked;
    }
    count();
  });
  list.addEventListener("submit", (event) => {
    event.preventDefault();
    const what = event.submitter?.value || "";
    const own = event.submitter?.closest(".group");
    if (own) {
      at(rows().indexOf(own), false);
      act(what.split(":")[0], [own]);
    } else if (what === "correct") {
      correct();
    } else {
      act(what, meant());
    }
  });
  list.addEventListener("click", (event) => {
    const own = event.target.closest(".group");
    if (!own) return;
    at(rows().indexOf(own), false);
    const link = event.target.closest("a.text");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      show(own.dataset.item, own.dataset.open);
    }
  });
}

const told = document.querySelector("body > .toast");
if (told) {
  told.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    told.remove();
    undo();
  });
  // A reload must not say it again.
  const address = new URL(location);
  for (const name of ["did", "n", "act", "why", "over"]) address.searchParams.delete(name);
  history.replaceState(null, "", address);
}
equipList();
at(Math.max(0, rows().findIndex((each) => each.classList.contains("here"))), !open);
