// Improves the Setup widget and the page of dependencies, which work without it: what changes is shown where it is,
// and said where it matters.
"use strict";
{
  const aside = document.querySelector(".setup");
  const page = aside.dataset.page;
  const status = document.getElementById("status");
  const alert = document.getElementById("alert");
  const OPEN = "setup=open";
  const POLL = 3000;
  let toggle;
  let last;
  let source;
  let timer;
  let ended = false;

  // A button in the place of the summary: it says what it opens, and Escape closes it.
  function disclose() {
    const details = aside.querySelector("details");
    const panel = document.getElementById("setup-panel");
    toggle = document.createElement("button");
    toggle.type = "button";
    toggle.className = "toggle";
    toggle.setAttribute("aria-controls", panel.id);
    toggle.append(document.getElementById("setup-label"));
    const set = (open) => {
      toggle.setAttribute("aria-expanded", String(open));
      panel.hidden = !open;
    };
    set(details.open);
    details.replaceWith(toggle, panel);
    toggle.addEventListener("click", () => {
      set(panel.hidden);
      remember(!panel.hidden);
    });
    aside.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || panel.hidden) return;
      set(false);
      remember(false);
      toggle.focus();
    });
  }

  // The address says whether it is open, so that a reload shows it as it was. After a refused form the address is
  // that form's, and stays.
  function remember(open) {
    if (location.pathname === page) history.replaceState(null, "", open ? `${page}?${OPEN}` : page);
  }

  // Makes `old` look like `fresh`. What is the same stays as it is, and so do focus, scroll and what was opened.
  function morph(old, fresh) {
    if (old.nodeName === "NOSCRIPT") return;
    if (old.nodeType === Node.TEXT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    for (const { name } of [...old.attributes]) {
      if (name !== "open" && name !== "hidden" && !fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (name !== "open" && name !== "hidden" && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    const named = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
    let next = old.firstChild;
    for (const child of fresh.childNodes) {
      const known = child.id ? named.get(child.id) : next && !next.id && next.nodeName === child.nodeName ? next : null;
      if (!known) {
        old.insertBefore(document.importNode(child, true), next);
        continue;
      }
      // What stands before it is gone.
      while (next && next !== known && !stays(next, fresh)) {
        const gone = next;
        next = next.nextSibling;
        gone.remove();
      }
      if (known === next) next = next.nextSibling;
      else old.insertBefore(known, next);
      morph(known, child);
    }
    while (next) {
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
  }

  const stays = (node, fresh) => node.id && [...fresh.children].some((child) => child.id === node.id);

  // Shows the page as it is now.
  async function refresh() {
    const open = toggle.getAttribute("aria-expanded") === "true";
    const answer = await fetch(open ? `${page}?${OPEN}` : page, { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!fresh.getElementById("setup-panel")) return end();
    const held = document.activeElement;
    const row = held?.closest("[tabindex='-1'][id]")?.id;
    for (const id of ["setup-label", "setup-panel", "dependencies"]) {
      const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
      if (old && now) morph(old, now);
    }
    // Where the button that had the focus is gone, its row gets it.
    if (held && !held.isConnected) (document.getElementById(row) ?? toggle).focus({ preventScroll: true });
  }

  // What is worth saying about the way from one document to the next.
  function news(before, now) {
    const said = [];
    const alarming = [];
    const was = before.publication?.number === now.publication?.number ? before.publication : null;
    for (const item of was ? now.publication.items : []) {
      const status = was.items.find((old) => old.item === item.item)?.status;
      if (status === item.status) continue;
      if (item.status === "done") said.push(`${item.name} is completed.`);
      if (item.status === "failed") alarming.push(`There is a problem with ${item.name}. ${item.finding?.message ?? ""}`);
    }
    if (now.publication?.is_stalled && !was?.is_stalled) said.push("No change for some minutes.");
    if (now.publication?.status === "waiting_for_log_in" && was?.status !== "waiting_for_log_in") {
      alarming.push("The publication is waiting for a log-in.");
    }
    if (was && was.status !== "ended" && now.publication.status === "ended") {
      const done = now.publication.done === now.publication.items.length;
      said.push(done ? "All done." : "The publication has ended; not everything is done.");
    }
    return [said.join(" "), alarming.join(" ").trim()];
  }

  async function hear(text) {
    if (text === last?.text) return;
    const now = JSON.parse(text);
    const before = last?.now;
    last = { text, now };
    // The page may have been made before the first of them: it is shown as it is now, and nothing is announced.
    if (before) {
      const [said, alarming] = news(before, now);
      if (said) status.textContent = said;
      if (alarming) alert.textContent = alarming;
    }
    await refresh().catch(() => {});
  }

  function end() {
    ended = true;
    rest();
    alert.textContent = "The session has ended. Reload the page to log in again; nothing is lost.";
  }

  function rest() {
    source?.close();
    source = null;
    clearTimeout(timer);
  }

  // Events, as long as somebody looks at the page: a browser has few connections for all of its tabs.
  function listen() {
    rest();
    if (ended || document.hidden) return;
    let failures = 0;
    source = new EventSource("/setup/dependencies/events");
    source.addEventListener("dependencies", (event) => {
      failures = 0;
      hear(event.data);
    });
    source.addEventListener("error", () => {
      failures += 1;
      if (source?.readyState === EventSource.CLOSED || failures > 2) {
        rest();
        poll(0);
      }
    });
  }

  // Asks again and again where events do not come; now and then the events are tried anew.
  async function poll(count) {
    if (ended || document.hidden) return;
    try {
      const answer = await fetch("/setup/dependencies/state", { headers: { accept: "application/json" } });
      if (answer.status === 401) return end();
      if (answer.ok) await hear(await answer.text());
    } catch {
      // The next one may come through.
    }
    timer = setTimeout(() => (count < 10 ? poll(count + 1) : listen()), POLL);
  }

  disclose();
  listen();
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", rest);
  // How long nothing has happened is told by the clock, not by an event.
  setInterval(() => {
    if (!ended && !document.hidden && last?.now.publication?.is_stalled) refresh().catch(() => {});
  }, 10000);
}
