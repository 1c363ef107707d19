// What narrows the table. Every choice stands in the address.

function filters(app, changed) {
  const { head, query } = app;
  const set = (name) => (value) => { query[name] = value; changed(); };
  const any = ["", t("anyProblem")];
  const counted = (facet, word) => Object.entries(facet).map(([key, n]) => [key, `${word(key)} (${n})`]);
  let timer = 0;
  const search = h("input", {
    type: "search", value: query.text, placeholder: t("searchHint"), id: "search",
    oninput: () => { clearTimeout(timer); timer = setTimeout(() => set("text")(search.value), 120); },
  });
  const deep = h("input", { type: "checkbox", checked: query.deep, onchange: () => set("deep")(deep.checked) });
  const date = (name) => {
    const input = h("input", { type: "date", value: query[name], min: head.facets.dates[0], max: head.facets.dates[1], onchange: () => set(name)(input.value) });
    return h("label", { class: "field" }, h("span", null, t(name)), input);
  };
  return h("form", { class: app.unfolded ? "filters open" : "filters", role: "search", onsubmit: (event) => event.preventDefault() },
    h("label", { class: "field wide" }, h("span", null, t("search")), search),
    h("label", { class: "check" }, deep, t("inTexts")),
    h("button", {
      type: "button", class: "fold", "aria-expanded": String(Boolean(app.unfolded)),
      onclick: ({ currentTarget: button }) => {
        app.unfolded = button.form.classList.toggle("open");
        button.setAttribute("aria-expanded", String(app.unfolded));
      },
    }, t("moreFilters")),
    measureFilters(app, changed),
    choice(t("verdict"), [any, ...VERDICTS.map((name) => [name, `${GLYPH[name]} ${t(name)}`])], query.verdict, set("verdict")),
    Object.keys(head.facets.statuses).length > 1 && choice(t("status"), [any, ...counted(head.facets.statuses, (key) => t("status_" + key))], query.status, set("status")),
    choice(t("whose"), [["", t("anySide")], ["s", t("storedSummary")], ...head.variants.map((variant, index) => [String(index), `${letter(index)} ${variant.name}`])], query.whose, set("whose"), { class: "narrow" }),
    Object.keys(head.facets.problems).length > 0 && choice(t("problem"), [any, ...counted(head.facets.problems, (key) => key)], query.problem, set("problem"), { class: "narrow" }),
    choice(t("language"), [any, ...counted(head.facets.langs, (key) => t("lang_" + key))], query.lang, set("lang")),
    head.facets.dates && [date("since"), date("until")],
    h("button", { type: "button", onclick: () => { Object.assign(query, emptyQuery()); app.go("documents"); app.show(); } }, t("clear")));
}

/** Metric, pair of variants, and which way the first has moved from the second. */
function measureFilters(app, changed) {
  const { head, query } = app;
  if (!head.metrics.length) return null;
  let changes = changeFilter(app, changed);
  const chosen = (word) => {
    const key = `${app.pair.join("-")}.${app.metric}`;
    query.sort = query.sort.replace(/\d+-\d+\.\d+$/, key).replace(/^(\d+)\.\d+$/, `$1.${app.metric}`);
    query.change = word && `${wayOf(app, word)}:${key}`;
    const now = changeFilter(app, changed);
    if (changes) changes.replaceWith(now);
    changes = now;
    changed();
  };
  return [
    choice(t("metric"), head.metrics.map((metric, index) => [String(index), metric.name]), String(app.metric), (value) => {
      const word = wordOf(app); // what was "worse" stays "worse", whichever way the new metric runs
      app.metric = Number(value);
      chosen(word);
    }),
    head.variants.length > 2 && choice(t("difference"), pairs(head), app.pair.join("-"), (value) => {
      const word = wordOf(app);
      app.pair = value.split("-").map(Number);
      chosen(word);
    }),
    changes,
  ];
}

/** The ways a value can move and what each is called, for the metric that is shown. */
function ways(app) {
  const words = { higher: ["better", "worse"], lower: ["worse", "better"], neutral: ["higher", "lower"] }[app.head.metrics[app.metric].direction];
  return [["up", words[0]], ["down", words[1]], ["same", "same"], ["gap", "gap"]];
}

const wordOf = (app) => ways(app).find(([way]) => way === app.query.change.split(":")[0])?.[1] || "";
const wayOf = (app, word) => {
  const alike = { better: "up", worse: "down", higher: "up", lower: "down" };
  return (ways(app).find((entry) => entry[1] === word) || [alike[word]])[0];
};

function changeFilter(app, changed) {
  if (app.head.variants.length < 2) return null;
  const options = ways(app).sort(([, a], [, b]) => (b === "better") - (a === "better"));
  return choice(t("change"), [["", t("anyProblem")], ...options.map(([way, word]) => [way, t("change_" + word)])], app.query.change.split(":")[0], (value) => {
    app.query.change = value && `${value}:${app.pair.join("-")}.${app.metric}`;
    changed();
  }, { id: "change" });
}

/** Ordered pairs of variants: `A-B` and how it is shown. */
function pairs(head) {
  const result = [];
  for (let a = 0; a < head.variants.length; a++)
    for (let b = 0; b < head.variants.length; b++)
      if (a !== b) result.push([`${a}-${b}`, `${letter(a)} \u2212 ${letter(b)}`]);
  return result;
}
