// All documents in a table that draws only the rows on the screen.
const ROW_HEIGHT = 58;
const MOST_PRINTED = 2000;

function documentsPage(app) {
  const { head, query } = app;
  const count = h("p", { class: "count", role: "status" });
  const body = h("div", { class: "rows", role: "rowgroup" });
  const heading = h("div", { class: "trow thead", role: "row" });
  const viewport = h("div", { class: "viewport", tabindex: 0, "aria-label": t("documents"), role: "region" },
    h("div", { class: "table", role: "table", "aria-label": t("documents") },
      h("div", { role: "rowgroup", class: "sticky" }, heading), body));
  const table = viewport.firstChild;
  let total = 0;
  let drawn = "";
  let turn = 0;
  let asked = 0;

  async function draw(force) {
    const first = Math.max(0, Math.floor(viewport.scrollTop / ROW_HEIGHT) - 6);
    const visible = Math.ceil((viewport.clientHeight || 700) / ROW_HEIGHT) + 12;
    const last = Math.min(total, first + visible);
    const mark = `${first}-${last}`;
    if (mark === drawn && !force) return;
    drawn = mark;
    const mine = ++turn;
    const rows = await app.store.page(first, last - first);
    if (mine !== turn) return;
    const focused = document.activeElement?.dataset?.i;
    body.replaceChildren(...rows.map((row, index) => tableRow(app, row, first + index)));
    if (focused) body.querySelector(`[data-i="${focused}"]`)?.focus({ preventScroll: true });
  }

  async function refresh() {
    app.keepQuery();
    const mine = ++asked;
    // A served page waits for its rows: until they stand, the old ones are not what was asked for.
    table.setAttribute("aria-busy", "true");
    heading.replaceChildren(...headings(app, refresh));
    count.textContent = "…";
    const found = await app.store.find(query);
    if (mine !== asked) return;
    total = found;
    count.textContent = total ? `${number(total)} ${t("of")} ${number(head.documents)} ${t("shown")}` : t("nothing");
    body.style.setProperty("height", `${total * ROW_HEIGHT}px`);
    table.setAttribute("aria-rowcount", total + 1);
    viewport.scrollTop = app.scrolled || 0;
    await draw(true);
    if (mine === asked) table.setAttribute("aria-busy", "false");
  }

  let waiting = 0;
  viewport.addEventListener("scroll", () => {
    app.scrolled = viewport.scrollTop;
    if (waiting) return;
    waiting = requestAnimationFrame(() => { waiting = 0; draw(); });
  }, { passive: true });
  body.addEventListener("keydown", (event) => moveBetweenRows(event, viewport, draw));
  app.print = async () => {
    // Paper does not scroll: all rows that are at hand, to a limit that a printer can bear.
    const rows = await app.store.page(0, Math.min(total, MOST_PRINTED));
    body.replaceChildren(...rows.map((row, index) => tableRow(app, row, index)));
    drawn = "";
  };
  new ResizeObserver(() => draw(true)).observe(viewport);
  const changed = () => { app.scrolled = 0; return refresh(); };
  const page = h("div", { class: "documents" },
    h("h1", { class: "unseen" }, t("documents")), filters(app, changed), count, viewport);
  page.ready = refresh();
  page.style.setProperty("--variants", head.variants.length);
  page.style.setProperty("--extra", head.variants.length > 1 ? 1 : 0);
  return page;
}

function headings(app, refresh) {
  const { head, query } = app;
  const sortable = (sort, text, label, properties) => {
    const active = query.sort === sort;
    const state = active ? (query.descending ? "descending" : "ascending") : "none";
    return h("div", { role: "columnheader", "aria-sort": state, ...properties },
      h("button", {
        type: "button", title: label,
        onclick: () => {
          // third click: back to the archive's order
          if (!active) Object.assign(query, { sort, descending: false });
          else if (!query.descending) query.descending = true;
          else Object.assign(query, { sort: "", descending: false });
          app.scrolled = 0;
          refresh().then(() => document.querySelector(`[data-sort="${sort}"]`)?.focus());
        },
        "data-sort": sort,
      }, text, h("span", { class: "order", "aria-hidden": "true" }, active ? (query.descending ? "▼" : "▲") : "")));
  };
  const metric = head.metrics[app.metric];
  const [a, b] = app.pair;
  return [
    sortable("title", t("document")),
    sortable("date", t("date"), null, { class: "c-date" }),
    h("div", { role: "columnheader", class: "c-problems" }, t("problems")),
    ...head.variants.map((variant, index) => metric
      ? sortable(`${index}.${app.metric}`, [badge(index), " ", metric.name], plain(variant.name), { class: "c-value" })
      : h("div", { role: "columnheader", class: "c-value" }, badge(index))),
    head.variants.length > 1 && metric && sortable(`${a}-${b}.${app.metric}`, `${letter(a)} \u2212 ${letter(b)}`, t("difference"), { class: "c-value" }),
  ].filter(Boolean);
}

function tableRow(app, row, index) {
  const { head } = app;
  const metric = head.metrics[app.metric];
  const [a, b] = app.pair;
  const value = (variant) => row.v[variant]?.m[app.metric] ?? null;
  const both = value(a) !== null && value(b) !== null;
  const element = h("div", { class: "trow", role: "row", "aria-rowindex": index + 2 },
    h("div", { role: "cell", class: "c-doc" },
      h("a", { href: app.address("document", row.id), "data-i": index, dir: "auto", lang: languageOf(row.title), title: plain(row.title) }, inert(row.title || row.id)),
      h("small", { dir: "auto", title: plain(row.id) }, h("span", { class: "lang" }, row.lang), " ", inert(row.id))),
    h("div", { role: "cell", class: "c-date" }, plain(row.date.slice(0, 10))),
    h("div", { role: "cell", class: "c-problems" }, row.problems.map((code) => h("span", { class: "tag warn" }, plain(code)))),
    row.v.map((entry, variant) => h("div", { role: "cell", class: "c-value" }, valueCell(entry, value(variant), metric, variant))),
    row.v.length > 1 && metric && h("div", { role: "cell", class: "c-value" }, both ? differenceCell(value(a) - value(b), metric) : "–"));
  element.style.setProperty("top", `${index * ROW_HEIGHT}px`);
  return element;
}

function valueCell(entry, value, metric, variant) {
  if (!entry) return h("span", { class: "muted" }, "–");
  const bar = h("span", { class: `meter ${hue(variant)}`, "aria-hidden": "true" }, h("i"));
  if (value !== null) bar.firstChild.style.setProperty("width", `${Math.max(0, Math.min(1, (value - metric.low) / (metric.high - metric.low || 1))) * 100}%`);
  return [
    h("span", { class: "figure" }, metric ? figure(value, metric) : ""), value !== null && bar,
    h("small", null, entry.status !== "ok" && h("span", { class: "lost" }, t("status_" + entry.status), " "),
      entry.c && VERDICTS.slice(0, 3).map((verdict, index) => entry.c[index] > 0 && verdictCount(verdict, entry.c[index]))),
  ];
}

function differenceCell(value, metric) {
  const text = signed(value, metric);
  const flat = !/[1-9]/.test(text);
  const good = metric.direction === "neutral" || flat ? null : (value > 0) === (metric.direction === "higher");
  return h("span", { class: `figure ${good === null ? "" : good ? "verdict-good" : "verdict-bad"}` }, text);
}

const GLYPH = { supported: "✓", contradicted: "✗", unsupported: "?", unchecked: "·" };

function verdictCount(verdict, count) {
  return h("span", { class: `verdict ${verdict}`, title: `${t(verdict)}: ${count}` },
    h("span", { "aria-hidden": "true" }, GLYPH[verdict]), number(count), h("span", { class: "unseen" }, ` ${t(verdict)} `));
}

async function moveBetweenRows(event, viewport, draw) {
  const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey || (event.key.length === 1 && !singleKeys())) return;
  const now = Number(event.target.dataset.i);
  if (Number.isNaN(now)) return;
  event.preventDefault();
  const top = (now + step) * ROW_HEIGHT;
  if (top < viewport.scrollTop) viewport.scrollTop = top;
  const reach = viewport.clientHeight - ROW_HEIGHT - 40;
  if (top > viewport.scrollTop + reach) viewport.scrollTop = top - reach;
  await draw();
  viewport.querySelector(`[data-i="${now + step}"]`)?.focus({ preventScroll: true });
}
