// Asks the desk's own doors, and says what became of it.
"use strict";

const csrf = () => document.querySelector('input[name="csrf"]').value;
const template = document.getElementById("toast-template");
const said = document.getElementById("said");
let fading = 0;

/** Post fields (a value may be a list); answers the door's JSON. */
export async function post(address, fields) {
  const body = new URLSearchParams({ csrf: csrf() });
  for (const [name, value] of Object.entries(fields)) {
    for (const each of [value].flat()) body.append(name, each);
  }
  return answer(address, { method: "POST", body });
}

/** Get a part of a page, as text. */
export async function part(address) {
  const got = await ask(address);
  if (!got.ok) throw new Error((await json(got)).refused);
  return got.text();
}

export async function answer(address, how = {}) {
  const told = await json(await ask(address, how));
  if (told.refused && !Array.isArray(told.refused)) throw new Error(told.refused);
  return told;
}

async function ask(address, how = {}) {
  const headers = { "x-asked-by": "script" };
  const got = await fetch(address, { ...how, headers }).catch(() => {
    throw new Error("The desk does not answer just now. Look at your connection and try again.");
  });
  if (got.status === 401) signIn(how.method === "POST" ? "unsaved" : "1");
  return got;
}

async function json(got) {
  if (!got.headers.get("content-type")?.startsWith("application/json")) {
    throw new Error("That didn't work. Reload the page and try again.");
  }
  return got.json();
}

function signIn(ended) {
  location.assign(`/desk/sign-in?ended=${ended}&next=${encodeURIComponent(here())}`);
  throw new Error("Please sign in again.");
}

const here = () => location.pathname + location.search;

/** Tell whoever does not see the page what has changed on it. */
export function speak(words) {
  said.textContent = "";
  // A region that says the same again is not read out: it must be empty in between.
  requestAnimationFrame(() => { said.textContent = words; });
}

/** Say something; with an act, offer to undo it. */
export function tell(words, act = "", undo = null) {
  speak(act ? `${words} Undo with u.` : words);
  for (const old of document.querySelectorAll("body > .toast")) old.remove();
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.querySelector("p").textContent = words;
  const form = toast.querySelector("form");
  if (act) {
    form.elements.act.value = act;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      toast.remove();
      undo();
    });
  } else {
    form.remove();
  }
  document.body.append(toast);
  clearTimeout(fading);
  // What can be undone stays until something else is done.
  if (!act) fading = setTimeout(() => toast.remove(), 8000);
}
