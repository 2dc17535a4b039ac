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
      history.replaceState(null, "", url);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(url);
    }
  };
  const later = (delay) => { clearTimeout(timer); timer = setTimeout(search, delay); };
  form.addEventListener("input", (event) => later(event.target.tagName === "SELECT" ? 0 : 250));
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
  chart.addEventListener("pointermove", (event) => {
    const hit = event.target.closest("rect.hit");
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
  });
  chart.addEventListener("pointerleave", () => tip.setAttribute("visibility", "hidden"));
}

// A page from the browser's history is loaded again, because the user may have signed out since.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
