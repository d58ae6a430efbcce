// Text messages: the list, the codes in them, and the notification that drops in.

import { el, icon } from "./dom.js";
import { clock, day } from "./words.js";

const CODE = /(?<![\d.,])\d{6}(?![\d.,]\d|\d)/;
const STILL_NEWS_MS = 3 * 60 * 1000;

const seenKey = (phone) => `sms-seen:${phone}`;
export const seenUpTo = (phone) => Number(localStorage.getItem(seenKey(phone)) ?? 0);
export const markSeen = (phone, seq) => localStorage.setItem(seenKey(phone), String(Math.max(seq, seenUpTo(phone))));
export const isNews = (sms) => Date.now() - Date.parse(sms.at) < STILL_NEWS_MS;

function withCode(text) {
  const found = CODE.exec(text);
  if (!found) return [text];
  return [text.slice(0, found.index), el("b", {}, found[0]), text.slice(found.index + found[0].length)];
}

function copyButton(text, copy) {
  const code = CODE.exec(text)?.[0];
  if (!code) return null;
  return el("button", { class: "copy-code", type: "button", onclick: () => copy(code) }, icon("copy"), `Copy ${code}`);
}

export function smsItems(messages, copy) {
  if (!messages.length) {
    return [el("li", { class: "sms-empty" }, "No text messages yet. Codes from the bank arrive here.")];
  }
  const items = [];
  let lastDay = "";
  for (const sms of messages) {
    const stamp = `${day(sms.at)} ${clock(sms.at)}`;
    if (stamp !== lastDay) items.push(el("li", { class: "sms-day" }, stamp));
    lastDay = stamp;
    items.push(el("li", { class: "sms-item", "data-testid": "sms-message", "data-id": sms.id },
      el("div", { class: "sms-text" }, ...withCode(sms.text)), copyButton(sms.text, copy)));
  }
  return items;
}

export function banner(sms, bankName, { open, close, copy }) {
  return el("div", { class: "banner", "data-testid": "sms-notification" },
    el("span", { class: "banner-app" }, icon("sms")),
    el("div", { class: "banner-open", role: "button", tabindex: "0", onclick: open, onkeydown: (event) => event.key === "Enter" && open() },
      el("div", { class: "banner-top" }, el("b", {}, bankName), el("span", {}, isFresh(sms) ? "now" : clock(sms.at))),
      el("div", { class: "banner-text" }, ...withCode(sms.text))),
    el("button", { class: "round banner-close", type: "button", "aria-label": "Dismiss", onclick: close }, icon("close")),
    copyButton(sms.text, copy));
}

const isFresh = (sms) => Date.now() - Date.parse(sms.at) < 60_000;
