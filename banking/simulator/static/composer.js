// Writing: the text box, the attach menu, replying to and editing a message.

import { byId } from "./dom.js";
import { openMenu } from "./sheets.js";

let replyTo = null;
let editing = null;

const box = () => byId("composer");

export function setUpComposer(act) {
  const fit = () => {
    box().style.height = "44px";
    box().style.height = `${Math.min(box().scrollHeight, 128)}px`;
    const empty = box().value.trim() === "";
    byId("send").hidden = empty;
    byId("voice").hidden = !empty;
  };
  const stop = () => {
    replyTo = null;
    editing = null;
    byId("replying").hidden = true;
  };
  const submit = () => {
    const text = box().value.trim();
    if (!text) return;
    if (editing) act("edit", { message_id: editing, text });
    else act("text", replyTo ? { text, reply_to: replyTo } : { text });
    box().value = "";
    stop();
    fit();
    box().focus();
  };
  const about = (title, text) => {
    byId("replying-to").textContent = title;
    byId("replying-text").textContent = text;
    byId("replying").hidden = false;
    box().focus();
  };

  box().addEventListener("input", fit);
  box().addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
    if (event.key === "Escape") stop();
  });
  byId("composer-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  byId("replying-stop").addEventListener("click", stop);
  byId("voice").addEventListener("click", () => act("media", { kind: "voice" }));
  byId("attach").addEventListener("click", () => {
    byId("attach").setAttribute("aria-expanded", "true");
    openMenu(byId("attach"), [
      { label: "Photo", icon: "photo", run: () => act("media", { kind: "image" }) },
      { label: "Document", icon: "tab", run: () => act("media", { kind: "document", filename: "note.txt" }) },
      { label: "Voice note", icon: "mic", run: () => act("media", { kind: "voice" }) },
      { label: "Location", icon: "pin", run: () => act("location", { name: "Market Square" }) },
      { label: "Contact", icon: "person", run: () => act("contacts") },
      { label: "Poll", icon: "poll", run: () => act("unsupported") },
    ], { onClose: () => byId("attach").setAttribute("aria-expanded", "false") });
  });
  fit();

  return {
    replyTo(message, who) {
      stop();
      replyTo = message.id;
      about(who, message.text || message.type);
    },
    edit(message) {
      stop();
      editing = message.id;
      box().value = message.text;
      fit();
      about("Edit message", message.text);
    },
    say(text) {
      box().value = text;
      fit();
      submit();
    },
  };
}
