// The misbehave switches.

import { api } from "./api.js";
import { byId, el } from "./dom.js";

const CHANCE = [["never", 0], ["often", 0.3], ["always", 1]];
const SWITCH = [["no", 0], ["yes", 1]];
const DIALS = [
  ["duplicates", "Duplicate webhooks", CHANCE],
  ["delay_ms", "Late webhooks", [["no", 0], ["2 s", 2000], ["10 s", 10_000]]],
  ["reorder", "Shuffled webhooks", SWITCH],
  ["statuses_reversed", "Statuses backwards", SWITCH],
  ["error_5xx", "Graph answers 500", CHANCE],
  ["error_429", "Graph answers 429", CHANCE],
  ["timeout_after_accept", "Accepts, then silent", CHANCE],
  ["graph_down", "Graph is down", SWITCH],
  ["pair_rate", "Limit per recipient", SWITCH],
  ["sms_down", "SMS gateway down", SWITCH],
  ["sms_lost", "SMS get lost", SWITCH],
  ["sim_change_down", "SIM check down", SWITCH],
];

export function showDials(dials) {
  let on = 0;
  const rows = DIALS.map(([name, label, choices]) => {
    const value = Number(dials[name]);
    if (value) on += 1;
    // A value set by a test may lie between the steps: show the nearest.
    const near = choices.reduce((best, choice) => Math.abs(choice[1] - value) < Math.abs(best[1] - value) ? choice : best);
    return el("div", { class: "dial" }, el("span", { id: `dial-${name}` }, label),
      el("fieldset", { class: "segments", role: "radiogroup", "aria-labelledby": `dial-${name}` },
        ...choices.map((choice) => el("label", {},
          el("input", {
            type: "radio", name, value: choice[1], checked: choice === near, "aria-label": choice[0],
            onchange: () => api.setDials({ [name]: choices === SWITCH ? Boolean(choice[1]) : choice[1] }),
          }),
          el("span", {}, choice[0])))));
  });
  const focused = document.activeElement?.closest?.("#dials") ? document.activeElement : null;
  byId("dials").replaceChildren(...rows);
  if (focused) byId("dials").querySelector(`[name="${focused.name}"][value="${focused.value}"]`)?.focus();
  byId("dials-on").hidden = on === 0;
  byId("dials-on").textContent = `${on} on`;
}
