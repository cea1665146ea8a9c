"use strict";
(() => {
  const one = (selector) => document.querySelector(selector);

  // What was typed and not sent is kept, sealed, before the page goes: hidden, left, or locked.
  const KEEP = "/viet-do";
  const written = new Set();
  const unkept = new Set();
  for (const kind of ["input", "change"]) {
    addEventListener(kind, (event) => {
      const form = event.target.form;
      if (!form || !form.elements.form_token) return;
      delete form.dataset.sent;
      for (const forms of [written, unkept]) forms.add(form);
    });
  }
  const unsent = (forms) => [...forms].filter((form) => !("sent" in form.dataset));
  const typedInto = (form) => {
    const typed = new FormData(form);
    for (const secret of form.querySelectorAll("[type=password]")) typed.delete(secret.name);
    return typed;
  };
  const keep = async (forms) => {
    let page = "";
    for (const form of unsent(forms)) {
      page = await (await fetch(KEEP, { method: "POST", body: typedInto(form) })).text();
      unkept.delete(form);
    }
    return page;
  };
  const keepUnkept = () => {
    for (const form of unsent(unkept)) if (navigator.sendBeacon(KEEP, typedInto(form))) unkept.delete(form);
  };
  // A link waits until the text is kept, so that the next page knows of it; without a network nobody leaves.
  addEventListener("click", async (event) => {
    const link = event.target.closest("a[href^='/']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !unsent(unkept).length) return;
    event.preventDefault();
    try {
      await keep(unkept);
      location.assign(link.href);
    } catch {
      one("#offline").hidden = false;
      one("#offline").scrollIntoView({ block: "center" });
    }
  });
  addEventListener("pagehide", keepUnkept);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keepUnkept(); });

  // One minute before the screen locks there is a word. The page goes when all is kept; without a network it is
  // hidden, and goes later.
  const idle = one("#idle");
  if (!idle) return;
  const limit = idle.dataset.minutes * 60000;
  let last = Date.now();
  let leaving = false;
  for (const kind of ["pointerdown", "keydown", "input", "scroll"]) {
    addEventListener(kind, () => {
      if (one("main").hidden) return;
      last = Date.now();
      idle.hidden = true;
    }, { passive: true });
  }
  const leave = async () => {
    if (leaving) return;
    leaving = true;
    try {
      const page = await keep(written);
      if (page.startsWith(KEEP)) location.replace(page);
      else location.reload();
    } catch {
      one("main").hidden = true;
      one("#offline").hidden = false;
      leaving = false;
    }
  };
  setInterval(() => {
    const quiet = Date.now() - last;
    idle.hidden = quiet < limit - 60000;
    if (quiet >= limit) leave();
  }, 5000);
})();
