// Small makers of elements. Text goes in as text nodes only; there is no innerHTML in this page.
const SVG = "http://www.w3.org/2000/svg";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child.nodeType ? child : String(child));
  }
  return element;
}

const h = (tag, properties, ...children) =>
  fill(document.createElement(tag), properties, children);
const s = (tag, properties, ...children) =>
  fill(document.createElementNS(SVG, tag), properties, children);

// Controls, bidi overrides and characters without a width are shown, never obeyed; as report/inert.py
// has them, but for the line ends and tabs of a text.
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff\u{e0000}-\u{e007f}]/gu;

/** Text of a document as nodes; what cannot be seen is named by its code point. */
function inert(text) {
  const nodes = [];
  let last = 0;
  for (const match of text.matchAll(INVISIBLE)) {
    if (match.index > last) nodes.push(text.slice(last, match.index));
    if (match[0] !== "\r") {
      const code = match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      nodes.push(h("span", { class: "control", title: `U+${code}` }, `U+${code}`));
    }
    last = match.index + match[0].length;
  }
  if (last < text.length) nodes.push(text.slice(last));
  return nodes;
}

/** The same for places that hold only text: attributes, options, SVG titles. */
const plain = (text) => String(text ?? "").replace(INVISIBLE, "\ufffd");

/** An element for a document's text in the language that most of its letters have. */
function prose(tag, properties, text, nodes) {
  return h(tag, { dir: "auto", lang: languageOf(text), ...properties }, nodes || inert(text));
}

function languageOf(text) {
  const sample = text.slice(0, 2000);
  const han = (sample.match(/\p{Script=Han}/gu) || []).length;
  const latin = (sample.match(/[a-zA-Z]/g) || []).length;
  return han * 2 >= latin && han > 0 ? "zh-CN" : latin ? "en" : null;
}

/** Only web addresses become links; anything else stays text. */
function link(url) {
  if (!url) return null;
  const shown = plain(url);
  return /^https?:\/\//i.test(url)
    ? h("a", { href: url, rel: "noopener noreferrer nofollow", target: "_blank" }, shown)
    : h("span", null, shown);
}

const letter = (variant) => LETTERS[variant] || `#${variant + 1}`;
const hue = (variant) => `v${variant % 6}`;

/** The letter of a variant in its colour and shape. */
function badge(variant, extra) {
  return h("span", { class: `badge ${hue(variant)}` }, letter(variant), extra);
}

function number(value, digits) {
  if (value === null || value === undefined) return "–";
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits ?? 0,
    maximumFractionDigits: digits ?? 0,
  });
}

/** A metric's value: shares with three digits, counts with as many as tell something. */
function figure(value, metric) {
  if (value === null || value === undefined) return "–";
  return number(value, metric && metric.unit === "number" ? digitsOf(value) : 3).replace("-", "\u2212");
}

function digitsOf(value) {
  if (Number.isInteger(value)) return 0;
  const size = Math.abs(value);
  return size >= 100 ? 1 : size >= 1 ? 2 : 3;
}

function signed(value, metric) {
  if (value === null || value === undefined) return "–";
  const text = figure(Math.abs(value), metric);
  if (Number(text.replace(/,/g, "")) === 0) return text;
  return (value > 0 ? "+" : "\u2212") + text;
}

function money(value) {
  if (value === null || value === undefined) return "–";
  return "$" + (value < 0.01 && value > 0 ? value.toPrecision(2) : number(value, value < 10 ? 3 : 2));
}

function choice(label, options, value, change, properties) {
  const select = h(
    "select",
    { onchange: () => change(select.value), ...properties },
    options.map(([key, text]) => h("option", { value: key, selected: key === value }, plain(text))),
  );
  return h("label", { class: "field" }, h("span", null, label), select);
}
