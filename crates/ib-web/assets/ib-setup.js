// <ib-setup>: the Setup widget on any page. On a page of the service's own origin it needs nothing; on another one
// `setup` and `token`, which the page's back end asks the service for. `STYLE` stands before this.
const HOME = new URL(import.meta.url).origin;
const STEPS = {
  publication: (form) => ["publication", { edition: Number(form.edition), only: form.only ? [form.only] : [] }],
  retry: (form) => [`items/${encodeURIComponent(form.item)}/retry`, {}],
  cancel: (form) => [form.item ? `items/${encodeURIComponent(form.item)}/cancel` : "publication/cancel", {}],
  look: () => ["look", {}],
};

class SetupWidget extends HTMLElement {
  static observedAttributes = ["token", "setup", "server"];
  #given;
  #follower;
  #status;
  #alert;
  #turn = turns();

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    root.adoptedStyleSheets = [style];
    root.innerHTML = `<aside class="setup" part="setup" aria-label="Setup"><button><span id="setup-label">Setup</span></button>
      <div id="setup-panel"></div><div id="status" role="status"></div><div id="alert" role="alert"></div></aside>`;
    const [aside, toggle, panel] = ["aside", "button", "#setup-panel"].map((name) => root.querySelector(name));
    [this.#status, this.#alert] = ["status", "alert"].map((id) => root.getElementById(id));
    disclose(aside, toggle, panel, false, (open) => this.toggleAttribute("open", open));
    root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(event.target);
    });
  }

  connectedCallback() {
    const panel = this.shadowRoot.getElementById("setup-panel");
    if (this.hasAttribute("open") && panel.hidden) this.shadowRoot.querySelector("button").click();
    this.#begin();
  }

  disconnectedCallback() {
    this.#follower?.stop();
    this.#follower = null;
  }

  // Another token, as before the last one ends, or after.
  attributeChangedCallback(name, old, now) {
    if (this.#follower && old !== now) this.#begin();
  }

  get #server() {
    return this.getAttribute("server")?.replace(/\/+$/, "") || HOME;
  }

  #begin() {
    this.#given = null;
    this.#follower?.stop();
    this.#follower = new Follower({
      ask: (what, signal) => this.#ask(what === "events" ? "/events" : "", { signal }),
      shown: (now, signal) => this.#show(now, signal),
      said: (politely, atOnce) => this.#say(politely, atOnce),
      refused: () => this.#refused(),
    });
    this.#follower.start();
  }

  // What the page was given, or what our own origin gives to a page of its own: once for all that ask.
  #pass() {
    const [setup, token] = [this.getAttribute("setup"), this.getAttribute("token")];
    if (token) return { setup, token };
    if (!this.#given) {
      const given = this.#fetchPass();
      given.catch(() => this.#forget(given));
      this.#given = given;
    }
    return this.#given;
  }

  async #fetchPass() {
    const answer = await fetch(`${this.#server}/setup/dependencies/embed`, { method: "POST" });
    if (!answer.ok) throw new Refused(answer.status);
    return answer.json();
  }

  // Somebody else who asked at the same time may have another one already.
  #forget(given) {
    if (this.#given === given) this.#given = null;
  }

  async #ask(path, options = {}, again = true) {
    const given = this.#pass();
    const { setup, token } = await given;
    const headers = { ...options.headers, authorization: `Bearer ${token}` };
    const url = `${this.#server}/api/v1/setups/${encodeURIComponent(setup)}/dependencies${path}`;
    const answer = await fetch(url, { ...options, headers, credentials: "omit", cache: "no-store" });
    if (answer.status !== 401 || this.hasAttribute("token") || !again) return answer;
    this.#forget(given);
    return this.#ask(path, options, false);
  }

  async #show(now, signal) {
    const isLate = this.#turn();
    const answer = await this.#ask("/widget", { signal });
    if (!answer.ok) throw new Refused(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (isLate()) return;
    for (const link of fresh.querySelectorAll("a[href^='/']")) {
      link.setAttribute("href", this.#server + link.getAttribute("href"));
      link.setAttribute("target", "_blank");
      link.setAttribute("rel", "noopener");
    }
    show(this.shadowRoot, fresh);
    if (now) this.#tell("ib-setup-change", now);
  }

  #say(politely, atOnce) {
    if (politely) this.#status.textContent = politely;
    if (atOnce) this.#alert.textContent = atOnce;
  }

  // Whether the page leaves it to us.
  #tell(name, detail) {
    const init = { bubbles: true, composed: true, cancelable: true, detail };
    return this.dispatchEvent(new CustomEvent(name, init));
  }

  #refused() {
    if (!this.hasAttribute("token")) {
      this.#say("", "The session has ended. Reload the page to log in again; nothing is lost.");
    } else if (this.#tell("ib-setup-token")) {
      this.#say("", "The access of this page has ended. Reload the page; nothing is lost.");
    }
  }

  async #send(form) {
    const wish = form.getAttribute("action").split("/").pop();
    if (wish === "log-in") {
      if (this.#tell("ib-setup-log-in")) open(`${this.#server}/setup`, "_blank", "noopener");
      return;
    }
    const fields = Object.fromEntries(new FormData(form));
    const [path, body] = STEPS[wish](fields);
    const key = [fields.key, wish, fields.item, fields.only].filter(Boolean).join(" ");
    const headers = { "content-type": "application/json", "idempotency-key": key };
    this.#alert.textContent = "";
    try {
      const answer = await this.#ask(`/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
      if (answer.ok) await this.#show();
      else this.#say("", (await answer.json()).detail);
    } catch {
      this.#say("", "The service cannot be reached now. Try again in a moment; nothing is lost.");
    }
  }
}

customElements.define("ib-setup", SetupWidget);
