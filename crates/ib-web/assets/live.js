// What the Setup widget does wherever it is: it follows what goes on, shows it where it is, and says what matters.

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

// Shows in `root` those parts of `fresh` that are in both.
function show(root, fresh) {
  const held = root.activeElement;
  const row = held?.closest("[tabindex='-1'][id]")?.id;
  for (const id of ["setup-label", "setup-panel", "dependencies", "environments", "integrations"]) {
    const [old, now] = [root.getElementById(id), fresh.getElementById(id)];
    // What was typed into a form that was refused stays, and so does what is wrong with it.
    const isHeld = root.querySelector(".summary") && old?.querySelector(".field");
    if (old && now && !isHeld) morph(old, now);
  }
  // Where the button that had the focus is gone, its row gets it.
  const heir = () => root.getElementById(row) ?? root.querySelector(".toggle");
  if (held && !held.isConnected) heir().focus({ preventScroll: true });
}

// Numbers what is asked for. Each number tells whether its answer comes too late: after one that was asked for later.
function turns() {
  let [asked, shown] = [0, 0];
  return () => {
    const turn = ++asked;
    return () => {
      if (turn < shown) return true;
      shown = turn;
      return false;
    };
  };
}

// A button that says what it opens; Escape closes it and gives it the focus back. `tell` hears what is open.
function disclose(aside, toggle, panel, open, tell) {
  const set = (open) => {
    toggle.setAttribute("aria-expanded", String(open));
    panel.hidden = !open;
  };
  const change = (open) => {
    set(open);
    tell(open);
  };
  toggle.type = "button";
  toggle.className = "toggle";
  toggle.setAttribute("aria-controls", panel.id);
  set(open);
  toggle.addEventListener("click", () => change(panel.hidden));
  aside.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    change(false);
    toggle.focus();
  });
}

// What is worth saying about the way from one document to the next: politely, and at once.
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

// An answer that is none, with its status.
class Refused extends Error {
  constructor(status) {
    super(String(status));
    this.status = status;
  }
}

// How long a stream may be silent, which says at least that it is alive.
const SILENCE = 45000;
// How long it rests where it cannot have the stream, and between two looks at the clock.
const PAUSE = 3000;
const CLOCK = 10000;

// Does `work`, and gives it up where nothing shows for too long that it is alive.
async function within(signal, work) {
  signal.throwIfAborted();
  const control = new AbortController();
  const end = () => control.abort();
  let timer = setTimeout(end, SILENCE);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(end, SILENCE);
  };
  signal.addEventListener("abort", end);
  try {
    return await work(control.signal, alive);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

// The data of each event of a stream.
async function* events(answer, alive) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    alive();
    const parts = (text + value).split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      const lines = part.split("\n").filter((line) => line.startsWith("data:"));
      if (lines.length) yield lines.map((line) => line.slice(5).trim()).join("\n");
    }
  }
}

// Follows the dependencies as long as somebody looks: by events, and by asking where they do not come.
//
// `ask(what, signal)` fetches "events" or "state"; `shown(now, signal)` is called when there is something to show, and
// again where it failed; `said` with what is worth saying; `refused` once when nothing is answered any more.
class Follower {
  #door;
  #last;
  #control;
  #ended = false;
  #clock;

  constructor(door) {
    this.#door = door;
  }

  start() {
    document.addEventListener("visibilitychange", this.#turn);
    addEventListener("pagehide", this.#rest);
    // How long nothing has happened is told by the clock, not by an event.
    this.#clock = setInterval(() => {
      if (!document.hidden && this.#last?.now.publication?.is_stalled) this.#door.shown().catch(() => {});
    }, CLOCK);
    this.#turn();
  }

  stop() {
    this.#ended = true;
    this.#rest();
    clearInterval(this.#clock);
    document.removeEventListener("visibilitychange", this.#turn);
    removeEventListener("pagehide", this.#rest);
  }

  #rest = () => {
    this.#control?.abort();
    this.#control = null;
  };

  // A browser has few connections for all of its tabs: who is not looked at has none.
  #turn = () => {
    this.#rest();
    if (!this.#ended && !document.hidden) this.#run((this.#control = new AbortController()).signal);
  };

  async #run(signal) {
    while (!signal.aborted) {
      try {
        await this.#listen(signal);
        await this.#look(signal);
      } catch (error) {
        if (error.status === 401 && !signal.aborted) return this.#refuse();
        // A service that installs nothing has nothing to follow.
        if (error.status === 404) return this.stop();
      }
      if (!signal.aborted) await new Promise((done) => setTimeout(done, PAUSE));
    }
  }

  #refuse() {
    this.stop();
    this.#door.refused();
  }

  // Asking may do where the stream does not.
  async #listen(signal) {
    try {
      await within(signal, async (signal, alive) => {
        for await (const text of events(await this.#ask("events", signal), alive)) await this.#hear(text, signal);
      });
    } catch (error) {
      if (error.status === 401 || error.status === 404) throw error;
    }
  }

  #look(signal) {
    return within(signal, async (signal) => this.#hear(await (await this.#ask("state", signal)).text(), signal));
  }

  async #ask(what, signal) {
    const answer = await this.#door.ask(what, signal);
    if (!answer.ok) throw new Refused(answer.status);
    return answer;
  }

  async #hear(text, signal) {
    if (text === this.#last?.shown) return;
    const now = JSON.parse(text);
    const before = this.#last?.now;
    this.#last = { now };
    // The page may have been made before the first of them: it is shown as it is now, and nothing is announced.
    if (before) this.#door.said(...news(before, now));
    await this.#door.shown(now, signal);
    // What could not be shown is heard again.
    this.#last.shown = text;
  }
}
