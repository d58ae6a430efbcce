// What was marked in a message and could not be saved, for this tab alone.
// Only positions and names are kept: never what the customer wrote.
"use strict";

const KEY = "desk-draft";

export function keep(item, fields) {
  if (fields.do !== "teach") return;
  sessionStorage.setItem(KEY, JSON.stringify({ item, marks: fields.span, intent: fields.intent }));
}

export function forget(item) {
  if (read()?.item === item) sessionStorage.removeItem(KEY);
}

/** What was kept of this message, once. */
export function kept(item) {
  const draft = read();
  if (draft?.item !== item) return null;
  forget(item);
  return draft;
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}
