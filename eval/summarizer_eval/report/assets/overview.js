// The first screen: which variant is better, by how much, and how sure that is.

function overviewPage(app) {
  const { head } = app;
  const facts = h("p", { class: "facts" },
    `${number(head.documents)} ${t("documentsN")} · ${number(head.sources)} ${t("sources")} · ` +
      `${head.variants.length} ${t("variants").toLowerCase()} · ${plain(head.created_at.slice(0, 16).replace("T", " "))} UTC`);
  return h("div", { class: "overview" },
    h("h1", { class: "unseen" }, t("overview")),
    facts,
    variantsTable(head),
    measured(head),
    differences(head),
    h("div", { class: "pair" }, distributions(app), quality(app)),
    storedClaims(head),
    reproduce(head),
  );
}

function section(name, note, ...children) {
  const id = `s-${name}`;
  return h("section", { "aria-labelledby": id },
    h("h2", { id }, t(name)), note && h("p", { class: "note" }, note), children);
}

function variantsTable(head) {
  const first = head.metrics.find((metric) => metric.group === "claims") || head.metrics[0];
  const columns = [t("variant"), t("prompt"), t("model"), t("summariesMade"),
    ...(first ? [first.name] : []), t("length"), t("cost"), t("latency"), t("tokens")];
  const rows = head.variants.map((variant, index) => {
    const lost = Object.entries(variant.statuses).filter(([name]) => name !== "ok");
    const entry = first && first.figures[index];
    return h("tr", null,
      h("th", { scope: "row" }, badge(index), " ", h("span", { dir: "auto" }, inert(variant.name)),
        index === head.baseline && head.variants.length > 1 && h("span", { class: "tag" }, t("baseline"))),
      h("td", { dir: "auto" }, inert(variant.prompt)),
      h("td", { dir: "auto" }, inert(variant.model)),
      h("td", { class: "n" }, number(variant.generations),
        lost.map(([name, count]) => h("span", { class: "lost" }, ` ${number(count)} ${t("status_" + name)}`))),
      first && h("td", { class: "n" }, entry ? [h("b", null, figure(entry.mean, first)), h("small", null, entry.low === null ? "" : ` ${figure(entry.low, first)}–${figure(entry.high, first)}`)] : "–"),
      h("td", { class: "n" }, variant.chars === null ? "–" : `${number(variant.chars)} ${t("chars")}`),
      h("td", { class: "n" }, variant.cost_usd === null ? h("small", null, t("notMeasured")) : money(variant.cost_usd),
        variant.cost_usd !== null && variant.unpriced > 0 && h("small", null, ` +${number(variant.unpriced)} ${t("unpriced")}`)),
      h("td", { class: "n" }, variant.latency ? `${number(variant.latency.p50, 2)} / ${number(variant.latency.p95, 2)} s` : h("small", null, t("notMeasured"))),
      h("td", { class: "n" }, variant.prompt_tokens === null ? h("small", null, t("notMeasured")) : `${number(variant.prompt_tokens)} / ${number(variant.completion_tokens)}`),
    );
  });
  return section("variants", null,
    h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("variants") },
      h("table", { class: "grid" },
        h("thead", null, h("tr", null, columns.map((name, index) => h("th", { scope: "col", class: index > 2 ? "n" : null }, name)))),
        h("tbody", null, rows))));
}

const ARROW = { higher: "↑", lower: "↓", neutral: "" };

function metricName(metric) {
  return h("div", { class: "metric" },
    h("b", null, metric.name),
    metric.direction !== "neutral" && h("span", { class: "arrow", title: t(metric.direction), role: "img", "aria-label": t(metric.direction) }, ARROW[metric.direction]),
    h("small", null, gloss(metric.name)));
}

function measured(head) {
  const groups = ["claims", "source", "stored", "form"]
    .map((name) => [name, head.metrics.filter((metric) => metric.group === name)])
    .filter(([, metrics]) => metrics.length);
  return section("measured", t("measuredNote"), groups.map(([name, metrics]) => [
    h("h3", null, t("group_" + name)),
    metrics.map((metric) => h("div", { class: "plot" },
      metricName(metric), dotPlot(metric, head),
      h("ul", { class: "values" }, metric.figures.map((entry, variant) => h("li", null,
        badge(variant), " ", entry && entry.mean !== null ? [h("b", null, figure(entry.mean, metric)), h("small", null, coverage(entry))] : "–"))))),
  ]));
}

/** Every mean stands beside its coverage. */
function coverage(entry) {
  const lost = Object.values(entry.unscored).reduce((sum, count) => sum + count, 0);
  return ` n ${number(entry.n_documents)}/${number(entry.n_clusters)}` + (lost ? ` · ${number(lost)} ${t("unscored")}` : "");
}

function differences(head) {
  if (!head.comparison) return null;
  const byName = new Map(head.variants.map((variant, index) => [variant.name, index]));
  const rows = head.metrics.map((metric) => {
    const entries = head.comparison.candidates
      .map((candidate) => [byName.get(candidate.run), candidate.metrics[metric.name]])
      .filter(([variant, entry]) => variant !== undefined && entry && entry.difference !== null);
    if (!entries.length) return null;
    return h("div", { class: "plot" }, metricName(metric), forest(metric, entries),
      h("ul", { class: "values" }, entries.map(([variant, entry]) => h("li", null,
        badge(variant), " ", h("b", null, signed(entry.difference, metric)), " ", judgement(entry, metric),
        h("small", null, ` ${entry.wins}/${entry.ties}/${entry.losses}`)))));
  }).filter(Boolean);
  if (!rows.length) return null;
  return section("differences", `${t("differencesNote")} (${t("wins")})`, rows);
}

function judgement(entry, metric) {
  const low = entry.low_adjusted ?? entry.low;
  const high = entry.high_adjusted ?? entry.high;
  if (low === null || low === undefined || (low <= 0 && high >= 0))
    return h("span", { class: "verdict-none", title: entry.mde ? `${t("mde")}: ${figure(entry.mde, metric)}` : null }, `≈ ${t("noDifference")}`);
  if (metric.direction === "neutral") return h("span", { class: "verdict-none" }, t("changed"));
  const better = (low > 0) === (metric.direction === "higher");
  return h("span", { class: better ? "verdict-good" : "verdict-bad" }, better ? `▲ ${t("better")}` : `▼ ${t("worse")}`);
}

function metricChoice(app, name, draw, metrics) {
  const options = metrics.map((metric) => [metric.name, metric.name]);
  const box = h("div");
  const show = (chosen) => box.replaceChildren(draw(metrics.find((metric) => metric.name === chosen)));
  show(options[0][0]);
  return [h("div", { class: "row" }, choice(t("metric"), options, options[0][0], show)), box];
}

function distributions(app) {
  const metrics = app.head.metrics.filter((metric) => metric.bins.some(Boolean));
  if (!metrics.length) return null;
  return section("distributions", t("distributionsNote"),
    metricChoice(app, "distributions", (metric) => distribution(metric, app.head), metrics));
}

function quality(app) {
  const { variants } = app.head;
  const cost = (index) => variants[index].cost_usd === null ? null
    : (variants[index].cost_usd / Math.max(1, variants[index].generations - variants[index].unpriced)) * 1000;
  const points = (metric) => metric.figures
    .map((entry, variant) => ({ variant, entry, cost: cost(variant) }))
    .filter((point) => point.entry && point.entry.mean !== null && point.cost !== null);
  const metrics = app.head.metrics.filter((metric) => metric.direction !== "neutral" && points(metric).length > 0);
  if (!metrics.length) return null;
  return section("quality", t("qualityNote"),
    metricChoice(app, "quality", (metric) => scatter(points(metric), metric), metrics));
}

function storedClaims(head) {
  const { stored } = head;
  if (!stored.checked) return null;
  const all = stored.verdicts.reduce((sum, count) => sum + count, 0);
  return section("storedClaims", `${number(stored.checked)} ${t("of")} ${number(stored.documents)} ${t("documentsN")}`,
    h("ul", { class: "tally" }, VERDICTS.map((verdict, index) => h("li", null,
      h("b", { class: `verdict ${verdict}` }, `${GLYPH[verdict]} ${number(stored.verdicts[index])}`),
      ` ${t(verdict)} `, h("small", null, `${all ? number((100 * stored.verdicts[index]) / all, 1) : 0}%`)))));
}

function reproduce(head) {
  return section("reproduce", null,
    head.commands.length > 0 && h("pre", { class: "code", tabindex: 0 }, inert(head.commands.join("\n"))),
    h("details", null, h("summary", null, t("signature")),
      h("dl", { class: "signatures" }, head.metrics.map((metric) => [
        h("dt", null, metric.name), h("dd", null, h("code", null, inert(metric.signature)))]))),
    head.variants.map((variant, index) => h("details", null,
      h("summary", null, badge(index), " ", t("promptText"), " ", h("b", null, inert(variant.prompt))),
      h("p", null, `${t("parameters")}: `, h("code", null, plain(JSON.stringify(variant.params)))),
      variant.prompt_text && prose("pre", { class: "code", tabindex: 0 }, variant.prompt_text))),
    h("p", { class: "note" }, plain(head.made_by)));
}
