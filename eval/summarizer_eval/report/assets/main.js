// The frame: addresses, tabs, language, theme, keys. `#/documents?…` and `#/document/ID` are links
// that can be sent to somebody.
const app = {
  query: emptyQuery(), metric: 0, pair: [1, 0], blindPair: [0, 1], labels: {}, keys: null, print: null, scrolled: 0,
  compared: { by: "", first: "stored", second: "0.0" }, overlap: "",

  address: (view, id) => `#/${view}` + (id === undefined ? "" : `/${encodeURIComponent(wellFormed(id))}`),

  /** The table as it stands, or with the filters given. */
  listAddress(query = this.query, metric = this.metric) {
    const kept = Object.entries(query).filter(([, value]) => value !== "" && value !== false);
    if (metric) kept.push(["metric", this.head.metrics[metric].name]);
    const text = new URLSearchParams(kept.map(([name, value]) => [name, wellFormed(String(value))])).toString();
    return "#/documents" + (text ? `?${text}` : "");
  },

  keepQuery() {
    history.replaceState(null, "", this.listAddress());
  },

  go(view, id) {
    history.replaceState(null, "", this.address(view, id));
  },

  /** The rows before and after one, in the order of the table. */
  async around(row) {
    if (this.head.documents > 0 && !this.listed) { await this.store.find(this.query); this.listed = true; }
    if (this.store.order) {
      const at = this.store.order.indexOf(row);
      return at < 0 ? [null, null] : [this.store.order[at - 1], this.store.order[at + 1]];
    }
    return this.store.around(row.i);
  },

  async show() {
    const [path, search] = location.hash.replace(/^#\/?/, "").split("?");
    const [view, id] = path.split("/");
    this.keys = this.print = null;
    const turn = (this.turn = (this.turn || 0) + 1);
    let page;
    if (view === "documents") {
      this.readQuery(search);
      this.listed = true;
      page = documentsPage(this);
    } else if (view === "document") page = await documentPage(this, decode(id || ""));
    else if (view === "blind") page = await blindPage(this);
    else page = overviewPage(this);
    if (turn !== this.turn) return;
    const main = document.getElementById("main");
    main.className = view || "overview";
    main.replaceChildren(page);
    tabs(this, view || "overview");
    await page.ready;
    main.dataset.ready = view || "overview";
  },

  readQuery(search) {
    if (search === undefined) return;
    const given = new URLSearchParams(search);
    this.query = emptyQuery();
    for (const name of Object.keys(this.query))
      if (given.has(name)) this.query[name] = typeof this.query[name] === "boolean" ? given.get(name) === "true" : given.get(name);
    const metric = this.head.metrics.findIndex((entry) => entry.name === given.get("metric"));
    this.metric = Math.max(0, metric);
    const pair = /(\d+)-(\d+)\.\d+$/.exec(this.query.change || this.query.sort);
    const last = this.head.variants.length - 1;
    if (pair && pair[1] <= last && pair[2] <= last) this.pair = [Number(pair[1]), Number(pair[2])];
  },
};

/** What may stand in an address: lone surrogates (bytes that were not UTF-8) may not. */
const wellFormed = (text) => (text.toWellFormed ? text.toWellFormed() : text);

function decode(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

function tabs(app, current) {
  const names = { overview: "overview", documents: "documents", document: "documents", blind: "blind" };
  document.getElementById("tabs").replaceChildren(...["overview", "documents", "blind"].map((name) =>
    h("a", { href: name === "documents" ? app.listAddress() : `#/${name === "overview" ? "" : name}`, "aria-current": names[current] === name ? "page" : null }, t(name))));
}

function tools(app) {
  const pick = (name, options, value, change) => choice(name, options, value, change, { class: "quiet" });
  document.getElementById("tools").replaceChildren(
    pick(t("language"), [["en", "English"], ["zh-CN", "中文"]], language ? "zh-CN" : "en", (value) => speak(app, value)),
    pick(t("theme"), [["", t("themeAuto")], ["light", t("themeLight")], ["dark", t("themeDark")]], document.documentElement.dataset.theme || "", setTheme),
    keysButton());
}

function setTheme(value) {
  if (value) document.documentElement.dataset.theme = value;
  else delete document.documentElement.dataset.theme;
  memory.write("summarizer-theme", { value });
}

function speak(app, value) {
  language = value === "zh-CN" ? 1 : 0;
  document.documentElement.lang = value;
  memory.write("summarizer-language", { value });
  document.getElementById("skip").textContent = t("skip");
  document.getElementById("tabs").setAttribute("aria-label", t("views"));
  tools(app);
  return app.show();
}

addEventListener("beforeprint", () => app.print?.());
addEventListener("afterprint", () => app.print && app.show());

addEventListener("hashchange", async () => {
  await app.show();
  const heading = document.querySelector("main h1");
  if (heading) { heading.tabIndex = -1; heading.focus({ preventScroll: true }); }
  if (!location.hash.startsWith("#/documents")) scrollTo(0, 0);
});

// The address holds the view, so that this link must not change it.
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});

async function start() {
  const token = new URLSearchParams(location.search).get("token");
  app.served = !document.getElementById("head");
  app.store = app.served ? new ServedStore(token) : new EmbeddedStore();
  app.head = await app.store.open();
  if (app.head.variants.length < 2) app.pair = [0, 0];
  const title = document.getElementById("title");
  title.replaceChildren(...inert(app.head.title));
  title.title = plain(app.head.title);
  const theme = memory.read("summarizer-theme").value;
  if (theme) setTheme(theme);
  const wanted = memory.read("summarizer-language").value || (/^zh/i.test(navigator.language) ? "zh-CN" : "en");
  await speak(app, wanted);
  document.documentElement.dataset.started = Math.round(performance.now());
}

start().catch((error) => {
  const wait = document.getElementById("wait");
  if (wait) wait.textContent = String(error.message || error);
  else throw error;
});
