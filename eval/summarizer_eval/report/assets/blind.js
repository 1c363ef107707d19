// Choosing between two summaries without knowing whose they are.

/** A small generator with a seed (mulberry32): the same pairs come in the same order again. */
function shuffler(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What keeps the choices over a reload, where the browser lets a file keep anything. */
const memory = {
  read(key) {
    try { return JSON.parse(localStorage.getItem(key)) || {}; } catch { return {}; }
  },
  write(key, value) {
    try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* kept in the page alone */ }
  },
};

async function blindPage(app) {
  const { head } = app;
  if (head.variants.length < 2) return h("div", { class: "empty" }, h("h1", null, t("blind")), h("p", null, t("blindNeedsTwo")));
  const task = new BlindTask(app);
  const page = h("div", { class: "blind" }, h("h1", null, t("blind")), h("p", { class: "note" }, t("blindNote")),
    h("div", { class: "row" },
      head.variants.length > 2 && choice(t("variants"), pairs(head).filter(([value]) => Number(value.split("-")[0]) < Number(value.split("-")[1])).map(([value, text]) => [value, text.replace("\u2212", "/")]),
        app.blindPair.join("-"), (value) => { app.blindPair = value.split("-").map(Number); app.show(); }),
      h("div", { class: "progress" }, task.bar, task.count),
      h("button", { type: "button", class: "primary", id: "download", onclick: () => download(app, task.labels, ...app.blindPair) }, t("download"))),
    task.stage);
  app.keys = (event) => task.key(event);
  page.ready = task.advance();
  return page;
}

/** One pair of variants: which documents are left, in what order, and what was chosen. */
class BlindTask {
  constructor(app) {
    const { head } = app;
    const [a, b] = app.blindPair;
    Object.assign(this, { app, a, b, done: [], current: null });
    // The same summaries keep their labels, also in a report that was written anew.
    this.name = `summarizer-labels:${head.variants[a].digest}:${head.variants[b].digest}`;
    this.labels = app.labels[this.name] ??= memory.read(this.name);
    const random = shuffler(head.documents * 31 + a * 7 + b);
    this.order = Array.from({ length: head.documents }, (_, index) => [random(), index + 1, random() < 0.5]).sort((x, y) => x[0] - y[0]);
    this.total = head.pairs[`${a}-${b}`] || 0;
    this.stage = h("div", { class: "stage" });
    this.count = h("p", { class: "count", role: "status" });
    this.bar = h("progress", { max: Math.max(1, this.total), "aria-label": t("labelled") });
  }

  async advance() {
    this.current = null;
    for (const [, position, flipped] of this.order) {
      if (this.labels[position]) continue;
      const detail = await this.app.store.detail(position);
      const [first, second] = [this.a, this.b].map((variant) => detail.v[variant].find((entry) => entry.summary)?.summary);
      if (!first || !second || first === second) continue;
      this.current = { position, flipped, detail, sides: flipped ? [second, first] : [first, second] };
      break;
    }
    this.draw();
  }

  draw() {
    const all = Object.values(this.labels);
    const skipped = all.filter((label) => label.choice === "skip").length;
    this.count.textContent = `${number(all.length - skipped)} ${t("of")} ${number(this.total)} ${t("pairsN")} ${t("labelled")}` + (skipped ? ` · ${number(skipped)} ${t("skipped")}` : "");
    this.bar.value = all.length;
    const held = document.activeElement?.dataset?.choice;
    this.stage.replaceChildren(...(this.current ? this.pair() : this.finished(skipped)));
    if (held) (this.stage.querySelector(`[data-choice="${held}"]:not(:disabled)`) || this.stage.querySelector("button"))?.focus();
  }

  pair() {
    const { detail, sides } = this.current;
    const button = (name, text, keys, action, off) => h("button", { type: "button", "data-choice": name, onclick: action, disabled: off }, text, h("kbd", null, keys));
    return [
      h("div", { class: "sides" },
        h("section", { class: "card", "aria-label": t("source") }, h("h2", null, t("source")), prose("div", { class: "text held", tabindex: 0 }, detail.source, inert(unwrapped(detail.source)))),
        sides.map((text, side) => h("section", { class: "card", "aria-label": t(side ? "rightSide" : "leftSide") },
          h("h2", null, t(side ? "rightSide" : "leftSide")), prose("div", { class: "text" }, text)))),
      h("div", { class: "choices" }, [["left", "1 ←"], ["tie", "0 ↓"], ["right", "2 →"]].map(([name, keys]) => button(name, t(name), keys, () => this.choose(name)))),
      h("div", { class: "choices small" },
        button("skip", t("skipPair"), "s", () => this.choose("skip")),
        button("undo", t("undo"), "u", () => this.undo(), !this.done.length)),
    ];
  }

  finished(skipped) {
    return [h("p", { class: "empty" }, t(this.total ? "blindDone" : "blindNone")),
      skipped > 0 && h("div", { class: "choices" }, h("button", { type: "button", onclick: () => this.bringBack() }, t("bringBack")))].filter(Boolean);
  }

  keep() {
    memory.write(this.name, this.labels);
    return this.advance();
  }

  async choose(chosen) {
    if (!this.current) return;
    const { position, flipped } = this.current;
    this.current = null; // a second key before the next pair stands is for no pair
    const side = { left: flipped ? "b" : "a", right: flipped ? "a" : "b" }[chosen];
    this.labels[position] = { choice: side || chosen, left: flipped ? "b" : "a", at: new Date().toISOString() };
    this.done.push(position);
    await this.keep();
  }

  async undo() {
    const position = this.done.pop();
    if (position === undefined) return;
    delete this.labels[position];
    await this.keep();
  }

  async bringBack() {
    for (const [position, label] of Object.entries(this.labels)) if (label.choice === "skip") delete this.labels[position];
    await this.keep();
  }

  key(event) {
    const action = { 1: "left", ArrowLeft: "left", 2: "right", ArrowRight: "right", 0: "tie", ArrowDown: "tie", s: "skip" }[event.key];
    const reading = event.target.classList?.contains("held") && event.key.startsWith("Arrow"); // scrolls the source
    if (action && !reading) { event.preventDefault(); this.choose(action); }
    if (event.key === "u") this.undo();
  }
}

/** The labels as `summarizer label` writes them, one JSON object a line. */
async function download(app, labels, a, b) {
  const { variants } = app.head;
  const lines = [];
  for (const [position, label] of Object.entries(labels)) {
    if (label.choice === "skip") continue;
    const detail = await app.store.detail(Number(position));
    lines.push(JSON.stringify(labelLine(detail.id, variants[a].name, variants[b].name, label)) + "\n");
  }
  const address = URL.createObjectURL(new Blob(lines, { type: "application/x-ndjson" }));
  h("a", { href: address, download: "labels.jsonl" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

const labelLine = (id, a, b, label) => ({ schema: 1, document: id, a, b, choice: label.choice, left: label.left, at: label.at });
