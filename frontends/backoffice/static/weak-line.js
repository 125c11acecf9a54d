// A counter on a weak line. What is sent goes only once the line reaches the office; until then it is kept in this
// window, is sent by itself when the line is back, and never twice: its key stays the same.
"use strict";
(() => {
  const line = document.getElementById("weak-line");
  if (!line) return;
  const KEPT = "kept-form", TRIES_EVERY_MS = 10_000, PATIENCE_MS = 5_000;
  const { visit, reach } = line.dataset;
  const said = line.querySelector("[data-said]"), now = line.querySelector("button");
  let waiting = null, timer = 0;

  const read = () => {
    try { return JSON.parse(sessionStorage.getItem(KEPT)); } catch { return null; }
  };
  const forget = () => sessionStorage.removeItem(KEPT);
  const typed = (form, submitter) =>
    [...new FormData(form, submitter)].filter(([, value]) => typeof value === "string");
  // Papers are sent one by one, with a state of their own; a password is never kept.
  const isKept = (form) =>
    form.method.toLowerCase() === "post" && form.closest("main") && form.elements.form_key &&
    !form.querySelector("input[type=file], input[type=password]");

  const reaches = async () => {
    if (!navigator.onLine) return false;
    try {
      const asked = { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) };
      return (await fetch(reach, asked)).ok;
    } catch {
      return false;
    }
  };
  const say = (what) => {
    said.textContent = line.dataset[what];
    line.hidden = false;
  };
  const go = (form, submitter) => {
    clearInterval(timer);
    waiting = null;
    line.hidden = true;
    form.dataset.reached = "1";
    form.requestSubmit(submitter ?? undefined);
  };
  const attempt = async () => {
    const asked = waiting;
    if (asked && (await reaches()) && waiting === asked) go(...asked);
  };

  addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (form.dataset.reached || !isKept(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (waiting) return;
    sessionStorage.setItem(KEPT, JSON.stringify({
      visit, page: location.pathname, action: new URL(form.action).pathname, fields: typed(form, submitter),
    }));
    waiting = [form, submitter];
    attempt().then(() => {
      if (!waiting) return;
      say("waits");
      timer = setInterval(attempt, TRIES_EVERY_MS);
    });
  }, true);
  addEventListener("online", attempt);
  now.addEventListener("click", attempt);

  // Back on a page whose form went on its way and was not taken: the key in it is still the one that was kept.
  const kept = read();
  if (!kept) return;
  if (kept.visit !== visit || document.getElementById("errors")) return forget();
  if (kept.page !== location.pathname) return;
  const fields = new Map(kept.fields);
  // Forms of one page may share a key: what stands hidden in them tells them apart.
  const isIt = (form) => form.elements.form_key?.value === fields.get("form_key") &&
    [...form.querySelectorAll("[type=hidden]")].every(
      ({ name, value }) => name === "form_token" || fields.get(name) === value);
  const form = [...document.querySelectorAll("main form[method=post]")].find(isIt);
  if (!form) return forget();
  for (const input of form.querySelectorAll("[type=checkbox], [type=radio]")) input.checked = false;
  for (const [name, value] of kept.fields) {
    if (name.startsWith("form_")) continue;
    for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (input.type === "checkbox" || input.type === "radio") input.checked ||= input.value === value;
      else if (input.tagName !== "BUTTON") input.value = value;
    }
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
  waiting = [form, [...form.querySelectorAll("button")].find((each) => each.name && fields.get(each.name) === each.value) ?? null];
  say("kept");
})();
