"use strict";
// Asks the browser for a passkey, or to make one, and sends what it signed with the form. Without it the digits remain.
(() => {
  const asking = document.querySelector("[data-passkey]");
  if (!asking || !window.PublicKeyCredential) return;
  const form = asking.closest("form");
  const stopped = form.querySelector("[data-passkey-stopped]");
  const there = form.querySelector("[data-passkey-there]");
  const missing = document.querySelector("[data-passkey-missing]");
  asking.hidden = false;
  if (missing) missing.hidden = true;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const options = () => {
    const asked = JSON.parse(asking.dataset.options);
    asked.challenge = bytes(asked.challenge);
    asked.allowCredentials = known(asked.allowCredentials);
    asked.excludeCredentials = known(asked.excludeCredentials);
    if (asked.user) asked.user.id = bytes(asked.user.id);
    return { publicKey: asked };
  };
  const answer = ({ id, rawId, type, response }) => {
    const parts = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) parts[name] = text(response[name]);
    }
    return JSON.stringify({ id, rawId: text(rawId), type, response: parts });
  };

  const button = asking.querySelector("button");
  const making = asking.dataset.passkey === "create";
  const ask = async () => {
    stopped.hidden = there.hidden = button.disabled = true;
    try {
      const keys = navigator.credentials;
      form.elements.passkey.value = answer(await (making ? keys.create(options()) : keys.get(options())));
      form.requestSubmit();
    } catch (cause) {
      (cause.name === "InvalidStateError" ? there : stopped).hidden = false;
    } finally {
      button.disabled = false;
    }
  };
  if (making) {
    // Enter in the box of the name makes the passkey as well.
    form.addEventListener("submit", (event) => {
      if (form.elements.passkey.value) return;
      event.preventDefault();
      event.stopPropagation();
      ask();
    });
  } else {
    button.addEventListener("click", () => {
      const empty = [...form.elements].find((box) => box.type === "password" && !box.value);
      if (empty) empty.focus();
      else ask();
    });
  }
})();
