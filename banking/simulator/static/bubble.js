// One message as an element. What a tap does is told through `does`.

import { avatar, el, icon } from "./dom.js";
import { clock, safeUrl, size, words } from "./words.js";

export function messageElement(message, does, find) {
  const bubble = el("div", {
    class: `bubble ${message.from === "bank" ? "from-bank" : "from-customer"}`,
    "data-testid": message.from === "bank" ? "message-in" : "message-out",
  });
  const actions = message.revoked ? [] : actionsOf(message, does);
  const attached = message.revoked ? null : attachmentOf(message);
  if (actions.length || attached) bubble.classList.add("wide");
  if (message.context && !message.revoked) bubble.append(...quoteOf(find(message.context), does));
  if (attached) bubble.append(attached);
  if (message.header) bubble.append(el("div", { class: "bubble-header" }, message.header));
  bubble.append(textBlock(message, attached));
  if (message.footer) bubble.append(el("div", { class: "bubble-footer" }, message.footer));
  if (actions.length) bubble.append(el("div", { class: "actions" }, ...actions));
  if (!message.revoked) bubble.append(moreButton(message, does));

  const item = el("li", {
    class: `message ${message.from}`,
    "data-testid": "message",
    "data-id": message.id,
    "data-from": message.from,
    "data-status": message.status,
    "data-type": message.type,
  }, bubble);
  const reactions = Object.values(message.reactions);
  if (reactions.length) item.append(el("div", { class: "reactions", "aria-label": "Reactions" }, reactions.join(" ")));
  return item;
}

function textBlock(message, attached) {
  const block = el("div", { class: "text-block" });
  if (message.revoked) {
    const who = message.from === "customer" ? "You deleted this message" : "This message was deleted";
    block.append(el("div", { class: "words" }, el("span", { class: "gone" }, icon("gone"), who), room()));
  } else if (message.text && !["location", "contacts"].includes(message.type)) {
    block.append(el("div", { class: "words" }, ...words(message.text), room(message)));
  } else if (message.location?.name) {
    block.append(el("div", { class: "words" }, message.location.name, room()));
  } else if (attached && !attached.matches(".voice, .contact")) {
    block.append(el("div", { class: "document-end" }));
  }
  block.append(metaOf(message));
  return block;
}

function room(message) {
  const space = el("span", { class: "room" });
  if (message?.edited) space.style.width = "108px";
  return space;
}

function metaOf(message) {
  const meta = el("span", { class: "meta" });
  if (message.edited) meta.append("Edited ");
  meta.append(el("time", { datetime: message.at }, clock(message.at)));
  if (message.from === "customer" && !message.revoked) meta.append(ticks(message.status));
  return meta;
}

const TICKS = {
  pending: ["wait", "Waiting"],
  sent: ["tick", "Sent"],
  delivered: ["ticks", "Delivered"],
  read: ["ticks", "Read"],
  failed: ["alert", "Not delivered"],
};

function ticks(status) {
  const [name, label] = TICKS[status];
  const tick = icon(name, `${name} ${status}`);
  tick.removeAttribute("aria-hidden");
  tick.setAttribute("role", "img");
  tick.setAttribute("aria-label", label);
  return tick;
}

function quoteOf(quoted, does) {
  if (!quoted) return [];
  const who = quoted.from === "bank" ? does.bankName() : "You";
  const shown = quoted.text || quoted.type;
  return [el("button", { class: "quote", type: "button", onclick: () => does.show(quoted.id) }, el("b", {}, who), el("span", {}, shown))];
}

function actionsOf(message, does) {
  const actions = (message.buttons ?? []).map((button) =>
    el("button", {
      class: "action", type: "button", "data-testid": "button-option", "data-option": button.id,
      onclick: () => does.tap(message, button.id),
    }, icon("reply"), button.title));
  if (message.list) {
    actions.push(el("button", {
      class: "action", type: "button", "data-testid": "list-open", "aria-haspopup": "dialog",
      onclick: () => does.openList(message),
    }, icon("list"), message.list.button));
  }
  const url = message.link && safeUrl(message.link.url);
  if (url) {
    const apart = does.linksApart();
    actions.push(el("a", {
      class: "action", href: url, target: apart ? "_blank" : "_self", rel: apart ? "noopener" : undefined, "data-testid": "link-button",
    }, icon("link"), message.link.label));
  }
  if (message.flow) actions.push(el("span", { class: "action" }, message.flow.flow_cta));
  return actions;
}

function attachmentOf(message) {
  if (message.document) return documentOf(message.document);
  if (message.image) return el("img", { class: "photo", src: message.image.url ?? "/static/icon.svg", alt: message.image.caption ?? "Photo" });
  if (message.audio) return voiceNote();
  if (message.location) return el("span", { class: "place", role: "img", "aria-label": "Map" }, icon("pin"));
  if (message.contacts) return contactCard(message.contacts[0]);
  for (const kind of ["video", "sticker"]) {
    if (message[kind]) return documentOf({ ...message[kind], filename: kind });
  }
  return null;
}

function documentOf(file) {
  const name = file.filename ?? "Document";
  const kind = name.includes(".") ? name.split(".").pop().toUpperCase() : "FILE";
  const pages = file.pages ? `${file.pages} ${file.pages === 1 ? "page" : "pages"}` : null;
  const about = [pages, file.size ? size(file.size) : null, kind].filter(Boolean).join(" · ");
  return el("a", {
    class: "document", "data-testid": "document", href: file.url ?? safeUrl(file.link ?? "") ?? "#", target: "_blank", rel: "noopener",
  }, icon(kind === "PDF" ? "pdf" : "file"), el("div", {}, el("b", {}, name), el("small", {}, about)));
}

function voiceNote() {
  const wave = el("span", { class: "wave" });
  for (let n = 0; n < 30; n += 1) {
    const bar = el("i");
    bar.style.height = `${18 + 70 * Math.abs(Math.sin(n * 1.7) * Math.cos(n * 0.6))}%`;
    wave.append(bar);
  }
  return el("div", { class: "voice", role: "img", "aria-label": "Voice note" }, icon("play"), wave, el("small", {}, "0:04"));
}

function contactCard(contact) {
  const name = contact.name.formatted_name;
  return el("div", { class: "contact" }, avatar(name), el("div", {}, el("b", {}, name), el("small", {}, contact.phones?.[0]?.phone ?? "")));
}

function moreButton(message, does) {
  return el("button", {
    class: "more", type: "button", "aria-label": "Message options", "aria-haspopup": "menu", "data-testid": "message-menu",
    onclick: (event) => does.menu(message, event.currentTarget),
  }, icon("down"));
}
