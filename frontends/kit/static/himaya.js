// What makes the pages smoother. Every page works without it.
"use strict";
(() => {
  document.documentElement.classList.add("has-script");
  const token = () => document.querySelector("meta[name=form-token]")?.content ?? "";

  // A form that was sent is not sent again by a second click; the key in it would do it once anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) return event.preventDefault();
    if (form.method.toLowerCase() !== "post") return;
    form.dataset.sent = "1";
    const button = event.submitter;
    if (button?.dataset.sending) {
      button.setAttribute("aria-disabled", "true");
      button.textContent = button.dataset.sending;
    }
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // back from another page: what is shown may have changed
  });

  // The summary of errors is where one reads on.
  document.querySelector("[data-focus]")?.focus();

  // Two minutes before a session ends its owner hears of it, once: also who opens a page later than that.
  const ends = Number(document.documentElement.dataset.sessionEnds || 0) * 1000;
  const dialog = document.getElementById("session-ends");
  if (ends && dialog) {
    const warn = () => {
      if (sessionStorage.getItem("warned-of") === String(ends)) return;
      sessionStorage.setItem("warned-of", String(ends));
      dialog.showModal();
    };
    const left = ends - Date.now();
    if (left > 0 && left < 2 ** 31) setTimeout(warn, Math.max(0, left - 120_000));
    dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
  }

  // A receipt to take along.
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  // Questions that only some answers lead to.
  const conditional = () => {
    for (const part of document.querySelectorAll("[data-shown-if]")) {
      const [name, wanted] = part.dataset.shownIf.split("=");
      const inputs = [...document.getElementsByName(name)];
      const values = inputs.filter((each) => (each.type !== "radio" && each.type !== "checkbox") || each.checked).map((each) => each.value);
      part.hidden = !values.some((value) => wanted.split("|").includes(value));
    }
  };
  document.addEventListener("change", conditional);
  conditional();

  // Each file is sent by itself as soon as it is chosen, and has a state of its own.
  for (const input of document.querySelectorAll("input[type=file][data-upload]")) {
    const list = document.getElementById(input.dataset.list);
    const words = input.dataset;
    const send = (file) => {
      const row = document.createElement("li");
      const name = document.createElement("bdi");
      const state = document.createElement("span");
      const bar = document.createElement("progress");
      name.textContent = file.name;
      state.className = "state wait";
      state.setAttribute("role", "status");
      state.textContent = words.sending;
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      row.append(name, state, bar);
      list.append(row);
      const request = new XMLHttpRequest();
      request.open("POST", words.upload);
      request.setRequestHeader("X-Form-Token", token());
      request.setRequestHeader("Accept", "application/json");
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) bar.value = event.loaded / event.total;
        if (event.loaded === event.total) state.textContent = words.checking;
      };
      request.onload = () => {
        bar.remove();
        let said = {};
        try { said = JSON.parse(request.responseText); } catch { /* a page, not an answer */ }
        if (request.status === 200 && said.row) {
          row.outerHTML = said.row;
        } else {
          state.className = "state bad";
          state.textContent = said.detail || words.failed;
        }
      };
      request.onerror = () => {
        bar.remove();
        state.className = "state bad";
        state.textContent = words.failed;
      };
      const form = new FormData();
      form.append(words.field || input.name, file);
      for (const [key, value] of Object.entries(JSON.parse(words.more || "{}"))) form.append(key, value);
      request.send(form);
    };
    input.addEventListener("change", () => {
      [...input.files].forEach(send);
      input.value = "";
    });
    const drop = input.closest(".drop");
    drop?.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
    drop?.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop?.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      [...event.dataTransfer.files].forEach(send);
    });
    input.form?.querySelector("[data-without-script]")?.setAttribute("hidden", "");
  }
})();

// What stands behind the # of a link never leaves the browser by itself: it is put where its owner sends it.
{
  const given = new URLSearchParams(location.hash.slice(1));
  for (const input of document.querySelectorAll("[data-from-fragment]")) {
    const value = given.get(input.dataset.fromFragment);
    if (value && !input.value) {
      input.value = value;
      input.closest(".field")?.setAttribute("hidden", "");
      history.replaceState(null, "", location.pathname + location.search);
    }
  }
}
