// Improves pages that work without it: shows and hides the password, goes on when the work is done, keeps fresh.
"use strict";

function showPassword(input) {
  const button = document.createElement("button");
  button.type = "button";
  const set = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-label", shown ? "Hide password" : "Show password");
  };
  button.addEventListener("click", () => set(input.type === "password"));
  input.form.addEventListener("submit", () => set(false));
  input.after(button);
  set(false);
}

async function follow(status, alert, step) {
  const begun = Date.now();
  for (let failures = 0; failures < 30; ) {
    try {
      const answer = await fetch("/setup/progress", { headers: { accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const now = await answer.json();
      failures = 0;
      if (!now.running || now.step !== step) {
        status.textContent = now.text;
        location.replace("/setup");
        return;
      }
      status.textContent = `${now.text} ${Math.round((Date.now() - begun) / 1000)} seconds so far.`;
    } catch {
      failures += 1;
      await new Promise((resolve) => setTimeout(resolve, Math.min(500 * failures, 5000)));
    }
  }
  alert.textContent = "This service does not answer. What you entered is kept; reload the page to go on.";
}

// The back button may bring a page as it was left; what was answered since then is shown instead.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

const password = document.querySelector("input[type=password]");
if (password) showPassword(password);

const status = document.getElementById("status");
if (status?.dataset.wait) follow(status, document.getElementById("alert"), status.dataset.wait);

document.querySelector(".summary")?.focus();
