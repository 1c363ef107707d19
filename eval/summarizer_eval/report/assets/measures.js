// What was measured: each metric on one line, its level beside its difference from the baseline.

const ARROW = { higher: "↑", lower: "↓", neutral: "" };
const QUESTIONS = ["claims", "source", "stored", "form"];

function metricName(metric) {
  return h("div", { class: "metric" },
    h("b", null, metric.name),
    metric.direction !== "neutral" && h("span", { class: "arrow", title: t(metric.direction), role: "img", "aria-label": t(metric.direction) }, ARROW[metric.direction]),
    h("small", null, gloss(metric.name)));
}

/** Differences of one metric by variant: `[variant, entry]`. */
function differencesOf(head, metric) {
  return (head.comparison?.candidates || [])
    .map((candidate) => [candidate.variant, candidate.metrics[metric.name]])
    .filter(([, entry]) => entry && entry.difference !== null);
}

/** The verdict of `summarizer compare`, as a word of this page. */
const judged = (entry) => ({ "can't tell": "cantTell" })[entry.verdict] || entry.verdict || "cantTell";

const SIGN = { better: "▲", worse: "▼", differs: "≠", cantTell: "≈" };
const TONE = { better: "verdict-good", worse: "verdict-bad", differs: "verdict-none", cantTell: "verdict-none" };

function judgement(entry, metric) {
  const word = judged(entry);
  const about = [`${t("wins")}: ${entry.wins} / ${entry.ties} / ${entry.losses}`,
    entry.mde && `${t("mde")}: ${figure(entry.mde, metric)}`].filter(Boolean).join("; ");
  return h("span", { class: `judged ${TONE[word]}`, title: about }, `${SIGN[word]} ${t(word)}`);
}

function measured(head) {
  const groups = (wanted) => QUESTIONS.map((name) => {
    const metrics = head.metrics.filter((metric) => metric.group === name && metric.main === wanted);
    return metrics.length > 0 && [h("h3", null, t("group_" + name)), metrics.map((metric) => measure(head, metric))];
  });
  const folded = head.metrics.filter((metric) => !metric.main).length;
  return section("measured", `${t("measuredNote")}${head.comparison ? ` ${t("differencesNote")}` : ""}`,
    columnHeads(head), groups(true),
    folded > 0 && h("details", { class: "more" }, h("summary", null, `${t("moreMetrics")} (${folded})`), groups(false)));
}

function columnHeads(head) {
  return h("div", { class: `plot heads${head.comparison ? " compared" : ""}`, "aria-hidden": "true" },
    h("span"), h("span", null, t("meanInterval")),
    head.comparison && h("span", null, `${t("differenceFrom")} `, badge(head.baseline)),
    h("span", null, head.comparison ? t("valueColumns") : t("valueColumn")));
}

function measure(head, metric) {
  const differences = differencesOf(head, metric);
  const found = new Map(differences);
  return h("div", { class: `plot${head.comparison ? " compared" : ""}` },
    metricName(metric),
    dotPlot(metric, head),
    head.comparison && (differences.length ? forest(metric, differences, head) : h("div")),
    h("ul", { class: `values${hasBand(metric) ? " banded" : ""}` }, metric.figures.map((entry, variant) => h("li", null,
      badge(variant), entry && entry.mean !== null
        ? [h("b", null, figure(entry.mean, metric)), head.comparison && change(found.get(variant), metric), coverage(entry)]
        : h("span", { class: "muted" }, "–")))));
}

function change(entry, metric) {
  return [h("span", { class: "delta" }, entry ? signed(entry.difference, metric) : ""), entry ? judgement(entry, metric) : h("span")];
}

/** Every mean stands beside its coverage. */
function coverage(entry) {
  const lost = Object.values(entry.unscored).reduce((sum, count) => sum + count, 0);
  const why = Object.entries(entry.unscored).map(([reason, count]) => `${count} ${reason}`).join(", ");
  return h("small", { class: lost ? "partly" : null, title: plain(lost ? `${t("unscored")}: ${why}` : `${number(entry.n_clusters)} ${t("sources")}`) },
    lost ? `${number(entry.n_documents)}/${number(entry.n_documents + lost)}` : `n ${number(entry.n_documents)}`);
}
