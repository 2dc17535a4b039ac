"use strict";
// Searches while one types, and puts the cursor back where it was.
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
// A page that the browser kept from before one signed out is asked for anew.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
