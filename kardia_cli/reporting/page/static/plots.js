// Plots as inline SVG, drawn here; no library.

const COLOURS = ["--c0", "--c1", "--c2", "--c3", "--c4", "--c5", "--c6", "--c7"].map((name) => `var(${name})`);
const svg = (tag, given = {}, ...inside) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(given)) if (value !== undefined && value !== null) made.setAttribute(name, value);
  append(made, inside);
  return made;
};
const drawing = (width, height, label, inside, wide) =>
  svg("svg", { viewBox: `0 0 ${width} ${height}`, width: wide ? "100%" : width, role: "img", "aria-label": label }, inside);
const between = (value, from, to, start, end) => start + ((value - from) / (to - from || 1)) * (end - start);

// Round figures for an axis: about `count` of them from `low` to `high`.
const ticks = (low, high, count = 4) => {
  const rough = (high - low || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const made = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step / 1e6; at += step) made.push(Number(at.toPrecision(12)));
  return made;
};
const short = (value) => {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(1).replace(".0e", "e").replaceAll("-", "−");
  return String(Number(value.toPrecision(3))).replace("-", "−");
};
// A label that has little room; the whole of it is its title.
const named = (label, given, letters = 15) => svg("text", given, svg("title", {}, label), label.length > letters ? label.slice(0, letters - 1) + "…" : label);
const legend = (names) => el("p.legend", {}, names.map((name, at) => el("span", {}, el("i", { style: `background:${COLOURS[at % COLOURS.length]}` }), name)));

// Means and intervals, one line a name; `zero` draws the line of no difference.
const forest = (label, rows, zero) => {
  const known = rows.filter((row) => row.value !== null && row.value !== undefined);
  if (!known.length) return null;
  let low = Math.min(...known.map((row) => row.low ?? row.value), ...(zero ? [0] : []));
  let high = Math.max(...known.map((row) => row.high ?? row.value), ...(zero ? [0] : []));
  const room = (high - low || Math.abs(high) * 0.2 || 1) * 0.08;
  [low, high] = [low - room, high + room];
  const [width, left, step] = [330, zero ? 124 : 100, 22];
  const bottom = rows.length * step + 6;
  const x = (value) => between(value, low, high, left, width - 10);
  const inside = ticks(low, high).map((at) => [
    svg("line", { class: "axis", x1: x(at), x2: x(at), y1: 2, y2: bottom }),
    svg("text", { x: x(at), y: bottom + 13, "text-anchor": "middle" }, short(at))]);
  if (zero) inside.push(svg("line", { x1: x(0), x2: x(0), y1: 2, y2: bottom, stroke: "var(--soft)" }));
  rows.forEach((row, at) => {
    const y = at * step + 15;
    const colour = COLOURS[(row.colour ?? at) % COLOURS.length];
    inside.push(named(row.name, { class: "ink", x: left - 8, y: y + 4, "text-anchor": "end" }, zero ? 20 : 15));
    if (row.value === null || row.value === undefined) return;
    if (row.low !== null && row.low !== undefined)
      inside.push(svg("line", { x1: x(row.low), x2: x(row.high), y1: y, y2: y, stroke: colour, "stroke-width": 2.4, "stroke-linecap": "round" }));
    inside.push(svg("circle", { cx: x(row.value), cy: y, r: 4.2, fill: colour }, svg("title", {}, `${row.name}: ${short(row.value)}`)));
  });
  return el("figure", {}, el("figcaption", {}, spaced(label)), drawing(width, bottom + 20, `${spaced(label)}: means with intervals`, inside));
};

// One shape a name over criteria that share a scale of 1 to 5.
const radar = (criteria, names, cells) => {
  const [size, radius] = [330, 105];
  const [cx, cy] = [size / 2, 142];
  const point = (at, value) => {
    const angle = (2 * Math.PI * at) / criteria.length - Math.PI / 2;
    const far = between(Math.max(1, value), 1, 5, radius * 0.08, radius);
    return [cx + far * Math.cos(angle), cy + far * Math.sin(angle)];
  };
  const ring = (value) => criteria.map((_, at) => point(at, value).map((n) => n.toFixed(1)).join(",")).join(" ");
  const inside = [1, 2, 3, 4, 5].map((value) => svg("polygon", { points: ring(value), class: "axis", fill: "none" }));
  criteria.forEach((name, at) => {
    const [x, y] = point(at, 5);
    const [tx, ty] = [x + (x - cx) * 0.1, y + (y - cy) * 0.14];
    inside.push(svg("line", { class: "axis", x1: cx, y1: cy, x2: x, y2: y }));
    inside.push(svg("text", { class: "ink", x: Math.min(size - 2, Math.max(2, tx)), y: ty + 3, "text-anchor": Math.abs(x - cx) < 8 ? "middle" : x > cx ? "start" : "end" }, spaced(name).split(" ").slice(-1)[0]));
  });
  names.forEach((name, order) => {
    const values = criteria.map((criterion) => cells[name]?.[criterion]?.value);
    if (values.some((value) => value === null || value === undefined)) return;
    const points = values.map((value, at) => point(at, value).map((n) => n.toFixed(1)).join(",")).join(" ");
    const colour = COLOURS[order % COLOURS.length];
    inside.push(svg("polygon", { points, fill: colour, "fill-opacity": 0.08, stroke: colour, "stroke-width": 2 }, svg("title", {}, name)));
  });
  return el("figure.tall", {}, el("figcaption", {}, "Mean levels, 1 to 5"), drawing(size, 270, "Mean levels of each name", inside));
};

// The running mean over a twentieth of the points (at least 3), at each place over what is there around it.
const smooth = (points) => {
  const reach = Math.max(1, Math.floor(points.length / 40));
  return points.map(([step], at) => {
    const near = points.slice(Math.max(0, at - reach), at + reach + 1);
    return [step, near.reduce((sum, [, value]) => sum + value, 0) / near.length];
  });
};

// Lines over steps; `span` is always in view. Few points are drawn as dots too, many as a faint line under their running mean.
const curves = (label, lines, span, unit) => {
  const points = lines.flatMap((line) => line.points);
  const [xs, ys] = [points.map((p) => p[0]), [...points.map((p) => p[1]), ...(span || [])]];
  const [first, last, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const [width, height, left, bottom] = [330, 176, 44, 152];
  const pad = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
  const x = (value) => (first === last ? (left + width - 12) / 2 : between(value, first, last, left, width - 12));
  const y = (value) => between(value, low - pad, high + pad, bottom, 8);
  const inside = ticks(low - pad, high + pad).map((at) => [
    svg("line", { class: "axis", x1: left, x2: width - 12, y1: y(at), y2: y(at) }),
    svg("text", { x: left - 6, y: y(at) + 4, "text-anchor": "end" }, short(at))]);
  const steps = first === last ? [first] : ticks(first, last).filter(Number.isInteger);
  inside.push(steps.map((at) => svg("text", { x: x(at), y: bottom + 16, "text-anchor": "middle" }, short(at))));
  for (const line of lines) {
    const stroke = COLOURS[line.colour % COLOURS.length];
    const drawn = (through, faint) => svg("path", { class: faint ? "curve faint" : "curve", d: through.map((p, at) => `${at ? "L" : "M"}${x(p[0]).toFixed(1)} ${y(p[1]).toFixed(1)}`).join(""), stroke }, svg("title", {}, line.name));
    const many = line.points.length > 20;
    inside.push(many ? [drawn(line.points, true), drawn(smooth(line.points))] : drawn(line.points));
    if (!many) inside.push(line.points.map((p) => svg("circle", { cx: x(p[0]), cy: y(p[1]), r: 2.4, fill: stroke }, svg("title", {}, `${line.name}, ${p[0]}: ${short(p[1])}`))));
  }
  const ends = lines.map((line) => `${line.name} from ${short(line.points[0][1])} to ${short(line.points[line.points.length - 1][1])}`).join(", ");
  return el("figure", {}, el("figcaption", {}, label, unit ? el("span.soft.small", {}, ` ${unit}`) : null), drawing(width, height, `${label}: ${ends}`, inside), lines.length > 1 ? legend(lines.map((line) => line.name)) : null);
};

// Counts of what was said for what is true, and each true emotion's recall; a row is shaded by its share.
const NONE = "(none)"; // reporting/macro_f1.py: nothing was said
const confusion = (name, counts) => {
  const totals = new Map();
  for (const [gold, , n] of counts) totals.set(gold, (totals.get(gold) || 0) + n);
  const rows = [...totals.keys()].sort();
  const others = [...new Set(counts.map(([, said]) => said))].filter((said) => !totals.has(said)).sort((a, b) => (a === NONE) - (b === NONE) || (a < b ? -1 : 1));
  const columns = [...rows, ...others];
  const hits = new Map(counts.filter(([gold, said]) => gold === said).map(([gold, , n]) => [gold, n]));
  const cell = Math.max(12, Math.min(26, Math.floor(460 / columns.length)));
  const left = 92;
  const [width, height] = [left + columns.length * cell + 60, rows.length * cell + 92];
  const [across, down] = [columns, rows].map((labels) => new Map(labels.map((label, place) => [label, place])));
  const inside = [
    rows.map((label, place) => [
      named(label, { x: left - 6, y: place * cell + cell * 0.5 + 4, "text-anchor": "end" }),
      svg("text", { x: left + columns.length * cell + 5, y: place * cell + cell * 0.5 + 4 }, `${Math.round((100 * (hits.get(label) || 0)) / totals.get(label))} %`),
      svg("rect", { x: left + place * cell, y: place * cell, width: cell, height: cell, fill: "none", class: "axis" })]),
    columns.map((label, place) => named(label, { transform: `translate(${left + place * cell + cell / 2 + 3} ${rows.length * cell + 8}) rotate(55)` }))];
  for (const [gold, said, n] of counts) {
    const share = n / totals.get(gold);
    inside.push(svg("rect", { x: left + across.get(said) * cell + 0.5, y: down.get(gold) * cell + 0.5, width: cell - 1, height: cell - 1, rx: 2, fill: gold === said ? "var(--c0)" : "var(--c1)", "fill-opacity": (0.15 + 0.85 * share).toFixed(2) },
      svg("title", {}, `${gold}, said ${said}: ${n} of ${totals.get(gold)}`)));
  }
  const right = counts.reduce((sum, [gold, said, n]) => sum + (gold === said ? n : 0), 0);
  const all = [...totals.values()].reduce((sum, n) => sum + n, 0);
  return el("figure", {}, el("figcaption", {}, `${name}: ${right} of ${all} right`), el("div.scroll", { tabindex: 0, role: "region", "aria-label": `Confusions of ${name}` },
    svg("svg", { viewBox: `0 0 ${width} ${height}`, width: "100%", style: `max-width: ${width}px; min-width: ${Math.min(width, 480)}px`, role: "img", "aria-label": `Emotions said by ${name} for each true emotion` }, inside)));
};
