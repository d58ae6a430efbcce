// /sms/{phone}: the text messages beside the bank's page.

import { api, listen } from "./api.js";
import { byId } from "./dom.js";
import { markSeen, smsItems } from "./sms.js";

const phone = decodeURIComponent(location.pathname.split("/").pop());

const copy = (text) => navigator.clipboard?.writeText(text);

async function show() {
  const { messages } = await api.sms(phone);
  byId("sms-list").replaceChildren(...smsItems(messages, copy));
  scrollTo({ top: document.body.scrollHeight });
  if (messages.length) markSeen(phone, messages.at(-1).seq);
}

const { bank, people } = await api.people();
const owner = people.find((person) => person.phone === phone);
byId("sms-title").textContent = bank;
document.title = `Text messages · ${owner?.name ?? phone}`;
byId("to-phone").href = `/?phone=${encodeURIComponent(phone)}`;
await show();
listen((event) => event.type === "sms" && event.phone === phone && show(), show);
