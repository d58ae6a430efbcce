// Choosing an intent by typing a few letters of its name or of what it means.
"use strict";

const dialog = document.getElementById("palette");
const words = document.getElementById("palette-words");
const list = document.getElementById("palette-list");
const none = document.getElementById("palette-none");
const options = [...list.children];
let chosen = null;

const shown = () => [...list.children].filter((option) => !option.hidden);

function select(option) {
  for (const each of options) each.setAttribute("aria-selected", String(each === option));
  if (option) {
    words.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    words.removeAttribute("aria-activedescendant");
  }
}

function filter() {
  const wanted = words.value.toLowerCase().split(/[\s_]+/).filter(Boolean);
  for (const option of options) {
    const text = option.textContent.toLowerCase();
    option.hidden = !wanted.every((word) => text.includes(word));
  }
  // A name that begins with what was typed comes before one that merely has it.
  const typed = wanted.join("_");
  const first = typed && shown().find((option) => option.dataset.intent.startsWith(typed));
  none.hidden = shown().length > 0;
  select(first || shown()[0] || null);
}

function move(by) {
  const there = shown();
  const at = there.findIndex((option) => option.getAttribute("aria-selected") === "true");
  select(there[Math.max(0, Math.min(there.length - 1, at + by))] || null);
}

words.addEventListener("input", filter);
words.addEventListener("keydown", (event) => {
  const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
  if (event.key in moves) {
    event.preventDefault();
    move(moves[event.key]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    take(shown().find((option) => option.getAttribute("aria-selected") === "true"));
  }
});
list.addEventListener("click", (event) => take(event.target.closest("li")));
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

function take(option) {
  if (!option) return;
  chosen = option.dataset.intent;
  dialog.close();
}

/** Let one be chosen; `likely` come first. Answers its name, or null. */
export function choose(likely = []) {
  chosen = null;
  words.value = "";
  const rank = new Map(likely.map((name, place) => [name, place]));
  const place = (option) => rank.get(option.dataset.intent) ?? likely.length;
  for (const option of options) option.classList.toggle("likely", rank.has(option.dataset.intent));
  list.append(...[...options].sort((one, other) => place(one) - place(other)));
  filter();
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(chosen), { once: true });
  });
}
