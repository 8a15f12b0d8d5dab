// Texts with something in them to see: quotes, words that changed, the spans of a supporter's turn.

// The spans of a turn's format: [{name, spellings, role, is_hidden, before, after}]; kardia's own where it names none.
const spansOf = (turn) => DATA.formats[turn.format || "kardia"];
const ofRole = (turn, role) => turn.spans && turn.spans[spansOf(turn).findIndex((span) => span.role === role)];
const spoken = (turn) => (turn.spans ? ofRole(turn, "reply") : turn.text || "");

// The letters of a text as its spans are written in a row (turn_format.py `render`).
const raw = (turn) =>
  turn.text !== undefined ? turn.text : spansOf(turn).flatMap(({ spellings: [[open, close]], before, after }, at) => [before, open + turn.spans[at] + close, after].filter(Boolean)).join("\n");

// Where a quote stands: word for word, else with other blanks, quotation marks or capitals; null where it does not.
const found = (text, quote) => {
  const exact = text.indexOf(quote);
  if (!quote.trim()) return null;
  if (exact >= 0) return [exact, exact + quote.length];
  const loose = quote.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+").replace(/['’‘]/g, "['’‘]").replace(/["“”]/g, "[\"“”]");
  const match = new RegExp(loose, "iu").exec(text);
  return match ? [match.index, match.index + match[0].length] : null;
};

// A text in pieces, each marked with the keys of the quotes over it; quotes may overlap. `quotes`: [[key, text, kind]].
const quoted = (text, quotes) => {
  const places = quotes.map(([key, quote, kind]) => [key, found(text, quote), kind]).filter((item) => item[1]);
  const cuts = [...new Set([0, text.length, ...places.flatMap((item) => item[1])])].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((from, at) => {
    const piece = text.slice(from, cuts[at + 1]);
    const over = places.filter(([, [start, end]]) => start <= from && end >= cuts[at + 1]);
    if (!over.length) return piece;
    const kinds = [...new Set(over.map((item) => item[2]).filter(Boolean))];
    return el(["mark", ...kinds].join("."), { "data-keys": ` ${over.map((item) => item[0]).join(" ")} `, title: [...new Set(over.map((item) => spaced(item[0])))].join(", ") }, piece);
  });
};

// Words that went and words that came, by the longest common run of words.
const changed = (before, after) => {
  const [a, b] = [before, after].map((text) => text.split(/(\s+)/).filter((word) => word !== ""));
  if (a.length * b.length > 4e6) return [el("del", {}, before), el("ins", {}, after)];
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] = a[i] === b[j] ? common[(i + 1) * width + j + 1] + 1 : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
  const kept = common[0] - a.filter((word) => !word.trim()).length;
  if (kept < 0.25 * Math.min(a.length, b.length) / 2) return [el("del", {}, before), "\n", el("ins", {}, after)];
  const pieces = [];
  const add = (kind, word) => {
    const last = pieces[pieces.length - 1];
    if (last && last[0] === kind) last[1] += word;
    else pieces.push([kind, word]);
  };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { add("", a[i++]); j++; }
    else if (i < a.length && (j >= b.length || common[(i + 1) * width + j] >= common[i * width + j + 1])) add("del", a[i++]);
    else add("ins", b[j++]);
  }
  return pieces.map(([kind, text]) => (kind ? el(kind, {}, text) : text));
};

// The parts of a supporter's turn: what it thought can be opened, what it said stands open.
const parts = (turn, marks = []) => {
  const broken = turn.broken ? el("p.small", {}, chip("format", "FAIL"), " ", turn.broken) : null;
  if (!turn.spans) return [broken, el(`p.words${broken ? ".free" : ""}`, {}, turn.text ? quoted(turn.text, marks) : el("span.soft", {}, "(nothing)"))];
  return spansOf(turn).map(({ name, role }, at) => {
    const text = turn.spans[at];
    if (role === "label") return el(`p.felt.${name}`, {}, `${name} `, el("b", {}, text));
    if (role === "reply") return el(`p.words.${name}`, {}, quoted(text, marks));
    return el(`details.span.${name}`, {}, el("summary", {}, el("b", {}, name), el("span.peek", { "aria-hidden": "true" }, text)), el("p", {}, text));
  });
};
