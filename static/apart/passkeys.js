// Passkeys: a form with data-passkey asks the server for a challenge, the device
// for its answer ("create" a passkey or "get" one), and is then posted with it.
// Where the browser has none its button stays hidden.
(() => {
  const able = window.PublicKeyCredential?.parseRequestOptionsFromJSON;

  async function answer(form) {
    const response = await fetch(form.dataset.challenge, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const options = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(options.error);
    const key = form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) });
    return JSON.stringify(key);
  }

  for (const form of document.querySelectorAll("[data-passkey]")) {
    const button = form.querySelector("button"), problem = form.querySelector("[role=alert]");
    button.hidden = !able;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      try {
        form.elements.credential.value = await answer(form);
        for (const field of form.querySelectorAll("[type=password]")) field.value = "";
        form.submit();
      } catch (e) {
        // What the server says is for who reads it; what the browser says is not.
        problem.textContent = e.constructor === Error && e.message || form.dataset.failed;
        problem.hidden = button.disabled = false;
      }
    });
  }
})();
