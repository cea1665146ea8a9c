"use strict";
(() => {
  const one = (selector) => document.querySelector(selector);
  const exit = one("[data-exit]");

  // What is to be corrected is read first.
  const problems = one("[data-problems]");
  if (problems) problems.focus();

  // Shift three times leaves.
  let shifts = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift") { shifts = []; return; }
    if (event.repeat) return;
    shifts = [...shifts.filter((at) => event.timeStamp - at < 2000), event.timeStamp];
    if (shifts.length > 2 && exit) exit.submit();
  });

  // A form is sent only once, and only when the network is there: else the text stays on the page.
  let busy = false;
  addEventListener("pageshow", () => { busy = false; });
  const alive = async () => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 5000);
    try {
      return (await fetch("/healthz", { cache: "no-store", signal: stop.signal })).ok;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  };
  const send = (form, button) => {
    if (button && button.name) {
      const copy = document.createElement("input");
      copy.type = "hidden";
      copy.name = button.name;
      copy.value = button.value;
      form.append(copy);
    }
    if (button && button.hasAttribute("formaction")) form.action = button.formAction;
    HTMLFormElement.prototype.submit.call(form);
  };
  // Browsers before 2021 do not say which button was pressed: the last one that was clicked is remembered.
  let clicked = null;
  addEventListener("click", (event) => { clicked = event.target.closest && event.target.closest("button"); }, true);
  addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter || (clicked && clicked.form === form ? clicked : null);
    clicked = null;
    if (form === exit || form.method !== "post") return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    const there = await alive();
    one("#offline").hidden = there;
    if (there) { form.dataset.sent = ""; send(form, button); }
    else { busy = false; one("#offline").scrollIntoView({ block: "center" }); }
  });
})();
