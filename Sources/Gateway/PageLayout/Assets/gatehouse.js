"use strict";
// The search form is submitted 400 ms after the last keystroke; the new page restores the cursor.
const form = document.querySelector("form.search");
if (form) {
  const key = "gatehouse-search";
  const focused = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  if (focused) {
    const field = form.elements[focused];
    if (field) { field.focus(); field.setSelectionRange(field.value.length, field.value.length); }
  }
  let timer;
  form.addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      sessionStorage.setItem(key, event.target.name);
      form.requestSubmit();
    }, 400);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
}
// A page from the browser's history is loaded again, because the user may have signed out since.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
