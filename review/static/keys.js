// Deciding by keyboard. Every key presses a button that is on the page and works without it.
(() => {
  "use strict";
  const all = () => [...document.querySelectorAll("[data-item]")];
  const current = () => document.activeElement?.closest("[data-item]");

  const go = (item) => {
    if (!item) return;
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const items = all();
    const here = items.indexOf(current());
    go(items[here < 0 ? (by > 0 ? 0 : items.length - 1) : here + by]);
  };
  const press = (key) => {
    const item = current() ?? all()[0];
    const target = item?.querySelector(`[data-key="${key}"]`);
    if (target instanceof HTMLDetailsElement) {
      go(item);
      item.querySelectorAll("details[data-key]").forEach((d) => { d.open = d === target; });
      target.querySelector("ol button")?.focus();
    } else target?.click();
  };
  const choose = (n) => {
    current()?.querySelectorAll("details[data-key][open] ol button")[n - 1]?.click();
  };
  const close = () => {
    const item = current();
    item?.querySelectorAll("details[open]").forEach((d) => { d.open = false; });
    go(item);
  };
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    a: () => press("a"),
    r: () => press("r"),
    m: () => press("m"),
    u: () => document.querySelector('[data-key="u"]')?.click(),
    "/": () => document.getElementById("q")?.focus(),
    Escape: close,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target;
    const typing = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement;
    if (typing) {
      if (event.key === "Escape") close();
      return;
    }
    if (event.key === "Enter" && at instanceof HTMLElement && "item" in at.dataset) {
      event.preventDefault();
      return press("Enter");
    }
    if (/^[1-9]$/.test(event.key)) return choose(Number(event.key));
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  // One ruling a press: a second one of the same page would be entered twice.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });

  // A page that comes back whole, with the way back, is that of before the ruling.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  const items = all();
  const named = document.getElementById(location.hash.slice(1))?.closest("[data-item]");
  if (location.hash.startsWith("#item-")) go(named ?? items[items.length - 1]);
  else if (named) go(named);
})();
