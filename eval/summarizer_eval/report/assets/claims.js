// Claims in a summary, and their evidence in the source.

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
  }, verdict !== "unchecked" && h("span", { class: "glyph", "aria-hidden": "true" }, GLYPH[verdict]), nodes, h("span", { class: "unseen" }, ` (${t(verdict)})`));
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
  view.source.replaceChildren(...ranged(view.shown, ranges));
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

function claimList(view, claims, reason) {
  const counts = VERDICTS.map((verdict) => [verdict, claims.filter((claim) => claim.verdict === verdict).length]);
  return h("details", { class: "claims" },
    h("summary", null, t("allClaims"), " ", counts.filter(([, count]) => count).map(([verdict, count]) => verdictCount(verdict, count))),
    h("ol", null, claims.map((claim) => h("li", null,
      h("b", { class: `verdict ${claim.verdict}` }, `${GLYPH[claim.verdict] || ""} ${t(claim.verdict)}`), " ",
      h("q", { dir: "auto", lang: languageOf(claim.text) }, inert(claim.text)),
      claim.reason && h("small", { dir: "auto" }, " ", inert(claim.reason))))));
}

/** What the marks mean. */
function legend() {
  return h("p", { class: "legend" }, VERDICTS.map((verdict) => [
    h("span", { class: `claim ${verdict}` }, verdict !== "unchecked" && h("span", { class: "glyph", "aria-hidden": "true" }, GLYPH[verdict]), t(verdict)), " "]));
}

/** The next (or, with -1, the previous) claim that the source does not bear out. */
function stepToDoubt(step) {
  const doubts = [...document.querySelectorAll(".cards .text .claim.contradicted, .cards .text .claim.unsupported")];
  if (!doubts.length) return;
  const now = doubts.indexOf(document.activeElement);
  const at = now < 0 ? (step > 0 ? 0 : doubts.length - 1) : (now + step + doubts.length) % doubts.length;
  doubts[at].focus();
}
