// What makes the pages handier. Without it everything works by links and forms.
"use strict";

document.documentElement.classList.add("scripted");

// Copy a text, and say that it was copied.
for (const button of document.querySelectorAll("[data-copy]")) {
  const status = document.querySelector("[data-copy-status]");
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const from = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(from.innerText.trim());
      button.textContent = button.dataset.copied;
      if (status) status.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = label; }, 3000);
    } catch {
      getSelection().selectAllChildren(from);
    }
  });
}

// Refresh the state of what runs in the background, while the page is looked at.
const states = (part) =>
  [...part.querySelectorAll("[data-state]")].map((one) => one.dataset.state).join();

function typedIn() {
  return [...document.querySelectorAll("input[type=text], input[type=search]")]
    .some((field) => field.value !== field.defaultValue);
}

async function refresh(part) {
  const answer = await fetch(part.dataset.poll, { credentials: "same-origin" });
  if (!answer.ok) return false;
  const before = states(part);
  const text = await answer.text();
  const now = new DOMParser().parseFromString(text, "text/html");
  if (part.contains(document.activeElement) && states(now) === before) return true;
  // What is no longer pending is on another part of the page, and so are its buttons.
  const gone = now.querySelectorAll("[data-state]").length
    < part.querySelectorAll("[data-state]").length;
  if (gone || (part.dataset.until && states(now) !== part.dataset.until)) {
    // Not by reloading: this page may be the answer to a form, which would be sent again.
    // And not while somebody types.
    if (typedIn()) return true;
    location.replace(part.dataset.page);
    return false;
  }
  part.replaceChildren(...now.body.childNodes);
  if (states(part) !== before) {
    const status = document.querySelector("[data-announce]");
    if (status) status.textContent = status.dataset.ready;
  }
  return true;
}

for (const part of document.querySelectorAll("[data-poll]")) {
  let wait = 1500;
  const again = async () => {
    const runs = /analysing|scheduled/.test(states(part));
    if (!runs) return;
    let goes = true;
    if (!document.hidden) {
      try { goes = await refresh(part); } catch { goes = true; }
    }
    wait = Math.min(wait * 1.2, 15000);
    if (goes) setTimeout(again, wait);
  };
  setTimeout(again, wait);
}

// Lead from row to row of a list by the arrow keys, while one of its links has focus.
for (const table of document.querySelectorAll("[data-rows]")) {
  table.addEventListener("keydown", (event) => {
    const links = [...table.querySelectorAll("[data-row]")];
    const place = links.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (place < 0 || !step) return;
    const next = links[place + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });
}

// Decide by single keys; off until the person asks for it.
const asked = document.querySelector("[data-shortcuts]");
if (asked) {
  try { asked.checked = localStorage.getItem("shortcuts") === "on"; } catch { /* none */ }
  asked.addEventListener("change", () => {
    try { localStorage.setItem("shortcuts", asked.checked ? "on" : "off"); } catch { /* none */ }
  });
  document.addEventListener("keydown", (event) => {
    const inField = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)
      && event.target !== asked;
    if (!asked.checked || inField || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    const target = key === "j"
      ? document.querySelector("a[rel=next]")
      : document.querySelector(`[data-decide] [data-key="${CSS.escape(key)}"]`);
    if (target) {
      event.preventDefault();
      target.click();
    }
  });
}

// What was wrong, or what was done, is where the reader goes on.
document.querySelector("[data-focus]")?.focus();
