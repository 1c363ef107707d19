// Where rows come from: this file (everything embedded) or, for `summarizer view`, its server.
const PAGE = 200;

async function unpack(name) {
  if (typeof DecompressionStream === "undefined") throw new Error(t("tooOld"));
  const packed = document.getElementById(name).textContent;
  const bytes = Uint8Array.fromBase64
    ? Uint8Array.fromBase64(packed)
    : Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

const emptyQuery = () => ({
  text: "", deep: false, problem: "", lang: "", status: "", verdict: "", whose: "", change: "",
  since: "", until: "", sort: "", descending: false,
});

const VERDICTS = ["supported", "contradicted", "unsupported", "unchecked"];

class EmbeddedStore {
  async open() {
    this.head = await unpack("head");
    this.rows = this.head.rows;
    this.byId = new Map(this.rows.map((row) => [wellFormed(row.id), row]));
    this.chunks = new Map();
    this.order = this.rows;
    return this.head;
  }

  async find(query) {
    let rows = this.rows.filter((row) => matches(row, query));
    if (query.deep && query.text.trim()) rows = await this.inTexts(query);
    const key = sortKey(query.sort);
    if (key) {
      const sign = query.descending ? -1 : 1;
      rows = rows
        .map((row) => [key(row), row])
        .sort(([a, first], [b, second]) =>
          (a === null) - (b === null) ||
          sign * (a < b ? -1 : a > b ? 1 : 0) ||
          first.i - second.i)
        .map(([, row]) => row);
    }
    this.order = rows;
    return rows.length;
  }

  /** Rows whose texts hold every word; unpacks all details once. */
  async inTexts(query) {
    const found = [];
    const words = query.text.toLowerCase().split(/\s+/).filter(Boolean);
    const others = { ...query, text: "" };
    for (const row of this.rows) {
      if (!matches(row, others)) continue;
      const text = textOf(row, await this.detail(row.i));
      if (words.every((word) => text.includes(word))) found.push(row);
    }
    return found;
  }

  async page(offset, limit) {
    return this.order.slice(offset, offset + limit);
  }

  async row(id) {
    return this.byId.get(wellFormed(id)) || null;
  }

  async detail(position) {
    const number = Math.floor((position - 1) / this.head.chunk);
    if (!this.chunks.has(number)) {
      const name = `chunk-${number}`;
      if (!document.getElementById(name) && document.readyState === "loading")
        await new Promise((done) => document.addEventListener("DOMContentLoaded", done));
      // A handful of chunks is kept: texts of a large report would fill the memory.
      if (this.chunks.size > 400) this.chunks.clear();
      this.chunks.set(number, unpack(name));
    }
    return (await this.chunks.get(number))[(position - 1) % this.head.chunk];
  }
}

class ServedStore {
  constructor(token) {
    this.token = token;
    this.pages = new Map();
    this.query = emptyQuery();
  }

  async ask(path, parameters) {
    const address = new URL(path, location.href);
    for (const [name, value] of Object.entries(parameters || {}))
      if (value !== "" && value !== false) address.searchParams.set(name, value);
    const answer = await fetch(address, { headers: { "X-Report-Token": this.token } });
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return answer.json();
  }

  async open() {
    this.head = await this.ask("api/head");
    return this.head;
  }

  async find(query) {
    this.query = { ...query };
    this.pages.clear();
    const first = await this.fetchPage(0);
    return first.total;
  }

  fetchPage(number) {
    if (!this.pages.has(number)) {
      const range = { offset: number * PAGE, limit: PAGE };
      this.pages.set(number, this.ask("api/rows", { ...this.query, ...range }));
    }
    return this.pages.get(number);
  }

  async page(offset, limit) {
    const rows = [];
    const last = Math.floor((offset + limit - 1) / PAGE);
    for (let number = Math.floor(offset / PAGE); number <= last; number++) {
      const answer = await this.fetchPage(number);
      const start = Math.max(0, offset - number * PAGE);
      rows.push(...answer.rows.slice(start, offset + limit - number * PAGE));
    }
    return rows;
  }

  /** The neighbours of a row, where the table has shown it. */
  async around(position) {
    for (const [number, answer] of [...this.pages]) {
      const at = (await answer).rows.findIndex((row) => row.i === position);
      if (at < 0) continue;
      const index = number * PAGE + at;
      const [before] = index ? await this.page(index - 1, 1) : [];
      const [after] = await this.page(index + 1, 1);
      return [before, after];
    }
    return [null, null];
  }

  async row(id) {
    return (await this.ask("api/row", { id })).row;
  }

  async detail(position) {
    return (await this.ask("api/detail", { i: position })).detail;
  }
}

function matches(row, query) {
  const words = query.deep ? [] : query.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length) {
    const text = `${row.title}\n${row.id}\n${row.url || ""}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) return false;
  }
  if (query.problem && !row.problems.includes(query.problem)) return false;
  if (query.lang && row.lang !== query.lang) return false;
  const sides = query.whose === "" ? [...row.v, row.s] : [query.whose === "s" ? row.s : row.v[query.whose]];
  if (query.status && !sides.some((entry) => entry && entry.status === query.status)) return false;
  if (query.since && row.date.slice(0, 10) < query.since) return false;
  if (query.until && (!row.date || row.date.slice(0, 10) > query.until)) return false;
  if (query.verdict) {
    const index = VERDICTS.indexOf(query.verdict);
    if (!sides.some((entry) => entry && entry.c && entry.c[index] > 0)) return false;
  }
  return !query.change || changed(row, query.change);
}

const CHANGES = {
  up: (a, b) => a !== null && b !== null && a > b,
  down: (a, b) => a !== null && b !== null && a < b,
  same: (a, b) => a !== null && a === b,
  gap: (a, b) => (a === null) !== (b === null),
};

/** `KIND:A-B.METRIC`; see `Query.change` of report/store.py, which speaks the same. */
function changed(row, change) {
  const parts = /^(\w+):(\d+)-(\d+)\.(\d+)$/.exec(change);
  if (!parts || !CHANGES[parts[1]]) return true;
  const value = (variant) => row.v[variant]?.m[parts[4]] ?? null;
  return CHANGES[parts[1]](value(parts[2]), value(parts[3]));
}

/** What a row is sorted by; see `Query.sort` of report/store.py, which speaks the same. */
function sortKey(sort) {
  if (["id", "title", "date", "lang"].includes(sort)) return (row) => row[sort] || "";
  const parts = /^(\d+)(?:-(\d+))?\.(\d+)$/.exec(sort);
  if (!parts) return null;
  const [first, second, metric] = [parts[1], parts[2], parts[3]];
  const value = (row, variant) => row.v[variant]?.m[metric] ?? null;
  if (second === undefined) return (row) => value(row, first);
  return (row) => {
    const [a, b] = [value(row, first), value(row, second)];
    return a === null || b === null ? null : a - b;
  };
}

function textOf(row, detail) {
  const parts = [row.title, row.id, row.url || "", detail.source, detail.stored || ""];
  for (const samples of detail.v) for (const entry of samples) parts.push(entry.summary || "");
  return parts.join("\n").toLowerCase();
}
