// Improves the Setup widget and the page of dependencies, which work without it.
const aside = document.querySelector(".setup");
const page = aside.dataset.page;
const [status, alert] = ["status", "alert"].map((id) => document.getElementById(id));
const toggle = document.createElement("button");

// The address of the page, with what is looked for on it and whether the widget is open. After a refused form the address
// in sight is that form's.
function address(open) {
  const asked = new URLSearchParams(location.pathname === page ? location.search : "");
  if (open) asked.set("setup", "open");
  else asked.delete("setup");
  return asked.size === 0 ? page : `${page}?${asked}`;
}

// A reload shows it as it was. After a refused form the address stays.
function remember(open) {
  if (location.pathname === page) history.replaceState(null, "", address(open));
}

function improve() {
  const details = aside.querySelector("details");
  const panel = document.getElementById("setup-panel");
  toggle.append(document.getElementById("setup-label"));
  disclose(aside, toggle, panel, details.open, remember);
  details.replaceWith(toggle, panel);
}

const turn = turns();

// Shows the page as it is now.
async function shown(now, signal) {
  const isLate = turn();
  const open = toggle.getAttribute("aria-expanded") === "true";
  const answer = await fetch(address(open), { headers: { accept: "text/html" }, signal });
  if (!answer.ok) throw new Refused(answer.status);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  // Where somebody else is asked to log in, the session is over.
  if (!fresh.getElementById("setup-panel")) throw new Refused(401);
  if (!isLate()) show(document, fresh);
}

// Environments that are being looked at: how often the page is asked for again meanwhile.
const LOOK = 1500;
setInterval(() => {
  if (!document.hidden && document.querySelector("[data-under-way]")) shown().catch(() => {});
}, LOOK);

improve();
new Follower({
  ask: (what, signal) => fetch(`/setup/dependencies/${what}`, { headers: { accept: "*/*" }, signal }),
  shown,
  said: (politely, atOnce) => {
    if (politely) status.textContent = politely;
    if (atOnce) alert.textContent = atOnce;
  },
  refused: () => {
    alert.textContent = "The session has ended. Reload the page to log in again; nothing is lost.";
  },
}).start();
