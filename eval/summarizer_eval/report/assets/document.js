// One document: its source beside all its summaries, claim by claim.

async function documentPage(app, id) {
  const row = await app.store.row(id);
  if (!row) return h("div", { class: "empty" }, h("p", null, t("notFound")), h("p", null, inert(id)));
  const detail = await app.store.detail(row.i);
  const view = { app, row, detail, overlap: app.overlap ?? "", shown: unwrapped(detail.source) };
  view.source = prose("div", { class: "text source-text", id: "source-text" }, view.shown);
  view.title = prose("h1", { class: "doc-title" }, row.title || row.id);
  view.places = { title: view.title };
  app.keys = (event) => {
    if (event.key === "n") stepToDoubt(1);
    if (event.key === "p") stepToDoubt(-1);
  };
  return h("article", { class: "doc" },
    neighbours(app, row),
    view.title,
    aboutDocument(view),
    h("div", { class: "tools-row" }, compareTools(view), overlapTool(view)),
    h("div", { id: "diff", "aria-live": "polite" }),
    h("div", { class: "columns" },
      h("section", { class: "source", "aria-labelledby": "h-source" },
        h("h2", { id: "h-source" }, t("source"), h("small", null, ` ${number(row.chars)} ${t("chars")}`)),
        h("div", { class: "source-box", tabindex: 0, role: "region", "aria-label": t("source") }, view.source)),
      h("section", { class: "cards", "aria-label": t("summaries") }, cardsOf(view))),
    measurements(view));
}

const cardsOf = (view) => [legend(), h("p", { class: "note" }, t("claimHint")), ...summaryCards(view)];

/**
 * A text whose lines were broken at a fixed width (as arXiv breaks its abstracts), in paragraphs.
 * Each line end becomes one space, so that all places stay what they were.
 */
function unwrapped(text) {
  const lines = text.split("\n").map((line) => line.trim().length).filter(Boolean);
  const full = lines.filter((length) => length >= 50 && length <= 100).length;
  if (languageOf(text) !== "en" || lines.length < 4 || full < 0.7 * lines.length) return text;
  return text.replace(/(\S)\n(?=[ \t]*[^\s\-*•#>|\d])/g, "$1 ");
}

function neighbours(app, row) {
  const bar = h("nav", { class: "neighbours", "aria-label": t("documents") },
    h("a", { href: app.listAddress() }, `← ${t("back")}`));
  app.around(row).then(([before, after]) => bar.append(
    before ? h("a", { href: app.address("document", before.id), rel: "prev", title: "[" }, `‹ ${t("previous")}`) : "",
    after ? h("a", { href: app.address("document", after.id), rel: "next", title: "]" }, `${t("next")} ›`) : ""));
  return bar;
}

function aboutDocument(view) {
  const { row, detail } = view;
  const entries = Object.entries(detail.metadata);
  view.places.url = h("span", null, link(row.url));
  view.places.metadata = h("dl", null, entries.map(([key, value]) => [h("dt", null, inert(key)), h("dd", { dir: "auto" }, inert(String(value)))]));
  return h("div", { class: "about" },
    h("p", null, h("code", { dir: "auto" }, inert(row.id)), " ", view.places.url),
    detail.problems.map((problem) => h("p", { class: "problem" }, h("span", { class: "tag warn" }, plain(problem.code)), " ", inert(problem.message))),
    entries.length > 0 && h("details", null, h("summary", null, t("metadata")), view.places.metadata));
}

/** All texts of a document that can be compared: `[key, name, text]`. */
function texts(view) {
  const { detail, app } = view;
  const found = detail.stored ? [["stored", t("storedSummary"), detail.stored]] : [];
  const source = detail.source ? [["source", t("source"), detail.source]] : [];
  detail.v.forEach((samples, variant) => samples.forEach((entry) => {
    if (!entry.summary) return;
    const name = `${letter(variant)} ${app.head.variants[variant].name}` + (samples.length > 1 ? ` #${entry.sample + 1}` : "");
    found.push([`${variant}.${entry.sample}`, name, entry.summary]);
  }));
  return [...found, ...source];
}

function compareTools(view) {
  const all = texts(view);
  if (all.length < 2) return null;
  const state = view.app.compared;
  if (!all.some(([key]) => key === state.first)) state.first = all[0][0];
  if (!all.some(([key]) => key === state.second) || state.second === state.first) state.second = (all.find(([key]) => key !== state.first))[0];
  const options = all.map(([key, name]) => [key, name]);
  const show = () => document.getElementById("diff")?.replaceChildren(...(state.by ? [diffCard(view, all, state)] : []));
  queueMicrotask(() => requestAnimationFrame(show));
  const set = (name) => (value) => { state[name] = value; show(); };
  return [
    choice(t("compare"), [["", t("off")], ["words", t("words")], ["characters", t("characters")]], state.by, set("by"), { id: "diff-by" }),
    choice(" ", options, state.first, set("first"), { "aria-label": t("compare") }),
    choice(t("and"), options, state.second, set("second")),
  ];
}

function diffCard(view, all, state) {
  const [first, second] = [state.first, state.second].map((key) => all.find((entry) => entry[0] === key));
  const runs = difference(first[2], second[2], state.by === "characters");
  const kept = runs.filter(([kind]) => kind === 0).reduce((sum, [, text]) => sum + text.length, 0);
  const share = (2 * kept) / Math.max(1, first[2].length + second[2].length);
  const nodes = runs.map(([kind, text]) => kind === 0 ? inert(text) : h(kind < 0 ? "del" : "ins", null, inert(text)));
  return h("section", { class: "card diff" },
    h("h2", null, h("del", null, plain(first[1])), " → ", h("ins", null, plain(second[1])),
      h("small", null, ` ${number(share * 100)}% ${t("shared")}`)),
    share === 1 ? h("p", null, t("same")) : prose("div", { class: "text" }, second[2], nodes));
}

function overlapTool(view) {
  if (!view.detail.stored) return null;
  const options = [["", t("off")], ...[1, 2, 3, 4].map((n) => [String(n), `${n}-gram`]), ["0", t("lcs")]];
  return choice(t("overlap"), options, view.overlap, (value) => {
    view.overlap = view.app.overlap = value;
    document.querySelector(".cards").replaceChildren(...cardsOf(view));
  }, { id: "overlap" });
}

function summaryCards(view) {
  const { app, detail } = view;
  const cards = [];
  if (detail.stored)
    cards.push(card(view, h("h2", null, t("storedSummary"), h("small", null, ` ${number(Array.from(detail.stored).length)} ${t("chars")}`)), detail.stored, detail.stored_claims, null, "stored"));
  detail.v.forEach((samples, variant) => samples.forEach((entry) => {
    const name = app.head.variants[variant].name;
    const heading = h("h2", null, badge(variant), " ", h("span", { dir: "auto" }, inert(name)),
      samples.length > 1 && h("small", null, ` ${t("sample")} ${entry.sample + 1}`),
      entry.summary && h("small", null, ` ${number(Array.from(entry.summary).length)} ${t("chars")}`));
    cards.push(card(view, heading, entry.summary, entry.claims, entry, hue(variant)));
  }));
  return cards;
}

function card(view, heading, summary, claims, entry, name) {
  const reason = h("div", { class: "reason", role: "status" });
  const body = summary === null || summary === undefined || summary === ""
    ? h("p", { class: "lost" }, t("noSummary"), entry && `: ${t("status_" + entry.status)}`, entry?.error && [" – ", inert(`${entry.error.type}: ${entry.error.message}`)])
    : prose("div", { class: "text" }, summary, summaryNodes(view, summary, claims, reason));
  return h("section", { class: `card ${name}` }, heading, body, reason,
    entry && values(view, entry), claims.length > 0 ? claimList(view, claims, reason) : summary && h("p", { class: "note" }, t("noClaims")),
    entry?.sent && sentMessages(view, entry.sent));
}

/** What one summary took, and its main figures; all of them stand in the table below. */
function values(view, entry) {
  const main = view.app.head.metrics.filter((metric) => metric.main && metric.name !== "scored_share" && entry.values?.[metric.name] !== undefined);
  const cost = [
    entry.status !== "ok" && t("status_" + entry.status), plain(entry.model),
    entry.prompt_tokens !== null && `${number(entry.prompt_tokens)} / ${number(entry.completion_tokens)} ${t("tokens")}`,
    entry.cost_usd !== null && money(entry.cost_usd), entry.latency_s !== null && `${number(entry.latency_s, 2)} s`,
    entry.cached && t("cached"), entry.cut && `${t("cut")} ${number(entry.cut.kept)}/${number(entry.cut.of)}`,
    entry.cleanup.length > 0 && `${t("cleanup")}: ${plain(entry.cleanup.join(", "))}`,
  ].filter(Boolean).join(" · ");
  return h("div", { class: "entry-values" },
    h("dl", null, main.map((metric) => h("div", null, h("dt", null, plain(metric.name)), h("dd", null, figure(entry.values[metric.name], metric))))),
    h("p", { class: "note" }, cost));
}

/** Every metric of every summary, side by side; a missing one says why. */
function measurements(view) {
  const { app, detail } = view;
  const columns = detail.v.flatMap((samples, variant) => samples.map((entry) => [variant, samples.length, entry]));
  const rows = app.head.metrics.filter((metric) => columns.some(([, , entry]) => entry.values?.[metric.name] !== undefined));
  if (!rows.length) return null;
  return h("details", { class: "measurements" }, h("summary", null, t("measurements")),
    h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("measurements") }, h("table", { class: "grid" },
      h("thead", null, h("tr", null, h("th", { scope: "col" }, t("metric")),
        columns.map(([variant, count, entry]) => h("th", { scope: "col", class: "n" }, badge(variant), count > 1 && ` #${entry.sample + 1}`)))),
      h("tbody", null, rows.map((metric) => h("tr", null,
        h("th", { scope: "row" }, metric.name, " ", h("span", { class: "arrow", "aria-hidden": "true" }, ARROW[metric.direction]), h("small", null, ` ${gloss(metric.name)}`)),
        columns.map(([, , entry]) => h("td", { class: "n" }, entry.values?.[metric.name] !== undefined
          ? figure(entry.values[metric.name], metric)
          : h("small", null, plain(entry.unscored?.[metric.name] || "–"))))))))));
}

/** The messages as they went out; the source in its place, told apart from the prompt's own words. */
function sentMessages(view, messages) {
  const source = (part) => (part === 0 ? view.detail.source : part);
  return h("details", null, h("summary", null, t("sent")),
    messages.map((message) => h("div", { class: "message" }, h("b", null, plain(message.role)),
      prose("pre", { class: "code", tabindex: 0 }, message.content.map(source).join(""),
        message.content.map((part) => (part === 0 ? h("span", { class: "sent-source", title: t("sourceHere") }, inert(view.detail.source)) : inert(part)))))));
}
