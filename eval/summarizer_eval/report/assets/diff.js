// Differences and overlaps between two texts; pure functions.

/** Tokens that join to the text again: words (Chinese by the browser's segmenter) or characters. */
function pieces(text, byCharacter) {
  if (byCharacter) return Array.from(text);
  if (typeof Intl !== "undefined" && Intl.Segmenter) {
    const segmenter = new Intl.Segmenter("zh", { granularity: "word" });
    return Array.from(segmenter.segment(text), (part) => part.segment);
  }
  return text.match(/[\p{Script=Han}]|[\p{L}\p{N}]+|\s+|[^\s\p{L}\p{N}]/gu) || [];
}

/** Runs `[kind, text]` with kind -1 deleted, 0 kept, 1 inserted (Myers 1986, greedy). */
function difference(before, after, byCharacter) {
  const a = pieces(before, byCharacter);
  const b = pieces(after, byCharacter);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const middle = shortestEdit(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const runs = [];
  const add = (kind, text) => {
    if (!text) return;
    if (runs.length && runs.at(-1)[0] === kind) runs.at(-1)[1] += text;
    else runs.push([kind, text]);
  };
  add(0, a.slice(0, start).join(""));
  for (const [kind, text] of middle) add(kind, text);
  add(0, end ? a.slice(-end).join("") : "");
  return runs;
}

const MOST_EDITS = 3000; // above it the trace would fill the memory: the texts have little in common

function shortestEdit(a, b) {
  const whole = [[-1, a.join("")], [1, b.join("")]];
  if (!a.length || !b.length) return whole;
  const trace = [];
  let furthest = new Map([[1, 0]]);
  for (let edits = 0; edits <= a.length + b.length; edits++) {
    if (edits > MOST_EDITS) return whole;
    const reached = new Map();
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
      let x = down ? furthest.get(k + 1) ?? 0 : (furthest.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reached.set(k, x);
      if (x >= a.length && x - k >= b.length) {
        trace.push(furthest);
        return walkBack(a, b, trace, k);
      }
    }
    trace.push(furthest);
    furthest = reached;
  }
  return whole;
}

function walkBack(a, b, trace, k) {
  const steps = [];
  let [x, y] = [a.length, b.length];
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const before = trace[edits];
    const down = k === -edits || (k !== edits && (before.get(k - 1) ?? -1) < (before.get(k + 1) ?? -1));
    const from = down ? k + 1 : k - 1;
    const startX = edits ? before.get(from) ?? 0 : 0;
    const startY = edits ? startX - from : 0;
    while (x > startX && y > startY && a[x - 1] === b[y - 1]) {
      steps.push([0, a[--x]]);
      y--;
    }
    if (!edits) break;
    if (down) steps.push([1, b[--y]]);
    else steps.push([-1, a[--x]]);
    k = from;
  }
  return steps.reverse();
}

/** Tokens as the overlap counts them: `[start, end, token]`, Chinese by character. */
function overlapTokens(text) {
  return Array.from(
    text.matchAll(/\p{Script=Han}|[\p{L}\p{N}]+/gu),
    (match) => [match.index, match.index + match[0].length, match[0].toLowerCase()],
  ).flatMap(([start, end, token]) => {
    // a run of Latin letters may hold Chinese ones: those count one by one
    if (end - start === 1 || !/\p{Script=Han}/u.test(token)) return [[start, end, token]];
    return Array.from(token.matchAll(/\p{Script=Han}|[^\p{Script=Han}]+/gu), (part) => [
      start + part.index, start + part.index + part[0].length, part[0],
    ]);
  });
}

/** Ranges of `text` whose n-grams stand in `reference` too (`n` 0: longest common subsequence). */
function overlapRanges(text, reference, n) {
  const ours = overlapTokens(text);
  const theirs = overlapTokens(reference);
  const hit = new Array(ours.length).fill(false);
  if (n === 0) markSubsequence(ours, theirs, hit);
  else {
    const counts = new Map();
    const gram = (tokens, at) => tokens.slice(at, at + n).map((token) => token[2]).join("\u0001");
    for (let at = 0; at + n <= theirs.length; at++)
      counts.set(gram(theirs, at), (counts.get(gram(theirs, at)) || 0) + 1);
    for (let at = 0; at + n <= ours.length; at++) {
      const left = counts.get(gram(ours, at)) || 0;
      if (!left) continue;
      counts.set(gram(ours, at), left - 1);
      hit.fill(true, at, at + n);
    }
  }
  const ranges = ours.filter((_, index) => hit[index]).map(([start, end]) => [start, end]);
  return { ranges, share: ours.length ? ranges.length / ours.length : 0 };
}

function markSubsequence(ours, theirs, hit) {
  if (ours.length * theirs.length > 4e6) return;
  const width = theirs.length + 1;
  const table = new Uint16Array((ours.length + 1) * width);
  for (let i = ours.length - 1; i >= 0; i--)
    for (let j = theirs.length - 1; j >= 0; j--)
      table[i * width + j] = ours[i][2] === theirs[j][2]
        ? table[(i + 1) * width + j + 1] + 1
        : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
  for (let i = 0, j = 0; i < ours.length && j < theirs.length;) {
    if (ours[i][2] === theirs[j][2]) { hit[i] = true; i++; j++; }
    else if (table[(i + 1) * width + j] >= table[i * width + j + 1]) i++;
    else j++;
  }
}
