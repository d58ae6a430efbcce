// How a training is going, without loading the page again and again.
"use strict";
import { answer } from "./asking.js";

const run = document.getElementById("run");
const EVERY_MS = 2000;

async function look() {
  let told;
  try {
    told = await answer("/desk/model/progress");
  } catch {
    return setTimeout(look, EVERY_MS * 3);
  }
  if (!told.running || told.id !== run.dataset.run) return location.assign("/desk/model");
  document.getElementById("run-stage").textContent = told.stage;
  document.getElementById("run-message").textContent = told.message;
  document.getElementById("run-percent").textContent = `${told.percent} %`;
  document.getElementById("run-bar").value = told.percent;
  return setTimeout(look, EVERY_MS);
}

if (run) setTimeout(look, EVERY_MS);
