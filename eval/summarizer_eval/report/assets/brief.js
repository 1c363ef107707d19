// The answer in short: for each variant what is better, what is worse, and where to look.

function inShort(app) {
  const { head } = app;
  if (!head.answers.length) return null;
  return section("inShort", t("inShortNote"), h("div", { class: "answers" }, head.answers.map((found) => answerCard(app, found))));
}

function answerCard(app, found) {
  const { head } = app;
  const variant = found.variant;
  const candidate = head.comparison.candidates.find((entry) => entry.variant === variant);
  const rows = head.metrics
    .filter((metric) => [found, found.others].some(({ better, worse, open }) => [...better, ...worse, ...open].includes(metric.name)))
    .map((metric) => ({ metric, entry: candidate.metrics[metric.name], word: judged(candidate.metrics[metric.name]) }));
  return h("article", { class: `answer ${hue(variant)}` },
    h("h3", null, badge(variant), " ", h("span", { dir: "auto" }, inert(head.variants[variant].name)),
      h("small", null, ` ${t("against")} `), badge(head.baseline)),
    headline(found),
    h("dl", { class: "questions" },
      QUESTIONS.map((group) => question(group, rows.filter((row) => row.metric.group === group))),
      price(head, variant)),
    lookAt(app, candidate, variant));
}

function headline(found) {
  const [word, sign, tone] = {
    better: ["isBetter", SIGN.better, TONE.better],
    worse: ["isWorse", SIGN.worse, TONE.worse],
    "trade-off": ["tradeOff", "◆", "verdict-mixed"],
    "not shown": ["notShown", SIGN.cantTell, TONE.cantTell],
  }[found.word];
  const decides = found.better.length + found.worse.length + found.open.length ? found : found.others;
  const counts = [["better", decides.better], ["worse", decides.worse], ["cantTell", decides.open]]
    .filter(([, names]) => names.length).map(([name, names]) => `${names.length} ${t(name)}`).join(", ");
  return h("p", { class: `headline ${tone}` }, h("b", null, `${sign} ${t(word)}`), h("small", null, ` ${counts}`));
}

/** One question and its metrics: those that moved by name, the others counted with what could be seen. */
function question(group, rows) {
  if (!rows.length) return null;
  const moved = rows.filter((row) => row.word !== "cantTell");
  const rest = rows.filter((row) => row.word === "cantTell");
  return [h("dt", null, t("ask_" + group)), h("dd", null,
    moved.map(({ metric, entry, word }) => h("span", { class: `chip ${TONE[word]}${entry.primary ? " primary" : ""}`, title: gloss(metric.name) },
      `${SIGN[word]} ${metric.name} ${signed(entry.difference, metric)}`, h("span", { class: "unseen" }, ` ${t(word)} `))),
    rest.length > 0 && h("span", { class: "chip verdict-none", title: rest.map(({ metric, entry }) => `${metric.name} ${signed(entry.difference, metric)}${entry.mde ? ` (${t("mde")}: ${figure(entry.mde, metric)})` : ""}`).join("; ") },
      `${SIGN.cantTell} ${rest.map((row) => row.metric.name).join(", ")}`, h("span", { class: "unseen" }, ` ${t("cantTell")} `)))];
}

/** What it costs beside the baseline: money, time, length, failures. */
function price(head, variant) {
  const [ours, base] = [head.variants[variant], head.variants[head.baseline]];
  const failed = (entry) => Object.entries(entry.statuses).reduce((sum, [name, count]) => sum + (name === "ok" ? 0 : count), 0);
  const ratio = (now, old, name) => (now !== null && now !== undefined && old ? `${number(now / old, 2)}× ${name}` : null);
  const parts = [
    ratio(costOf(ours), costOf(base), t("cost").toLowerCase()),
    ratio(ours.latency?.p50, base.latency?.p50, t("timeWord")),
    ratio(ours.chars, base.chars, t("length").toLowerCase()),
    failed(ours) || failed(base) ? `${number(failed(ours))} ${t("failed")} (${number(failed(base))})` : null,
  ].filter(Boolean);
  return parts.length > 0 && [h("dt", null, t("ask_price")), h("dd", null, parts.join(" · "))];
}

/** US dollars a summary; null where nothing was priced. */
const costOf = (variant) => variant.cost_usd === null ? null
  : variant.cost_usd / Math.max(1, variant.generations - variant.unpriced);

/** Links to the documents that moved most, of the first main metric that has any. */
function lookAt(app, candidate, variant) {
  const { head } = app;
  const metric = head.metrics.find((entry) => entry.main && (candidate.metrics[entry.name]?.worst?.length || candidate.metrics[entry.name]?.best?.length));
  if (!metric) return null;
  const entry = candidate.metrics[metric.name];
  const side = (name, found) => found?.length > 0 && h("div", null,
    h("small", null, `${t(name)} (${metric.name})`),
    h("ul", null, found.slice(0, 3).map((item) => h("li", null,
      h("span", { class: `delta ${name === "lostMost" ? "verdict-bad" : "verdict-good"}` }, signed(item.difference, metric)), " ",
      h("a", { href: app.address("document", item.document), dir: "auto", title: plain(item.document) }, inert(shortId(item.document)))))));
  const index = head.metrics.indexOf(metric);
  const pair = `${variant}-${head.baseline}`;
  const all = app.listAddress({ sort: `${pair}.${index}`, descending: metric.direction === "lower" }, index);
  return [h("div", { class: "look" }, side("lostMost", entry.worst), side("gainedMost", entry.best)),
    h("p", null, h("a", { href: all }, t("allByDifference")))];
}

/** The end of a path, which tells documents apart. */
const shortId = (id) => id.split("/").at(-1).replace(/\.(md|html?|txt)$/, "");
