// How a training or a taking over is going, without loading the page again and again.
"use strict";
import { answer } from "./asking.js";

const run = document.getElementById("run");
const EVERY_MS = 2000;

async function ask(again) {
  try {
    return await answer("/desk/model/progress");
  } catch {
    setTimeout(again, EVERY_MS * 3);
    return null;
  }
}

async function look() {
  const told = await ask(look);
  if (!told) return undefined;
  if (!told.running || told.id !== run.dataset.run) return location.assign("/desk/model");
  const stage = document.getElementById("run-stage");
  // Written only when it is another one: each writing is read out.
  if (stage.textContent !== told.stage) stage.textContent = told.stage;
  document.getElementById("run-message").textContent = told.message;
  document.getElementById("run-percent").textContent = `${told.percent} %`;
  document.getElementById("run-bar").value = told.percent;
  return setTimeout(look, EVERY_MS);
}

async function lookWhoAnswers() {
  const told = await ask(lookWhoAnswers);
  if (!told) return undefined;
  if (!told.taking_over) return location.assign("/desk/model");
  return setTimeout(lookWhoAnswers, EVERY_MS);
}

if (run) setTimeout(look, EVERY_MS);
else if (document.getElementById("taking-over")) setTimeout(lookWhoAnswers, EVERY_MS);
