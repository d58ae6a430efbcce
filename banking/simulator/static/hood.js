// "What just happened": the bank's own account of its last turns.

import { api } from "./api.js";
import { byId, el } from "./dom.js";
import { clock } from "./words.js";

const EVERY_MS = 3000;
const TRY = ["hi", "how much do I have?", "send 50 to mum", "what did I spend on groceries?"];

let phone = null;
let shown = "";
let asking = false;
let say = () => {};

const visible = () => document.visibilityState === "visible" && byId("hood").offsetParent !== null;

export function setUpHood(sayIt) {
  say = sayIt;
  setInterval(() => visible() && refresh(), EVERY_MS);
}

export function showHood(ofPhone) {
  phone = ofPhone;
  shown = "";
  refresh();
}

export async function refresh() {
  if (!phone || asking) return;
  asking = true;
  const asked = phone;
  try {
    const answer = await api.trace(asked).catch(() => ({ available: false, why: "the simulator does not answer" }));
    const state = JSON.stringify([asked, answer]);
    if (asked === phone && state !== shown) {
      shown = state;
      byId("hood").replaceChildren(...content(answer));
    }
  } finally {
    asking = false;
  }
}

function content(answer) {
  if (!answer.available) {
    return [el("div", { class: "hood-empty" },
      el("p", {}, `Not available: ${answer.why}.`),
      el("p", {}, "The phone works without it."), suggestions())];
  }
  if (!answer.turns.length) {
    return [el("div", { class: "hood-empty" },
      el("p", {}, "Nothing yet. Each message will show here what the bank understood, what it did, and what moved on the ledger."), suggestions())];
  }
  return [...answer.turns].sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).map(turn);
}

function suggestions() {
  return el("div", { class: "try" }, ...TRY.map((text) => el("button", { type: "button", onclick: () => say(text) }, text)));
}

function turn(one) {
  const rows = [];
  if (one.intent) {
    const sure = Math.round(Number(one.confidence ?? 0) * 100);
    const bar = el("i");
    bar.style.width = `${sure}%`;
    rows.push(["Intent", [el("code", {}, one.intent), el("span", { class: "meter", role: "img", "aria-label": `${sure} percent sure` }, bar), `${sure} %`]]);
  }
  const actions = (one.actions ?? []).filter((name) => name !== "action_listen");
  if (actions.length) rows.push(["Actions", actions.map((name) => el("code", {}, String(name)))]);
  if (one.postings?.length) rows.push([moved(one.postings) ? "Postings" : "Payment", [postings(one.postings)]]);
  if (one.took_ms !== undefined && one.took_ms !== null) rows.push(["Took", [`${Math.round(one.took_ms)} ms`]]);
  return el("article", { class: "turn", "data-testid": "turn" },
    // Without words: the bank went on by itself, after one of its pages.
    el("div", { class: "turn-head" }, one.text ? el("q", {}, one.text) : el("em", {}, "goes on by itself"), el("time", {}, clock(one.at))),
    el("dl", {}, ...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, ...value)])));
}

// A payment that waits to be confirmed has moved nothing yet.
const moved = (entries) => entries.every((entry) => ["posted", ""].includes(String(entry.state ?? "").toLowerCase()));

function postings(entries) {
  const table = el("table", { class: "postings" });
  for (const entry of entries) {
    const [what, amount, state] = typeof entry === "string" ? [entry, "", ""] : described(entry);
    table.append(el("tr", {}, el("td", {}, what), el("td", {}, amount, state ? el("small", {}, state) : null)));
  }
  return table;
}

function described(entry) {
  const from = entry.debit ?? entry.from;
  const to = entry.credit ?? entry.to;
  const what = from && to ? `${from} → ${to}` : entry.account ?? from ?? to ?? "";
  let amount = entry.amount ?? "";
  if (entry.amount_minor !== undefined) {
    amount = `${entry.currency ?? ""} ${(entry.amount_minor / 100).toFixed(2)}`.trim();
  }
  return [what, String(amount), String(entry.state ?? "").toLowerCase()];
}
