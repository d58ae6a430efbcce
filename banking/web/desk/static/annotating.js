// Marking values in a message, with the mouse or with the keys.
"use strict";

// Positions count characters as people and Python do, not halves of an emoji.
const long = (text) => Array.from(text).length;

/** Equip the message that is open; answers what the keys of the page may ask of it.
    `speak` tells what is not seen; `draft` are marks that were not saved. */
export function annotate(article, speak, draft = null) {
  const form = article.querySelector("#lesson");
  const say = article.querySelector("#say");
  const kinds = article.querySelector("#kinds");
  if (!kinds) return null;
  const text = say.textContent;
  const letters = Array.from(text);
  const words = [...text.matchAll(/\S+/gu)].map((found) => {
    const start = long(text.slice(0, found.index));
    return { start, end: start + long(found[0]) };
  });
  const given = draft ?? [...form.querySelectorAll('input[name="span"]')].map((field) => field.value);
  let marks = given.map((mark_) => {
    const [start, end, ...entity] = mark_.split(":");
    return { start: Number(start), end: Number(end), entity: entity.join(":") };
  });
  let at = -1; // the word the keys are at
  let from = -1; // where the taking of words began

  const tints = new Map(
    [...kinds.children].map((kind) => [kind.dataset.kind, kind.className.match(/t\d+/)[0]]),
  );

  function draw() {
    const taken = range();
    const holder = document.createElement("bdi");
    let place = 0;
    const plain = (end) => {
      while (place < end) {
        const word = words.findIndex((each) => each.start <= place && place < each.end);
        const next = words.map((each) => [each.start, each.end]).flat().filter((edge) => edge > place);
        const stop = Math.min(end, ...next);
        holder.append(stretch(letters.slice(place, stop).join(""), word, taken));
        place = stop;
      }
    };
    for (const mark of [...marks].sort((one, other) => one.start - other.start)) {
      plain(mark.start);
      const drawn = document.createElement("mark");
      drawn.className = tints.get(mark.entity) || "t8";
      drawn.dataset.entity = mark.entity;
      drawn.title = `${mark.entity}: click to take the mark away`;
      drawn.textContent = letters.slice(mark.start, mark.end).join("");
      if (at >= 0 && words[at].start >= mark.start && words[at].end <= mark.end) drawn.classList.add("at");
      drawn.addEventListener("click", () => unmark(mark));
      holder.append(drawn);
      place = mark.end;
    }
    plain(letters.length);
    say.replaceChildren(holder);
    for (const old of form.querySelectorAll('input[name="span"]')) old.remove();
    for (const mark of marks) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "span";
      field.value = `${mark.start}:${mark.end}:${mark.entity}`;
      form.append(field);
    }
  }

  function stretch(words_, word, taken) {
    if (word < 0 || at < 0) return document.createTextNode(words_);
    const drawn = document.createElement("span");
    drawn.textContent = words_;
    if (word === at) drawn.className = "at";
    if (taken && word >= taken[0] && word <= taken[1]) drawn.classList.add("taken");
    return drawn;
  }

  const words_of = (part) => letters.slice(part.start, part.end).join("");
  const range = () => (at < 0 ? null : [Math.min(at, from < 0 ? at : from), Math.max(at, from)]);

  function unmark(mark) {
    marks = marks.filter((each) => each !== mark);
    draw();
    speak(`${words_of(mark)}: no mark`);
  }

  /** What the mouse has selected, widened to whole words and then without edges. */
  function selected() {
    const picked = getSelection();
    if (!picked.rangeCount || picked.isCollapsed) return null;
    const chosen = picked.getRangeAt(0);
    if (!say.contains(chosen.startContainer) || !say.contains(chosen.endContainer)) return null;
    const before = document.createRange();
    before.setStart(say, 0);
    before.setEnd(chosen.startContainer, chosen.startOffset);
    const start = long(before.toString());
    const end = start + long(chosen.toString());
    const touched = words.filter((word) => word.start < end && word.end > start);
    if (!touched.length) return null;
    return trimmed(touched[0].start, touched.at(-1).end, start, end);
  }

  // "50," is the amount 50: punctuation at an edge is left out, unless it was selected alone.
  function trimmed(start, end) {
    const edge = /[\p{P}]/u;
    const keep = /[$€£¥₹%#+(-]/u;
    let [first, last] = [start, end];
    while (last > first + 1 && edge.test(letters[last - 1]) && !keep.test(letters[last - 1])) last -= 1;
    while (first < last - 1 && edge.test(letters[first]) && !keep.test(letters[first])) first += 1;
    return { start: first, end: last };
  }

  function mark(kind) {
    const stretch_ = selected() || taken();
    if (!stretch_) return false;
    marks = marks.filter((each) => each.end <= stretch_.start || each.start >= stretch_.end);
    marks.push({ ...stretch_, entity: kind });
    speak(`${words_of(stretch_)}: ${kind}`);
    getSelection().removeAllRanges();
    from = -1;
    draw();
    return true;
  }

  function taken() {
    const words_ = range();
    return words_ && trimmed(words[words_[0]].start, words[words_[1]].end);
  }

  function walk(by, extend) {
    if (!words.length) return;
    if (extend && from < 0) from = at < 0 ? 0 : at;
    if (!extend) from = -1;
    at = Math.max(0, Math.min(words.length - 1, at + by));
    draw();
    say.focus();
    const there = taken();
    const mark_ = marks.find((each) => each.start <= there.start && each.end >= there.end);
    speak(words_of(there) + (mark_ ? `: ${mark_.entity}` : ""));
  }

  for (const kind of kinds.children) {
    // Pressing a button must not lose what is selected.
    kind.addEventListener("mousedown", (event) => event.preventDefault());
    kind.addEventListener("click", () => mark(kind.dataset.kind));
  }
  say.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    if (event.key in steps) {
      walk(steps[event.key], event.shiftKey);
    } else if (/^[1-9]$/.test(event.key) && kinds.children[event.key - 1]) {
      mark(kinds.children[event.key - 1].dataset.kind);
    } else if (event.key === "Backspace" || event.key === "Delete") {
      const word = words[at];
      const there = word && marks.find((each) => each.start <= word.start && each.end >= word.start + 1);
      if (there) unmark(there);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  draw();
  return {
    begin() {
      if (at < 0) walk(1, false);
      say.focus();
    },
    marks: () => marks.map((each) => `${each.start}:${each.end}:${each.entity}`),
  };
}
