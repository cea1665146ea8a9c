"use strict";
(() => {
  // A day that is near fills its three boxes; they can still be changed, and then the choice no longer counts.
  for (const near of document.querySelectorAll(".near input")) {
    const boxes = ["year", "month", "day"].map((part) => document.getElementsByName(near.name.replace(/near$/, part))[0]);
    near.addEventListener("change", () => {
      if (!near.checked) return;
      for (const other of document.getElementsByName(near.name)) other.checked = other === near;
      near.value.split("-").forEach((number, place) => { boxes[place].value = Number(number); });
    });
    for (const box of boxes) box.addEventListener("input", () => { near.checked = false; });
  }
  // What is typed hidden can be looked at; without a script there is no such button.
  for (const button of document.querySelectorAll("[data-reveals]")) {
    const box = document.getElementById(button.dataset.reveals);
    button.hidden = false;
    button.addEventListener("click", () => {
      const hidden = box.type === "password";
      box.type = hidden ? "text" : "password";
      button.setAttribute("aria-pressed", String(hidden));
      box.focus();
    });
    box.form.addEventListener("submit", () => { box.type = "password"; });
  }
})();
