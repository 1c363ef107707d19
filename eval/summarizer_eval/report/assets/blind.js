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
  const [a, b] = app.blindPair;
  const key = `summarizer-labels:${head.created_at}:${a}:${b}`;
  app.labels[key] ??= memory.read(key);
  const labels = app.labels[key];
  const random = shuffler(head.documents * 31 + a * 7 + b);
  const order = Array.from({ length: head.documents }, (_, index) => [random(), index + 1, random() < 0.5]).sort((x, y) => x[0] - y[0]);
  const stage = h("div", { class: "stage" });
  const count = h("p", { class: "count", role: "status" });
  const done = [];
  let current = null;

  const advance = async () => {
    current = null;
    for (const [, position, flipped] of order) {
      if (labels[position]) continue;
      const detail = await app.store.detail(position);
      const [first, second] = [a, b].map((variant) => detail.v[variant].find((entry) => entry.summary)?.summary);
      if (!first || !second || first === second) continue;
      current = { position, flipped, detail, sides: flipped ? [second, first] : [first, second] };
      break;
    }
    draw();
  };
  const draw = () => {
    const made = Object.values(labels).filter((label) => label.choice !== "skip").length;
    count.textContent = `${number(made)} ${t("labelled")}`;
    if (!current) return stage.replaceChildren(h("p", { class: "empty" }, t("blindDone")));
    stage.replaceChildren(
      h("details", { class: "card" }, h("summary", null, t("source")), prose("div", { class: "text" }, current.detail.source)),
      h("div", { class: "sides" }, current.sides.map((text, side) => h("section", { class: "card", "aria-label": t(side ? "right" : "left") },
        prose("div", { class: "text" }, text)))),
      h("div", { class: "choices" }, [["left", "1 ←"], ["tie", "0 ↓"], ["right", "2 →"]].map(([name, keys]) =>
        h("button", { type: "button", "data-choice": name, onclick: () => choose(name) }, t(name), h("kbd", null, keys)))),
      h("div", { class: "choices small" },
        h("button", { type: "button", onclick: () => choose("skip") }, t("skipPair"), h("kbd", null, "s")),
        h("button", { type: "button", onclick: undo, disabled: !done.length }, t("undo"), h("kbd", null, "u"))));
  };
  const choose = async (chosen) => {
    if (!current) return;
    const { position, flipped } = current;
    const side = { left: flipped ? "b" : "a", right: flipped ? "a" : "b" }[chosen];
    labels[position] = { choice: side || chosen, left: flipped ? "b" : "a", at: new Date().toISOString() };
    done.push(position);
    memory.write(key, labels);
    await advance();
  };
  const undo = async () => {
    const position = done.pop();
    if (position === undefined) return;
    delete labels[position];
    memory.write(key, labels);
    await advance();
  };
  app.keys = (event) => {
    const action = { 1: "left", ArrowLeft: "left", 2: "right", ArrowRight: "right", 0: "tie", ArrowDown: "tie", s: "skip" }[event.key];
    if (action) { event.preventDefault(); choose(action); }
    if (event.key === "u") undo();
  };
  const page = h("div", { class: "blind" }, h("h1", null, t("blind")), h("p", { class: "note" }, t("blindNote")),
    h("div", { class: "row" },
      head.variants.length > 2 && choice(t("variants"), pairs(head).filter(([value]) => value[0] < value[2]), app.blindPair.join("-"), (value) => { app.blindPair = value.split("-").map(Number); app.show(); }),
      count, h("button", { type: "button", class: "primary", id: "download", onclick: () => download(app, labels, a, b) }, t("download"))),
    stage);
  page.ready = advance();
  return page;
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
