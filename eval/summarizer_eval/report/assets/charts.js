// Charts in plain SVG. Figures that a chart shows stand beside it as text too.

/** A marker whose shape, not only colour, says which variant it is. */
function marker(variant, x, y, size = 5) {
  const shapes = [
    () => s("circle", { cx: x, cy: y, r: size }),
    () => s("rect", { x: x - size + 0.5, y: y - size + 0.5, width: 2 * size - 1, height: 2 * size - 1 }),
    () => s("path", { d: `M${x} ${y - size - 1}l${size + 1} ${size + 1}l${-size - 1} ${size + 1}l${-size - 1} ${-size - 1}z` }),
    () => s("path", { d: `M${x} ${y - size}l${size} ${2 * size - 1}h${-2 * size}z` }),
    () => s("path", { d: `M${x} ${y + size}l${size} ${-2 * size + 1}h${-2 * size}z` }),
    () => s("path", { d: `M${x - size} ${y}h${2 * size}M${x} ${y - size}v${2 * size}`, class: "cross" }),
  ];
  return s("g", { class: `mark ${hue(variant)}` }, shapes[variant % shapes.length]());
}

/** Redraws a chart when its width changes. */
function responsive(draw, properties) {
  const box = h("div", { class: "chart", ...properties });
  let width = 0;
  new ResizeObserver(([entry]) => {
    const now = Math.round(entry.contentRect.width);
    if (now && now !== width) {
      width = now;
      box.replaceChildren(draw(width));
    }
  }).observe(box);
  return box;
}

function ticks(low, high, count) {
  const rough = (high - low || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const result = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-6; value += step)
    result.push(Math.abs(value) < step * 1e-6 ? 0 : value);
  return result;
}

const shortSigned = (value) => (value > 0 ? "+" : "") + short(value);
const short = (value) => String(+value.toPrecision(3)).replace("-", "\u2212");

/** A picture that shrinks with its page (print); `label` is what a screen reader says. */
const picture = (width, height, label) =>
  s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": plain(label) });

const [HEAD, LINE] = [18, 20]; // heights, shared by the two charts that stand side by side

function drawTicks(svg, values, x, top, bottom, show = short) {
  for (const tick of values) {
    svg.append(s("line", { class: tick === 0 && show === shortSigned ? "zero" : "grid", x1: x(tick), x2: x(tick), y1: top, y2: bottom }));
    svg.append(s("text", { class: "tick", x: x(tick), y: bottom + 14, "text-anchor": "middle" }, show(tick)));
  }
}

const bandOf = (metric) => metric.figures.find((entry) => entry && entry.floor !== null && entry.ceiling !== null);
const hasBand = (metric) => Boolean(bandOf(metric));

/** One metric: a line for each variant, dot and interval, between chance level and self-agreement. */
function dotPlot(metric, head) {
  const lines = metric.figures.length;
  return responsive((width) => {
    const pad = 8;
    const bottom = HEAD + lines * LINE;
    const [low, high] = axisOf(metric);
    const x = (value) => pad + ((Math.min(high, Math.max(low, value)) - low) / (high - low || 1)) * (width - 2 * pad);
    const svg = picture(width, bottom + 20, spoken(metric, head));
    const known = bandOf(metric);
    if (known) drawBand(svg, known, x, bottom);
    drawTicks(svg, ticks(low, high, width < 280 ? 3 : 5), x, HEAD - 2, bottom);
    metric.figures.forEach((entry, variant) => {
      if (!entry || entry.mean === null) return;
      const y = HEAD + variant * LINE + LINE / 2;
      const line = s("g", { class: hue(variant) });
      if (entry.low !== null) line.append(whiskers(x(entry.low), x(entry.high), y));
      line.append(marker(variant, x(entry.mean), y));
      line.append(s("title", null, plain(`${letter(variant)} ${head.variants[variant].name}: ${interval(entry, metric)}${onScale(entry)}`)));
      svg.append(line);
    });
    return svg;
  });
}

const whiskers = (from, to, y) => s("path", { class: "interval", d: `M${from} ${y}H${to}m0 -4v8M${from} ${y - 4}v8` });

/** The band that gives a likeness its meaning, its two ends named where there is room. */
function drawBand(svg, known, x, bottom) {
  const [from, to] = [x(known.floor), x(known.ceiling)];
  svg.append(s("rect", { class: "band", x: from, y: 0, rx: 2, width: Math.max(1, to - from), height: bottom }));
  for (const end of [from, to]) svg.append(s("line", { class: "edge", x1: end, x2: end, y1: 0, y2: bottom }));
  const roomy = to - from > 190;
  const [floor, ceiling] = [short(Number(known.floor.toFixed(2))), short(Number(known.ceiling.toFixed(2)))];
  svg.append(s("text", { class: "end", x: from + 4, y: 12 }, roomy ? `${t("floor")} ${floor}` : floor));
  svg.append(s("text", { class: "end", x: to - 4, y: 12, "text-anchor": "end" }, roomy ? `${t("ceiling")} ${ceiling}` : ceiling));
}

/** How far a figure is on the way from chance level (0%) to self-agreement (100%). */
function onScale(entry) {
  if (entry.mean === null || entry.floor === null || entry.ceiling === null || entry.ceiling <= entry.floor) return "";
  return ` · ${number((100 * (entry.mean - entry.floor)) / (entry.ceiling - entry.floor))}% ${t("ofTheWay")}`;
}

/** Shares keep the whole axis 0 to 1, so that charts can be compared; others what they need. */
function axisOf(metric) {
  if (metric.unit === "share") return [0, 1];
  const ends = metric.figures.flatMap((entry) => (entry ? [entry.mean, entry.low, entry.high] : []));
  const known = ends.filter((value) => value !== null && value !== undefined);
  const high = Math.max(0, ...known);
  // an interval may reach below zero where no value can: it ends at the axis
  return [Math.min(0, ...metric.figures.map((entry) => entry?.mean ?? 0)), high ? high * 1.1 : 1];
}

const interval = (entry, metric) =>
  entry.mean === null ? "–" : `${figure(entry.mean, metric)} [${figure(entry.low, metric)}, ${figure(entry.high, metric)}]`;

const spoken = (metric, head) =>
  plain(`${metric.name}: ` + metric.figures
    .map((entry, variant) => entry && `${letter(variant)} ${head.variants[variant].name} ${interval(entry, metric)}${onScale(entry)}`)
    .filter(Boolean).join("; "));

/** Differences from the baseline around zero, on the lines of their variants. */
function forest(metric, entries, head) {
  return responsive((width) => {
    const pad = 14;
    const bottom = HEAD + head.variants.length * LINE;
    const ends = entries.flatMap(([, e]) => [e.low, e.high, e.low_adjusted, e.high_adjusted, e.difference]);
    const reach = Math.max(1e-9, ...ends.map((value) => Math.abs(value ?? 0))) * 1.1;
    const x = (value) => pad + ((value + reach) / (2 * reach)) * (width - 2 * pad);
    const label = entries.map(([variant, e]) => `${letter(variant)} ${signed(e.difference, metric)} [${signed(e.low, metric)}, ${signed(e.high, metric)}] ${t(judged(e))}`).join("; ");
    const svg = picture(width, bottom + 20, `${metric.name}: ${label}`);
    drawTicks(svg, reach < 1e-8 ? [0] : ticks(-reach, reach, 4), x, HEAD - 2, bottom, shortSigned);
    if (metric.direction !== "neutral") drawSides(svg, metric, width, x(0));
    for (const [variant, e] of entries) {
      const y = HEAD + variant * LINE + LINE / 2;
      const line = s("g", { class: `${hue(variant)}${judged(e) === "cantTell" ? " faint" : ""}` });
      if (e.low_adjusted !== null && e.low_adjusted !== undefined)
        line.append(s("path", { class: "interval thin", d: `M${x(e.low_adjusted)} ${y}H${x(e.high_adjusted)}` }));
      if (e.low !== null) line.append(whiskers(x(e.low), x(e.high), y));
      line.append(marker(variant, x(e.difference), y));
      line.append(s("title", null, plain(`${letter(variant)} ${signed(e.difference, metric)} [${signed(e.low, metric)}, ${signed(e.high, metric)}]`)));
      svg.append(line);
    }
    return svg;
  });
}

/** Which side of zero is better. */
function drawSides(svg, metric, width, zero) {
  const better = metric.direction === "higher";
  svg.append(s("text", { class: "end", x: zero - 6, y: 11, "text-anchor": "end" }, `← ${t(better ? "worse" : "better")}`));
  svg.append(s("text", { class: "end", x: zero + 6, y: 11 }, `${t(better ? "better" : "worse")} →`));
}

/** Histograms under one another, one a variant, on one axis. */
function distribution(metric, head) {
  const shown = metric.bins.map((bins, variant) => [variant, bins]).filter(([, bins]) => bins);
  return responsive((width) => {
    const [row, pad, left] = [54, 8, 26];
    const height = shown.length * row + 22;
    const most = Math.max(1, ...shown.flatMap(([, bins]) => bins));
    const svg = picture(width, height, `${t("distributions")}: ${spoken(metric, head)}`);
    const x = (value) => left + ((value - metric.low) / (metric.high - metric.low || 1)) * (width - left - pad);
    drawTicks(svg, ticks(metric.low, metric.high, width < 420 ? 4 : 8), x, 0, height - 20);
    shown.forEach(([variant, bins], index) => {
      const base = (index + 1) * row;
      const step = (width - left - pad) / bins.length;
      const group = s("g", { class: hue(variant) });
      group.append(marker(variant, 10, base - row / 2));
      bins.forEach((count, bin) => {
        if (!count) return;
        const tall = Math.max(1.5, (count / most) * (row - 12));
        const from = metric.low + (bin / bins.length) * (metric.high - metric.low);
        const to = metric.low + ((bin + 1) / bins.length) * (metric.high - metric.low);
        group.append(s("rect", { class: "bar", x: left + bin * step + 0.5, y: base - tall, width: Math.max(1, step - 1), height: tall },
          s("title", null, plain(`${letter(variant)}: ${count} × ${short(from)}–${short(to)}`))));
      });
      group.append(s("line", { class: "base", x1: left, x2: width - pad, y1: base, y2: base }));
      const mean = metric.figures[variant]?.mean;
      if (mean !== null && mean !== undefined)
        group.append(s("path", { class: "mean", d: `M${x(mean)} ${base + 4}l4 6h-8z` }, s("title", null, plain(`${letter(variant)}: ${figure(mean, metric)}`))));
      svg.append(group);
    });
    return svg;
  });
}

/** Quality (up) against what it takes (right), one point a variant with its interval. */
function scatter(points, metric, price) {
  return responsive((width) => {
    const [height, left, bottom, pad] = [260, 46, 40, 16];
    const costs = points.map((point) => point.cost);
    const most = Math.max(...costs) * 1.15 || 1;
    const values = points.flatMap(({ entry }) => [entry.low ?? entry.mean, entry.high ?? entry.mean]);
    const spread = Math.max(...values) - Math.min(...values) || 0.1;
    const low = Math.max(metric.unit === "share" ? 0 : -Infinity, Math.min(...values) - spread * 0.25);
    const high = metric.unit === "share" ? Math.min(1, Math.max(...values) + spread * 0.25) : Math.max(...values) + spread * 0.25;
    const x = (value) => left + (value / most) * (width - left - pad);
    const y = (value) => height - bottom - ((Math.min(high, Math.max(low, value)) - low) / (high - low || 1)) * (height - bottom - pad);
    const said = points.map((p) => `${letter(p.variant)} ${price.show(p.cost)}, ${interval(p.entry, metric)}`).join("; ");
    const svg = picture(width, height, `${t("quality")}: ${said}`);
    for (const tick of ticks(low, high, 5)) {
      svg.append(s("line", { class: "grid", x1: left, x2: width - pad, y1: y(tick), y2: y(tick) }));
      svg.append(s("text", { class: "tick", x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, short(tick)));
    }
    drawTicks(svg, ticks(0, most, width < 420 ? 3 : 6), x, pad, height - bottom, price.show);
    svg.append(s("text", { class: "axis", x: width - pad, y: height - 4, "text-anchor": "end" }, t(price.axis)));
    for (const { variant, cost, entry } of points) {
      const group = s("g", { class: hue(variant) });
      if (entry.low !== null)
        group.append(s("path", { class: "interval", d: `M${x(cost)} ${y(entry.low)}V${y(entry.high)}m-4 0h8M${x(cost) - 4} ${y(entry.low)}h8` }));
      group.append(marker(variant, x(cost), y(entry.mean), 6));
      group.append(s("text", { class: "point", x: x(cost) + 11, y: y(entry.mean) - 6 }, letter(variant)));
      svg.append(group);
    }
    return svg;
  });
}
