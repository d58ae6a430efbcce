// Text as WhatsApp shows it: *bold*, _italic_, ~strike~, `mono` and links.

import { el } from "./dom.js";

// A mark counts at the edge of a word, around something that is not blank.
const marked = (sign) => new RegExp(`(?<![\\p{L}\\p{N}]|${sign})${sign}(?=\\S)([^\\n]*?\\S)${sign}(?![\\p{L}\\p{N}])`, "u");
const MARKS = [["```", "code"], ["`", "code"], ["\\*", "b"], ["_", "i"], ["~", "s"]].map(([sign, tag]) => ({ tag, pattern: marked(sign) }));
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]]/;

export function safeUrl(text) {
  try {
    const url = new URL(text);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function nextMark(text) {
  let best = null;
  for (const { tag, pattern } of MARKS) {
    const found = pattern.exec(text);
    if (found && (!best || found.index < best.index)) {
      best = { index: found.index, length: found[0].length, inner: found[1], tag };
    }
  }
  return best;
}

export function words(text) {
  const link = LINK.exec(text);
  const mark = nextMark(text);
  if (link && (!mark || link.index <= mark.index)) {
    const url = safeUrl(link[0]);
    const shown = url ? el("a", { href: url, rel: "noreferrer" }, link[0]) : link[0];
    return [text.slice(0, link.index), shown, ...words(text.slice(link.index + link[0].length))];
  }
  if (mark) {
    const inner = mark.tag === "code" ? [mark.inner] : words(mark.inner);
    return [text.slice(0, mark.index), el(mark.tag, {}, ...inner), ...words(text.slice(mark.index + mark.length))];
  }
  return [text];
}

export const clock = (iso) => new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });

export function day(iso) {
  const date = new Date(iso);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return date.toLocaleDateString([], { day: "numeric", month: "long", year: "numeric" });
}

export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
