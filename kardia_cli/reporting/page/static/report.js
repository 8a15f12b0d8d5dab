// The report: figures with intervals, differences, plots, who judged, what it cost. Every key may be missing.

const estimate = (given) =>
  Array.isArray(given) ? { value: given[0], low: given[1], high: given[2], n: given[3], clusters: given[4] } : given || {};
const table = (heads, rows, caption) =>
  [caption && el("p.soft.small", {}, caption), el("div.scroll", { tabindex: 0, role: "region", "aria-label": caption || "table" }, el("table", {},
    el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, rows)))];
const interval = (cell) => (cell.low === null || cell.low === undefined ? null : [" ", el("span.soft", {}, `[${figure(cell.low, 3)}, ${figure(cell.high, 3)}]`)]);
const part = (title, ...inside) => el("section", { "aria-label": title }, el("h2", {}, title), inside);

// Any plain value as something to read: a table of records, pairs, a list, text.
const anything = (value) => {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : figure(value, 3);
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) {
    if (value.length && value.every((item) => item && typeof item === "object" && !Array.isArray(item))) {
      const heads = [...new Set(value.flatMap((item) => Object.keys(item)))];
      return table(heads.map(spaced), value.map((item) => el("tr", {}, heads.map((head) => el("td.num", {}, anything(item[head]))))));
    }
    return value.map((item, at) => [at ? ", " : "", anything(item)]);
  }
  if (Object.keys(value).every((key) => ["value", "low", "high", "n", "clusters"].includes(key))) return [figure(value.value, 3), interval(value)];
  return el("dl.facts", {}, Object.entries(value).map(([key, item]) => [el("dt", {}, spaced(key)), el("dd", {}, anything(item))]));
};

const extent = ({ rows, dialogues, profiles, unit, clustered_by }) =>
  rows ? `${unit === "dialogue" ? "" : `${rows} turns of `}${dialogues} dialogues${clustered_by === "profile" ? ` by ${profiles} profiles` : ""}. ` : "";
const means = (report) => {
  const { names = [], criteria = [], cells = {}, differences = {}, baseline, counts = {}, seeds = {} } = report;
  const lower = new Set(report.lower_is_better || []);
  const rows = criteria.map((criterion) => {
    const found = names.map((name) => estimate(cells[name]?.[criterion]));
    const sizes = [...new Set(found.map((cell) => cell.n ?? 0))];
    return el("tr", {}, el("th", { scope: "row" }, spaced(criterion), lower.has(criterion) ? el("span.soft", {}, " ↓") : null), names.map((name, at) => {
      const sure = differences[name]?.[criterion]?.verdict === "better";
      const each = own(own(seeds, name), criterion) || [];
      return el("td.num.both", {}, el(sure ? "b" : "span", {}, figure(found[at].value, 3)), interval(found[at]),
        each.length > 1 ? el(".soft", {}, `seeds ${each.map((value) => figure(value, 3)).join(", ")}`) : null);
    }), el("td.num.soft", {}, (sizes.length > 1 ? found.map((cell) => cell.n ?? 0) : sizes).join(" / ")));
  });
  const heads = names.map((name) => [name, (counts[name]?.seeds ?? 1) > 1 ? el("span.soft", {}, ` (${counts[name].seeds} seeds)`) : null, name === baseline ? el("span.soft", {}, " (baseline)") : null]);
  const level = Math.round((report.level ?? 0.95) * 100);
  return part("Figures", table(["", ...heads, "n"], rows,
    `${extent(report)}Mean with ${level} % interval, clustered by ${report.clustered_by || "profile"}.${baseline ? ` Bold: better than ${baseline} after Holm's correction.` : ""}${criteria.some((name) => lower.has(name)) ? " ↓: lower is better." : ""}`));
};

const gaps = (report) => {
  const { names = [], criteria = [], differences = {}, baseline } = report;
  const others = names.filter((name) => Object.keys(differences[name] || {}).length);
  if (!others.length) return null;
  const rows = others.flatMap((name) => criteria.filter((criterion) => differences[name][criterion]).map((criterion, at, all) => {
    const gap = differences[name][criterion];
    const p = gap.p_holm ?? gap.p;
    return el("tr", {}, at ? null : el("th", { scope: "rowgroup", rowspan: all.length }, name), el("td", {}, spaced(criterion)),
      el("td.num", {}, gap.value > 0 ? "+" : "", figure(gap.value, 3), interval(gap)), el("td.num", {}, p === null || p === undefined ? "–" : p < 0.001 ? "< 0.001" : figure(p, 3)),
      el("td", {}, chip(gap.verdict || "–", gap.verdict === "better" || gap.verdict === "worse" ? gap.verdict : "")), el("td.num.soft", {}, figure(gap.detectable, 3)));
  }));
  return part(`Differences to ${baseline}`, table(["", "criterion", "difference", "p (Holm)", "verdict", "detectable"], rows,
    "Same rows, pair by pair. Tied: no difference was shown. Not tested: it is made of the others, or neither side is better. Detectable: the smallest one that this many rows would show 4 times in 5."));
};

// Each run by itself: its curves share no step axis with those of another.
const training = (runs) => runs.filter((run) => run.panels.length).map((run) => part(`Training: ${run.name}`,
  el("p.soft.small", {}, "Over the run's own steps. Faint: each logged step; strong: the running mean over a twentieth of the run."),
  el("div.plots", {}, run.panels.map((panel) => curves(panel.title, panel.lines.map((line, colour) => ({ ...line, colour })), panel.span, panel.unit)))));

const gateLine = (gate) => el("li", {}, chip(gate.outcome, { met: "PASS", "not met": "FAIL" }[gate.outcome] || "flag"), ` ${gate.gate} · ${gate.name}, ${gate.of} `, figure(gate.value, 3), interval(gate), el("span.soft.small", {}, ` n ${gate.n}`));

// Who judged by which rubric, by what settings; which file and model stand behind each name.
const identity = (given, names) => {
  const settings = (value) => (value && typeof value === "object" ? Object.entries(value).filter(([, item]) => item !== "" && item !== null).map(([key, item]) => `${spaced(key)} ${Array.isArray(item) ? item.join(", ") : item}`).join(" · ") : value);
  const rows = names.map((name) => [name, own(given.models, name) || [], own(given.files, name) || []]);
  return [facts([["protocol", given.protocol], ["judge", given.judge_shown || given.judge], ["judge's manner", settings(given.judge_manner)], ["rubric hash", given.rubric_hash], ["policy hash", given.policy_hash], ["options", settings(given.options)], ["split", given.split], ["seed", given.seed]]),
    rows.some(([, models, files]) => models.length || files.length) ? table(["name", "model", "file"], rows.map(([name, models, files]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, models.map((model) => el("div", {}, settings(model)))), el("td", {}, files.map((file) => el("div", {}, file)))))) : null];
};

// The paper's own figures: {source, note, columns, percent, rows: {name: values}}, and ours below in the same units.
const quotation = (given, { differences = {}, baseline }) => {
  const line = (name, values) => el("tr", {}, el("th", { scope: "row" }, name), values.map((value) => el("td.num", {}, value > 0 ? "+" : "", figure(value, 3))));
  const ours = Object.entries(differences).map(([name, gaps]) => line(`${name} less ${baseline} (ours)`, given.columns.map((column) => {
    const value = gaps[column]?.value;
    return value === null || value === undefined ? null : column === given.percent ? value * 100 : value;
  })));
  return [el("p.small", {}, given.source), el("p.soft.small", {}, given.note),
    table(["", ...given.columns.map(spaced)], [...Object.entries(given.rows).map(([name, values]) => line(`${name} (quoted)`, values)), ...ours])];
};

const reportView = () => {
  const report = DATA.report;
  const page = el("div.report");
  const { names = [], criteria = [], cells = {}, differences = {} } = report || {};
  if (report) {
    if ((report.warnings || []).length) page.append(el("ul.warn", { "aria-label": "Warnings" }, report.warnings.map((text) => el("li", {}, text))));
    if (names.length) page.append(means(report));
    const compared = gaps(report);
    if (compared) page.append(compared);
    const graded = criteria.filter((name) => names.some((each) => cells[each]?.[name]) && names.every((each) => { const value = estimate(cells[each]?.[name]).value; return value === null || value === undefined || (value >= 1 && value <= 5); }) && !/rate|accuracy|f1|value|rubric|share|rank/.test(name));
    const each = criteria.map((name) => forest(name, names.map((who) => ({ name: who, ...estimate(cells[who]?.[name]) }))));
    if (names.length) page.append(part("Criterion by criterion", legend(names), el("div.plots", {}, graded.length > 2 ? radar(graded, names, cells) : null, each)));
    const others = names.filter((name) => Object.keys(differences[name] || {}).length);
    if (others.length) page.append(part("Differences, drawn", el("div.plots", {}, others.map((name) => forest(`${name} less ${report.baseline}`, criteria.filter((c) => differences[name][c] && /rate|accuracy|f1|rubric|value/.test(c) === false).map((c) => ({ name: spaced(c), colour: names.indexOf(name), ...differences[name][c] })), true)))));
    const told = Object.entries(report.confusion || {}).filter(([, counts]) => counts.length);
    if (told.length) page.append(part("Emotions said", el("p.soft.small", {}, "Rows: the dialogue's emotion. Columns: what the model said. Darker: a larger share of the row."), el("div.plots.wide", {}, told.map(([name, counts]) => confusion(name, counts)))));
  }
  page.append(...training(DATA.runs));
  if (report) {
    if (report.quoted) page.append(el("section.quoted", { "aria-label": "Quoted figures" }, el("h2", {}, "Beside the paper"), quotation(report.quoted, report)));
    if ((report.gates || []).length) page.append(part("Gates", el("ul.gates", {}, report.gates.map(gateLine))));
    if (report.identity) page.append(part("Who judged, by what", identity(report.identity, names), (report.calibration || []).map((text) => el("p", {}, text))));
    if (report.counts) page.append(part("Counts", anything(Object.entries(report.counts).map(([name, count]) => ({ name, ...count })))));
    if ((report.cost || []).length) page.append(part("Cost", anything(report.cost)));
  }
  return page;
};
