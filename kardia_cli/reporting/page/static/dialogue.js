// One dialogue to read: who, what happened, each turn with its spans, verdicts, rewrites and other models' replies.

const LOW = 3; // a level below this is shown as low; most rubrics fail a turn there

const facts = (pairs) => {
  const known = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return known.length ? el("dl.facts", {}, known.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])) : null;
};

const NO_TALK = "The talk is not in this file, only replies: name its dialogues too (--dialogues FILE).";
const about = (row, blindly) => !row.situation && row.person === undefined ? (row.messages.length ? null : el("p.soft", {}, NO_TALK)) : el("section.about", { "aria-label": "Person and situation" },
  row.situation && el("p.situation", {}, row.situation),
  (row.risk || []).length && !blindly ? el("p.small", {}, chip("risk", "flag"), " ", row.risk.map((mark) => `${spaced(mark.kind)}: “${mark.quote}”`).join("; ")) : null,
  row.person !== undefined && el("details", { open: blindly || !row.messages.length }, el("summary", {}, "Profile", row.mbti ? ` · ${row.mbti}` : ""), el("pre", {}, DATA.texts[row.person])));

// How a simulated person's mood went, and what they hoped for (SAGE).
const moods = (row) => {
  if (!row.emotions) return null;
  const points = row.emotions.map((mood, at) => [at, mood]);
  return el("section.about", { "aria-label": "Mood" },
    facts([["hoped for", row.hidden_intention && `${spaced(row.hidden_intention)}${row.intention_kind ? ` (${row.intention_kind})` : ""}`], ["mood", `${short(points[0][1])} to ${short(points[points.length - 1][1])}`], ["ended by", row.stop_reason && spaced(row.stop_reason)], ["breaks the rules", (row.broken || []).join("; ")]]),
    points.length > 1 ? curves("Mood after each reply", [{ name: "mood", points, colour: 0 }], [0, 100]) : null);
};
const thought = (row, turn) => {
  const held = (row.thoughts || []).find((each) => each.turn === turn);
  return held ? el("details", {}, el("summary", {}, "What they thought"), facts(Object.entries(held).filter(([name]) => name !== "turn").map(([name, text]) => [spaced(name), text]))) : null;
};
const moodAt = (row, turn) => {
  if (!row.emotions) return null;
  const at = row.messages.slice(0, turn).filter((message) => message.role === "user").length;
  const [before, now] = [row.emotions[at - 1], row.emotions[at]];
  return now === undefined ? null : chip(`mood ${short(now)}${before === undefined ? "" : ` (${now > before ? "+" : ""}${short(now - before)})`}`);
};

// A level as a button: what it opens is why, and which words it quotes.
const levelButton = (level, words, box) => {
  const quotes = level.quotes || [];
  const missing = quotes.filter((quote) => !found(words.textContent, quote));
  const button = el(`button.level${level.level !== null && level.level < LOW ? ".low" : ""}`, { type: "button", "aria-expanded": "false" },
    spaced(level.id), " ", el("b", {}, level.level === null ? "–" : short(level.level)), level.spread ? el("span.soft", {}, ` ±${figure(level.spread, 1)}`) : null);
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    for (const other of button.parentElement.querySelectorAll(".level")) other.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-expanded", String(open));
    for (const mark of words.querySelectorAll("mark")) mark.classList.toggle("on", open && mark.dataset.keys.includes(` ${level.id} `));
    box.replaceChildren(...(open ? [el(".why", {}, el("p", {}, level.reason || "No reason was given."),
      quotes.length ? el("p.small.soft", {}, "Quotes: ", quotes.map((quote, at) => [at ? " · " : "", el("q", {}, quote)])) : null,
      missing.length ? el("p.small", {}, chip("not found in the reply", "flag"), " ", missing.map((quote) => el("q", {}, quote))) : null,
      level.misquotes ? el("p.small.soft", {}, `${level.misquotes} made-up quotes were left out.`) : null,
      (level.facets || []).length ? el("p.small.soft", {}, level.facets.map((facet) => `${spaced(facet.id)} ${facet.level ?? "–"} of 2`).join(" · ")) : null)] : []));
  });
  return button;
};

const verdictOf = (critique, words) => {
  const box = el("div", { "aria-live": "polite" });
  const score = critique.score === undefined ? null : el("span.soft.num", { title: "score by the rubric's weights, 0 to 1" }, figure(critique.score));
  return el(".verdict", {}, el(".sum", {}, chip(critique.verdict || "not scored", critique.verdict), score, critique.levels.map((level) => levelButton(level, words, box))), box,
    critique.found.length ? el("ul.found", {}, critique.found.map((finding) => el(finding.present ? "li" : "li.null", {}, el("b", {}, spaced(finding.id)), finding.present ? "" : " (abstained)", finding.detail ? ` ${finding.detail}` : "", finding.share !== null && finding.share !== undefined ? el("span.soft", {}, ` ${Math.round(finding.share * 100)} % said so`) : null))) : null,
    (critique.gates || []).map((look) => el("p.small", {}, chip(look.agrees ? "vetoed" : "disputed", look.agrees ? "FAIL" : "flag"), ` ${spaced(look.id)}, second look by ${look.judge}${look.same_judge ? " in other words" : ""}: ${look.reason}`)),
    (critique.panel || []).length ? el("details", {}, el("summary", {}, `Panel of ${critique.panel.length}`), critique.panel.map((one) => el("p.small", {}, chip(one.verdict, one.verdict), ` ${one.judge}: `, one.levels.map((level) => `${spaced(level.id)} ${level.level ?? "–"}`).join(", ")))) : null,
    el("details", {}, el("summary", {}, `${critique.judge || "judge"} · ${critique.rubric || "rubric"} ${critique.rubric_version || ""}`), facts([["rubric hash", critique.rubric_hash], ["policy hash", critique.policy_hash], ["draft or rewrite", critique.revision ? `rewrite ${critique.revision}` : "draft"], ["looked for, not found", critique.clear], ["samples", critique.samples]])));
};

const keysOf = (critiques) => critiques.flatMap((critique) => critique.levels.flatMap((level) => (level.quotes || []).map((quote) => [level.id, quote])));
const standing = (critiques) => {
  const last = Math.max(0, ...critiques.map((critique) => critique.revision || 0));
  return [critiques.filter((critique) => (critique.revision || 0) === last), critiques.filter((critique) => (critique.revision || 0) < last)];
};

const rewrites = (revisions, earlier) => revisions.map((revision) => {
  const judged = earlier.filter((critique) => (critique.revision || 0) === revision.revision - 1);
  if (revision.kind === "tail") return el("details", {}, el("summary", {}, "The rest of the talk was simulated anew from here"), el("p.small", {}, revision.reason), el("pre.free", {}, revision.tail));
  if (revision.kind === "label") return el("details", {}, el("summary", {}, "The label alone was corrected"), el("p.small.soft", {}, revision.reason), (revision.before.spans || []).map((text, at) => el("p.diff", {}, changed(text, (revision.after.spans || [])[at] || ""))));
  const [before, after] = [spoken(revision.before), spoken(revision.after)];
  const felt = [revision.before, revision.after].map((turn) => ofRole(turn, "label"));
  const old = el("p.words", {}, quoted(before, keysOf(judged)));
  return el("details.rewrite", {}, el("summary", {}, `Rewrite ${revision.revision}: what changed`), el("p.small.soft", {}, revision.reason),
    el("p.diff", { "aria-label": "words that went and came" }, changed(before, after)),
    felt[0] && felt[1] && felt[0] !== felt[1] ? el("p.felt", {}, "emotion ", changed(...felt)) : null,
    judged.length ? el("details", {}, el("summary", {}, "The text before, as it was judged"), old, judged.map((critique) => verdictOf(critique, old))) : null);
});

const answerOf = (answer) => {
  const critique = answer.critique;
  const label = answer.label && !answer.spans ? el("p.felt", {}, "emotion ", el("b", {}, answer.label)) : null;
  const said = answer.text === "" && (answer.turn < 0 || label) ? null : parts(answer, critique ? keysOf([critique]) : []);
  const box = el("section.answer", { "aria-label": `Reply of ${answer.name}` }, el("h3", {}, answer.name), label, said);
  const shown = (answer.parts || []).filter((item) => !item.id.includes("."));
  box.append(critique ? verdictOf(critique, box.querySelector(".words")) : el("p.small.soft", {}, answer.value === undefined ? "not scored" : `value ${figure(answer.value)}`, answer.reason ? ` · ${answer.reason}` : ""));
  if (shown.length) box.append(el("details", {}, el("summary", {}, "All figures"), facts(shown.map((item) => [spaced(item.id), figure(item.value)]))));
  return box;
};

const answersAt = (row, turn) => {
  const here = (row.answers || []).filter((answer) => answer.turn === turn);
  return here.length ? el(".answers", {}, here.map(answerOf)) : null;
};

const supporterTurn = (row, message, turn) => {
  const [now, earlier] = standing((row.critiques || []).filter((critique) => critique.turn === turn));
  const revisions = (row.revisions || []).filter((revision) => revision.turn === turn);
  const rewritten = revisions.filter((revision) => revision.kind !== "label").length;
  const box = el("section.turn.assistant", { "aria-label": `Turn ${turn}, supporter` }, el(".who", {}, "Supporter", rewritten ? chip(`${rewritten}× rewritten`) : null), parts(message, keysOf(now)));
  const words = box.querySelector(".words");
  append(box, [now.map((critique) => verdictOf(critique, words)), rewrites(revisions, earlier)]);
  const labels = (row.human || []).filter((label) => label.turn === turn);
  if (labels.length) box.append(el("p.small.soft", {}, "People: ", labels.map((label) => `${spaced(label.id)} ${label.level} (${label.rater})`).join(" · ")));
  for (const trace of (row.traces || []).filter((item) => item.turn === turn)) box.append(el("details", {}, el("summary", {}, "How the strategy made it"), el("pre.free", {}, trace.trace)));
  append(box, [answersAt(row, turn)]);
  return box;
};

// The row's own profile and situation go where the kept prompt has their marks (dialogues.py PERSON, SITUATION).
const systemText = (row, message) => unsealed(DATA.texts[message.shared]).replaceAll("\ue000", () => DATA.texts[row.person] ?? "").replaceAll("\ue001", () => row.situation ?? "");

const turnOf = (row, message, turn) => {
  if (message.role === "system") {
    return el("details.turn", {}, el("summary", {}, "System prompt"), el("pre.free", {}, systemText(row, message)));
  }
  if (message.role === "assistant") return supporterTurn(row, message, turn);
  const marks = (row.risk || []).filter((mark) => mark.turn === turn).map((mark) => [mark.kind, mark.quote, "risk"]);
  return el("section.turn.user", { "aria-label": `Turn ${turn}, seeker` }, el(".who", {}, "Seeker", moodAt(row, turn)), el("p.words", {}, quoted(message.text, marks)), thought(row, turn));
};

const ending = (row) => {
  const sample = row.sample;
  return el("footer.small", {},
    sample ? el("section.about", {}, el("h3", {}, `Sample of step ${sample.step}, reward ${figure(sample.total)}`), facts((sample.rewards || []).map((item) => [spaced(item.id), `${figure(item.value)}  ${item.reason || ""}`]))) : null,
    el("details", {}, el("summary", {}, "Where it comes from"), facts([["id", row.id], ["person", row.anon_username], ["split", row.split || row.part], ["strategy", row.strategy], ["difficulty", row.difficulty], ["author", row.author],
      ...(row.origin || []).map((item) => [item.part, [item.source, item.licence, item.consent].filter(Boolean).join(" · ")]), ...(row.models || []).map((use) => [use.role, use.model])])));
};

const article = (row, tools) => {
  const line = DATA.index[PLACES.get(row.id)];
  const heard = new Set(row.messages.map((_, turn) => turn));
  const loose = [...new Set((row.answers || []).map((answer) => answer.turn))].filter((turn) => !heard.has(turn) || row.messages[turn].role !== "assistant");
  return el("article", { "aria-label": `Dialogue ${row.id}` },
    el(".head", {}, el("h2", {}, line[EMOTION] || (row.messages.length ? "Dialogue" : row.mbti || "Person")), line[VERDICT] ? chip(spaced(line[VERDICT]), line[VERDICT]) : null, row.difficulty ? chip(row.difficulty) : null, row.resolved ? chip("resolved") : null, line[RISK] ? chip("risk", "flag") : null, el("span.end", {}, tools)),
    el("p.id", {}, row.id), about(row), moods(row), row.messages.map((message, turn) => turnOf(row, message, turn)),
    loose.map((turn) => el("section.turn", {}, el(".who", {}, turn < 0 ? "The whole dialogue" : `Replies at turn ${turn}`), answersAt(row, turn))), ending(row));
};
