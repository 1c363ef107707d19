// The first screen: which variant is better, by how much, and how sure that is.

function overviewPage(app) {
  const { head } = app;
  const facts = h("p", { class: "facts" },
    `${number(head.documents)} ${t("documentsN")} · ${number(head.sources)} ${t("sources")} · ` +
      `${head.variants.length} ${t(head.variants.length === 1 ? "oneVariant" : "variantsN")} · ${plain(head.created_at.slice(0, 16).replace("T", " "))} UTC`);
  return h("div", { class: "overview" },
    h("h1", { class: "unseen" }, t("overview")),
    facts,
    variantsTable(app),
    inShort(app),
    measured(head),
    h("div", { class: "pair" }, distributions(app), quality(app)),
    storedClaims(app),
    reproduce(head),
  );
}

function section(name, note, ...children) {
  const id = `s-${name}`;
  return h("section", { "aria-labelledby": id },
    h("h2", { id }, t(name)), note && h("p", { class: "note" }, note), children);
}

/** The variants; what was measured for none of them is said once and takes no column. */
function variantsTable(app) {
  const { head } = app;
  const board = scoreboard(head);
  const columns = [
    [t("cost"), (v) => v.cost_usd === null ? null : [money(v.cost_usd), v.unpriced > 0 && h("small", null, ` +${number(v.unpriced)} ${t("unpriced")}`)]],
    [t("latency"), (v) => v.latency && `${number(v.latency.p50, 2)} / ${number(v.latency.p95, 2)} s`],
    [t("tokens"), (v) => v.prompt_tokens === null ? null : `${number(v.prompt_tokens)} / ${number(v.completion_tokens)}`],
  ];
  const shown = columns.filter(([, cell]) => head.variants.some((variant) => cell(variant)));
  const absent = columns.filter((column) => !shown.includes(column)).map(([name]) => name);
  const heads = [t("variant"), ...board.map((metric) => [metric.name, " ", h("span", { class: "arrow", "aria-hidden": "true" }, ARROW[metric.direction])]),
    t("summariesMade"), t("failures"), t("length"), ...shown.map(([name]) => name)];
  const rows = head.variants.map((variant, index) => h("tr", null,
    h("th", { scope: "row" }, badge(index), " ", h("span", { dir: "auto" }, inert(variant.name)),
      index === head.baseline && head.variants.length > 1 && h("span", { class: "tag" }, t("baseline")),
      h("small", { class: "made", dir: "auto" }, inert(variant.prompt), " · ", inert(variant.model))),
    board.map((metric) => h("td", { class: "n" }, scoreCell(head, metric, variant, index))),
    h("td", { class: "n" }, number(variant.statuses.ok || 0)),
    h("td", { class: "n" }, failures(app, variant, index)),
    h("td", { class: "n" }, variant.chars === null ? "–" : `${number(variant.chars)} ${t("chars")}`),
    shown.map(([, cell]) => h("td", { class: "n" }, cell(variant) ?? h("small", null, t("notMeasured"))))));
  const table = h("table", { class: "grid" },
    h("thead", null, h("tr", null, heads.map((name, index) => h("th", { scope: "col", class: index ? "n" : null }, name)))),
    h("tbody", null, rows));
  return section("variants", null,
    h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("variants") }, table),
    h("p", { class: "note" }, [table.querySelector(".best") && t("bestNote"), absent.length > 0 && `${t("unmeasured")}: ${absent.join(", ")}.`].filter(Boolean).join(" ")));
}

/** The metrics that a comparison is about, else the first ones. */
function scoreboard(head) {
  const known = head.metrics.filter((metric) => metric.figures.some((entry) => entry && entry.mean !== null));
  const ranked = known.filter((metric) => head.comparison?.ranks?.[metric.name]);
  return (ranked.length ? ranked : known.filter((metric) => metric.main)).slice(0, 4);
}

/** A mean; who is best is marked where not all are, and those that can't be told from it too. */
function scoreCell(head, metric, variant, index) {
  const entry = metric.figures[index];
  if (!entry || entry.mean === null) return "–";
  const ranks = head.comparison?.ranks?.[metric.name] || {};
  const best = ranks[variant.name] === 1 && Object.values(ranks).some((rank) => rank > 1);
  return [h("b", null, figure(entry.mean, metric)), best && h("span", { class: "best" }, `★ ${t("best")}`)];
}

/** What went wrong, each kind with a link to its documents. */
function failures(app, variant, index) {
  const lost = Object.entries(variant.statuses).filter(([name]) => name !== "ok");
  if (!lost.length) return h("span", { class: "muted" }, "0");
  return lost.map(([name, count], place) => [place > 0 && ", ",
    name === "missing" ? h("span", { class: "lost" }, `${number(count)} ${t("status_missing")}`)
      : h("a", { class: "lost", href: app.listAddress({ status: name, whose: String(index) }, app.metric) }, `${number(count)} ${t("status_" + name)}`)]);
}

function metricChoice(draw, metrics, more) {
  const options = metrics.map((metric) => [metric.name, metric.name]);
  const box = h("div");
  let chosen = options[0][0];
  const show = () => box.replaceChildren(draw(metrics.find((metric) => metric.name === chosen)));
  show();
  return [h("div", { class: "row" }, choice(t("metric"), options, chosen, (value) => { chosen = value; show(); }), more && more(show)), box];
}

function distributions(app) {
  const metrics = app.head.metrics.filter((metric) => metric.bins.some(Boolean));
  if (!metrics.length) return null;
  return section("distributions", t("distributionsNote"), metricChoice((metric) => distribution(metric, app.head), metrics));
}

/** What a summary takes, by kind; null where it was not measured. */
const PRICES = {
  cost: { of: (variant) => { const cost = costOf(variant); return cost === null ? null : cost * 1000; }, axis: "perThousand", show: (value) => "$" + short(value) },
  time: { of: (variant) => variant.latency?.p50 ?? null, axis: "secondsP50", show: short },
  length: { of: (variant) => variant.chars, axis: "charsMean", show: short },
};

function quality(app) {
  const { variants } = app.head;
  const kinds = Object.keys(PRICES).filter((kind) => variants.some((variant) => PRICES[kind].of(variant) !== null));
  if (!kinds.length) return null;
  let kind = kinds[0];
  const points = (metric) => metric.figures
    .map((entry, variant) => ({ variant, entry, cost: PRICES[kind].of(variants[variant]) }))
    .filter((point) => point.entry && point.entry.mean !== null && point.cost !== null);
  const metrics = app.head.metrics.filter((metric) => metric.direction !== "neutral" && points(metric).length > 1);
  if (!metrics.length) return null;
  const names = kinds.map((name) => [name, t("against_" + name)]);
  return section("quality", kinds.includes("cost") ? t("qualityNote") : t("noCostNote"),
    metricChoice((metric) => scatter(points(metric), metric, PRICES[kind]), metrics,
      (show) => choice(t("against"), names, kind, (value) => { kind = value; show(); })));
}

function storedClaims(app) {
  const { stored } = app.head;
  if (!stored.checked) return null;
  const all = stored.verdicts.reduce((sum, count) => sum + count, 0);
  return section("storedClaims", `${number(stored.checked)} ${t("of")} ${number(stored.documents)} ${t("documentsN")}`,
    h("ul", { class: "tally" }, VERDICTS.map((verdict, index) => h("li", null,
      h("b", { class: `verdict ${verdict}` }, `${GLYPH[verdict]} ${number(stored.verdicts[index])}`), " ",
      h("a", { href: app.listAddress({ verdict, whose: "s" }, app.metric) }, t(verdict)), " ",
      h("small", null, `${all ? number((100 * stored.verdicts[index]) / all, 1) : 0}%`)))));
}

function reproduce(head) {
  return section("reproduce", null,
    head.commands.length > 0 && h("pre", { class: "code", tabindex: 0 }, inert(head.commands.join("\n"))),
    h("details", null, h("summary", null, t("signature")),
      h("dl", { class: "signatures" }, head.metrics.map((metric) => [
        h("dt", null, metric.name), h("dd", null, h("code", null, inert(metric.signature)))]))),
    head.variants.map((variant, index) => h("details", null,
      h("summary", null, badge(index), " ", t("promptText"), " ", h("b", null, inert(variant.prompt))),
      h("p", null, `${t("parameters")}: `, h("code", null, plain(JSON.stringify(variant.params))),
        variant.endpoint && [` · ${t("endpoint")}: `, h("code", null, plain(variant.endpoint))]),
      variant.prompt_text && prose("pre", { class: "code", tabindex: 0 }, variant.prompt_text))),
    h("p", { class: "note" }, plain(head.made_by)));
}
