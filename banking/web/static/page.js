// Comfort only: every page works without this.
"use strict";
for (const holder of document.querySelectorAll("[data-toggle]")) {
  const input = holder.querySelector("input");
  const button = document.createElement("button");
  const { show, hide } = holder.dataset;
  button.type = "button";
  const say = () => {
    const hidden = input.type === "password";
    button.textContent = hidden ? show : hide;
    button.setAttribute("aria-pressed", String(!hidden));
  };
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => {
    input.type = input.type === "password" ? "text" : "password";
    say();
    input.focus();
  });
  say();
  holder.append(button);
}
for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    // A second tap while the first is on its way would only confuse.
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
