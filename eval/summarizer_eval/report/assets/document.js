// One document: its source beside all its summaries, claim by claim.

async function documentPage(app, id) {
  const row = await app.store.row(id);
  if (!row) return h("div", { class: "empty" }, h("p", null, t("notFound")), h("p", null, inert(id)));
  const detail = await app.store.detail(row.i);
  const view = { app, row, detail, overlap: app.overlap ?? "", lit: null };
  view.source = prose("div", { class: "text source-text", id: "source-text" }, detail.source);
  view.title = prose("h1", { class: "doc-title" }, row.title || row.id);
  view.places = { title: view.title };
  const cards = summaryCards(view);
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
      h("section", { class: "cards", "aria-label": t("summaries") }, h("p", { class: "note" }, t("claimHint")), cards)));
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
  detail.v.forEach((samples, variant) => samples.forEach((entry) => {
    if (!entry.summary) return;
    const name = `${letter(variant)} ${app.head.variants[variant].name}` + (samples.length > 1 ? ` #${entry.sample + 1}` : "");
    found.push([`${variant}.${entry.sample}`, name, entry.summary]);
  }));
  return found;
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
    document.querySelector(".cards").replaceChildren(h("p", { class: "note" }, t("claimHint")), ...summaryCards(view));
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
    entry?.sent && sentMessages(entry.sent));
}

function summaryNodes(view, summary, claims, reason) {
  if (view.overlap !== "" && view.detail.stored && summary !== view.detail.stored) {
    const { ranges, share } = overlapRanges(summary, view.detail.stored, Number(view.overlap));
    reason.textContent = `${t("overlap")}: ${number(share * 100)}%`;
    return ranged(summary, ranges.map(([start, end]) => [start, end, (nodes) => h("span", { class: "overlap" }, nodes)]));
  }
  const at = codePoints(summary);
  return ranged(summary, claims.map((claim, index) => [at(claim.start), at(claim.end), (nodes) => claimMark(view, claim, index, nodes, reason)]));
}

/** Code points (ours) to UTF-16 units (the browser's). */
function codePoints(text) {
  const places = [];
  let unit = 0;
  for (const char of text) { places.push(unit); unit += char.length; }
  places.push(unit);
  return (point) => places[Math.max(0, Math.min(point, places.length - 1))];
}

/** A text with some ranges wrapped; where ranges overlap, the first keeps its place. */
function ranged(text, ranges) {
  const nodes = [];
  let last = 0;
  for (const [start, end, wrap] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const from = Math.max(start, last);
    if (end <= from) continue;
    if (from > last) nodes.push(...inert(text.slice(last, from)));
    nodes.push(wrap(inert(text.slice(from, end))));
    last = end;
  }
  nodes.push(...inert(text.slice(last)));
  return nodes;
}

function claimMark(view, claim, index, nodes, reason) {
  const verdict = GLYPH[claim.verdict] ? claim.verdict : "unchecked";
  const mark = h("span", {
    class: `claim ${verdict}`, tabindex: 0, role: "button", "aria-pressed": "false", "data-claim": index,
    onmouseenter: () => light(view, claim, reason, mark),
    onfocus: () => light(view, claim, reason, mark),
    onclick: () => light(view, claim, reason, mark, true),
    onkeydown: (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      light(view, claim, reason, mark, true);
    },
  }, h("span", { class: "glyph", "aria-hidden": "true" }, GLYPH[verdict]), nodes, h("span", { class: "unseen" }, ` (${t(verdict)})`));
  return mark;
}

/** Light up the evidence of a claim in the source and say why the verdict is so. */
function light(view, claim, reason, mark, jump) {
  document.querySelectorAll('.claim[aria-pressed="true"]').forEach((other) => other.setAttribute("aria-pressed", "false"));
  document.querySelectorAll(".cards .reason").forEach((other) => other !== reason && other.replaceChildren());
  mark.setAttribute("aria-pressed", "true");
  const all = claim.evidence_all?.length ? claim.evidence_all : claim.evidence ? [{ in: "source", ...claim.evidence }] : [];
  const at = codePoints(view.detail.source);
  const ranges = all.filter((item) => item.in === "source").map((item) => [at(item.start), at(item.end), (nodes) => h("mark", { class: `evidence ${claim.verdict}` }, nodes)]);
  view.source.replaceChildren(...ranged(view.detail.source, ranges));
  for (const [place, element] of Object.entries(view.places))
    element.classList.toggle("lit", all.some((item) => item.in === place));
  const elsewhere = [...new Set(all.map((item) => item.in).filter((place) => place !== "source"))];
  reason.replaceChildren(verdictLine(claim, elsewhere, ranges.length));
  const first = view.source.querySelector("mark");
  const box = view.source.parentElement;
  if (!first) return;
  const smooth = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  if (box.scrollHeight > box.clientHeight) {
    const top = first.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop - box.clientHeight / 3;
    box.scrollTo({ top, behavior: smooth });
  } else if (jump) first.scrollIntoView({ block: "center", behavior: smooth });
}

function verdictLine(claim, elsewhere, here) {
  return h("p", null,
    h("b", { class: `verdict ${claim.verdict}` }, `${GLYPH[claim.verdict] || ""} ${t(claim.verdict)}`),
    claim.reason && [" – ", h("span", { dir: "auto", lang: languageOf(claim.reason) }, inert(claim.reason))],
    h("small", null, ` ${plain(claim.kind)} · ${t("confidence")} ${number(claim.confidence, 2)}`,
      claim.checker && ` · ${plain(claim.checker)}`,
      elsewhere.map((place) => ` · ${t("in_" + place)}`), !here && !elsewhere.length && ` · ${t("noEvidence")}`));
}

function values(view, entry) {
  const metrics = new Map(view.app.head.metrics.map((metric) => [metric.name, metric]));
  const cost = [
    entry.status !== "ok" && t("status_" + entry.status), plain(entry.model),
    entry.prompt_tokens !== null && `${number(entry.prompt_tokens)} / ${number(entry.completion_tokens)} ${t("tokens")}`,
    entry.cost_usd !== null && money(entry.cost_usd), entry.latency_s !== null && `${number(entry.latency_s, 2)} s`,
    entry.cached && t("cached"), entry.cut && `${t("cut")} ${number(entry.cut.kept)}/${number(entry.cut.of)}`,
    entry.cleanup.length > 0 && `${t("cleanup")}: ${plain(entry.cleanup.join(", "))}`,
  ].filter(Boolean).join(" · ");
  const scored = Object.entries(entry.values || {}).filter(([name]) => metrics.has(name));
  return h("div", { class: "entry-values" },
    h("dl", null, scored.map(([name, value]) => h("div", null, h("dt", null, plain(name)), h("dd", null, figure(value, metrics.get(name)))))),
    h("p", { class: "note" }, cost));
}

function claimList(view, claims, reason) {
  const counts = VERDICTS.map((verdict) => [verdict, claims.filter((claim) => claim.verdict === verdict).length]);
  return h("details", { class: "claims" },
    h("summary", null, t("allClaims"), " ", counts.filter(([, count]) => count).map(([verdict, count]) => verdictCount(verdict, count))),
    h("ol", null, claims.map((claim) => h("li", null,
      h("b", { class: `verdict ${claim.verdict}` }, `${GLYPH[claim.verdict] || ""} ${t(claim.verdict)}`), " ",
      h("q", { dir: "auto", lang: languageOf(claim.text) }, inert(claim.text)),
      claim.reason && h("small", { dir: "auto" }, " ", inert(claim.reason))))));
}

function sentMessages(messages) {
  return h("details", null, h("summary", null, t("sent")),
    messages.map((message) => h("div", { class: "message" }, h("b", null, plain(message.role)),
      prose("pre", { class: "code", tabindex: 0 }, message.content.filter((part) => part !== 0).join(""),
        message.content.map((part) => part === 0 ? h("em", null, t("sourceHere")) : inert(part))))));
}
