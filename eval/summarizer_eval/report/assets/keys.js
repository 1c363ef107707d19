// Keys: what they do, in a dialog of their own, and a way to turn single ones off (WCAG 2.1.4:
// who dictates or has a tremor presses letters without meaning to).

const KEYS = [
  ["?", "keysHelp"], ["/", "search"], ["↑ ↓ · j k", "keysRows"], ["Enter", "keysOpen"], ["[ ]", "keysNeighbours"],
  ["n p", "keysDoubts"], ["1 ← · 2 → · 0 ↓", "keysChoose"], ["s u", "keysSkip"],
];

const singleKeys = () => memory.read("summarizer-keys").off !== true;

function keysButton() {
  return h("button", { type: "button", class: "keys", "aria-label": t("keys"), title: t("keys"), "aria-haspopup": "dialog", onclick: showKeys }, "?");
}

function showKeys() {
  const box = h("input", { type: "checkbox", checked: singleKeys(), onchange: () => memory.write("summarizer-keys", { off: !box.checked }) });
  const dialog = h("dialog", { "aria-labelledby": "keys-title", onclose: () => dialog.remove() },
    h("h2", { id: "keys-title" }, t("keys")),
    h("dl", null, KEYS.map(([key, name]) => [h("dt", null, h("kbd", null, key)), h("dd", null, t(name))])),
    h("label", { class: "check" }, box, t("keysOn")),
    h("form", { method: "dialog" }, h("button", null, t("close"))));
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || ["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key.length === 1 && !singleKeys()) return;
  if (app.keys) app.keys(event);
  if (event.key === "?") showKeys();
  if (event.key === "/" && document.getElementById("search")) { event.preventDefault(); document.getElementById("search").focus(); }
  if (event.key === "[") document.querySelector('a[rel="prev"]')?.click();
  if (event.key === "]") document.querySelector('a[rel="next"]')?.click();
});
