// What scripts add to a page that is complete without them: a copy button, charts, open details in print.
import { drawCharts } from "./charts";
import type { Data } from "./data";

function addCopyButton(): void {
  const button = document.getElementById("copy") as HTMLButtonElement | null;
  const command = document.getElementById("reproduce");
  if (!button || !command) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(command.textContent ?? "");
      button.textContent = "Copied";
    } catch {
      // Pages from file:// may lack the clipboard: select the text for the reader instead.
      getSelection()?.selectAllChildren(command);
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
}

/** Printed pages show the evidence of every property, and the witnesses' operations as they were left. */
function openDetailsInPrint(): void {
  let opened: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll<HTMLDetailsElement>("details.evidence:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
}

/** A link to folded evidence unfolds it. */
function openLinkedDetails(): void {
  const open = () => {
    const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener("hashchange", open);
  open();
}

addCopyButton();
openDetailsInPrint();
openLinkedDetails();
const charts = document.getElementById("charts");
const at = document.getElementById("at");
const data = JSON.parse(document.getElementById("data")?.textContent ?? "null") as Data | null;
if (charts && at && data) drawCharts(charts, at, data);
