"use strict";
// Every page works without this script. It adds conveniences.

// Menus close on Escape, on a click elsewhere, and when another one opens.
const menus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    const hadFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hadFocus) menu.querySelector("summary").focus();
  }
});

// A search shows its results while the user types: the results are replaced, and neither the page nor the history changes.
const form = document.querySelector("form.search[role=search]");
if (form) {
  const submit = form.querySelector("button[type=submit]");
  let timer, running;
  const search = async () => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    const url = form.getAttribute("action") + (query.size ? "?" + query : "");
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(url, { signal: running.signal, headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return location.assign(url);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of ["results", "filters"]) {
        const [old, next] = [document.getElementById(id), page.getElementById(id)];
        if (old && next) old.replaceWith(next);
      }
      for (const name of [".tools .export .items", ".exported"]) {
        const [old, next] = [document, page].map((root) => root.querySelector(name));
        if (old && next) old.replaceWith(next);
      }
      history.replaceState(null, "", url);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(url);
    }
  };
  const later = (delay) => { clearTimeout(timer); timer = setTimeout(search, delay); };
  form.addEventListener("input", (event) => event.target.name && later(event.target.tagName === "SELECT" ? 0 : 250));
  form.addEventListener("change", (event) => event.target.name && later(0));
  form.addEventListener("submit", (event) => { event.preventDefault(); later(0); });
  if (submit) submit.classList.add("hidden");
}

// A chart shows the figure under the pointer.
const drawing = (name, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  return element;
};
for (const chart of document.querySelectorAll("svg.chart")) {
  const { width, height } = chart.viewBox.baseVal;
  const tip = drawing("g", { class: "tip", "pointer-events": "none", visibility: "hidden" });
  const line = drawing("path", { class: "cursor" });
  const box = drawing("rect", { y: 32, height: 26, rx: 8 });
  const text = drawing("text", { y: 49 });
  tip.append(line, box, text);
  chart.append(tip);
  const hits = [...chart.querySelectorAll("rect.hit")];
  const show = (hit) => {
    tip.setAttribute("visibility", hit ? "visible" : "hidden");
    if (!hit) return;
    const at = Number(hit.getAttribute("x")) + Number(hit.getAttribute("width")) / 2;
    text.textContent = hit.textContent;
    const size = text.getComputedTextLength() + 20;
    const left = Math.min(Math.max(at + 8, 0), width - size);
    line.setAttribute("d", `M${at} 28V${height - 28}`);
    box.setAttribute("x", left);
    box.setAttribute("width", size);
    text.setAttribute("x", left + 10);
  };
  chart.addEventListener("pointermove", (event) => show(event.target.closest("rect.hit")));
  chart.addEventListener("pointerleave", () => show(null));
  if (!hits.length) continue;
  // The arrow keys move along the figures.
  let current = hits.length;
  chart.tabIndex = 0;
  chart.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    current = Math.min(Math.max(current + step, 0), hits.length - 1);
    show(hits[current]);
  });
  chart.addEventListener("blur", () => show(null));
}

// A button copies the text of the field, or of the list, that it names.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  event.preventDefault();
  const source = document.getElementById(button.dataset.copy);
  const text = source.value ?? [...source.querySelectorAll("dt")].map(
    (term) => `${term.innerText.trim()}: ${term.nextElementSibling.innerText.trim()}`).join("\n");
  const title = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    source.select?.();
    button.textContent = "Press Ctrl+C";
  }
  setTimeout(() => { button.textContent = title; }, 2000);
});
for (const section of document.querySelectorAll("section[data-copy]")) {
  const list = section.querySelector("dl");
  list.id ||= "copied-list";
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "slim", textContent: section.dataset.copy });
  button.dataset.copy = list.id;
  section.querySelector("header").append(button);
}

// A question is shown above the page that asks it. One that can't be loaded is a page of its own, as without script.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-question]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  let page;
  try {
    const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch { /* The browser shows the fault. */ }
  if (!page?.querySelector(".confirmation")) return location.assign(link.href);
  const dialog = document.createElement("dialog");
  dialog.append(...page.querySelectorAll("main > :not(.head)"));
  dialog.setAttribute("aria-label", dialog.querySelector("h1").textContent);
  dialog.addEventListener("click", (event) => {
    if (!event.target.closest(".confirmation .buttons a")) return;
    event.preventDefault();
    dialog.close();
  });
  const menu = link.closest("details.menu");
  if (menu) menu.open = false;
  dialog.addEventListener("close", () => {
    dialog.remove();
    (menu?.querySelector("summary") ?? link).focus();
  });
  document.querySelector("main").append(dialog);
  dialog.showModal();
});

// After an action the focus returns to its row.
const row = document.getElementById(location.hash.slice(1))?.closest("tr");
if (row) (row.querySelector("summary, a, button") ?? row).focus({ preventScroll: false });

// A notice can be dismissed without loading the page again.
document.addEventListener("click", (event) => {
  const close = event.target.closest(".notice a.dismiss");
  if (!close) return;
  event.preventDefault();
  history.replaceState(null, "", close.href);
  close.closest(".notice").remove();
});

// The browser's time zone is offered to a user who has chosen none.
const zone = document.querySelector("[data-zone]");
if (zone) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const hint = document.getElementById("zone-hint");
  if (own && hint) hint.textContent = `Your browser says ${own}. It’s ${new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })} there now.`;
  if (own && zone.dataset.zone === "" && (zone.tagName !== "SELECT" || [...zone.options].some((o) => o.value === own))) zone.value = own;
}

// A narrow screen shows the current tab.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

// A page from the browser's history is loaded again, because the user may have signed out since.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
