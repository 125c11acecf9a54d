// The total of a decision while it is made. Without it, a button has the server add up.
"use strict";
for (const form of document.querySelectorAll("form[data-total]")) {
  const shown = form.querySelector("[data-sum]");
  if (!shown) continue;
  const { decimals, language, currency } = shown.dataset;
  const scale = 10 ** Number(decimals);
  const lines = [...form.querySelectorAll("select[data-amount]")];
  const add = () => {
    // In whole minor units: halves of a cent do not exist here.
    const minor = lines.filter((line) => !line.value).reduce((sum, line) => sum + Math.round(Number(line.dataset.amount) * scale), 0);
    const format = { style: "currency", currency, currencyDisplay: "code", minimumFractionDigits: Number(decimals), maximumFractionDigits: Number(decimals) };
    const parts = new Intl.NumberFormat(language, format).formatToParts(minor / scale);
    const digits = parts.filter((part) => part.type !== "currency" && part.type !== "literal").map((part) => part.value).join("");
    shown.textContent = "";
    const isolated = document.createElement("bdi");
    isolated.textContent = `${digits}\u00a0${currency}`;
    shown.append(isolated);
  };
  form.addEventListener("change", add);
  form.querySelector("[data-without-total]")?.setAttribute("hidden", "");
}
