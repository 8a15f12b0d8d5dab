// Blind labelling: levels for one supporter turn at a time, or a choice between two models' replies to the same turn.
// What a judge said, who wrote a reply, its hidden spans and the gold emotion are never in the document here.

const rating = {
  rater: "", mode: "", kept: true, items: [], at: 0, given: new Map(), undone: [], now: 0,

  criteria() { return DATA.labels?.criteria || []; },
  modes() { return [...(rating.criteria().length && rating.levelItems().length ? ["levels"] : []), ...(rating.pairItems().length ? ["pairs"] : [])]; },
  // Dialogues in an order that is the same for everyone and follows nothing; turns of a dialogue in theirs.
  shuffled(items) { return items.map((item) => [hashed(`${DATA.labels?.seed ?? 0}:${item.id}`), item]).sort((a, b) => a[0] - b[0] || (a[1].id < b[1].id ? -1 : a[1].id > b[1].id ? 1 : a[1].turn - b[1].turn)).map((pair) => pair[1]); },
  levelItems() {
    if (rating.replies) return rating.replies;
    const wanted = DATA.labels?.items && new Set(DATA.labels.items.map(([id, turn]) => `${id} ${turn}`));
    const all = DATA.index.flatMap((line, place) => record(place).messages.flatMap((message, turn) => (message.role === "assistant" ? [{ place, id: line[ID], turn, words: hashed(seen(message)) }] : [])));
    return (rating.replies = rating.shuffled(wanted ? all.filter((item) => wanted.has(`${item.id} ${item.turn}`)) : all));
  },
  pairItems() {
    if (rating.pairs) return rating.pairs;
    const all = DATA.index.flatMap((line, place) => {
      if (!LINES[place].includes('"answers":[')) return [];
      const turns = new Map();
      const { answers } = record(place);
      for (const answer of answers) turns.set(answer.turn, [...new Set([...(turns.get(answer.turn) || []), answer.name])].sort());
      return [...turns].flatMap(([turn, names]) => names.flatMap((one, at) => names.slice(at + 1).flatMap((other) => {
        const [mine, theirs] = [said(answers, turn, one), said(answers, turn, other)];
        if (mine === theirs) return []; // nothing to choose
        const swap = hashed(`${DATA.labels?.seed ?? 0}:${line[ID]}:${turn}:${one}:${other}`) % 2;
        return { place, id: line[ID], turn, first: swap ? other : one, second: swap ? one : other, words: hashed(mine + theirs) };
      })));
    });
    return (rating.pairs = rating.shuffled(all));
  },
  // By the words, too: what was said of a draft is not said of its rewrite, which has the same id.
  key({ id, turn, first, second, words }) { return JSON.stringify(rating.mode === "pairs" ? [id, turn, first, second, words] : [id, turn, words]); },
  place() { return `kardia-labels:${hashed(DATA.index.map((line) => line[ID]).join(" "))}:${rating.mode}:${rating.rater}`; },
  keep() { rating.kept = store.set(rating.place(), JSON.stringify([...rating.given])); },

  view() { return rating.rater && rating.mode ? rating.desk() : rating.asking(); },
  asking() {
    const name = el("input", { id: "rater", autocomplete: "off", required: true, maxlength: 60, value: store.get("kardia-rater") || "" });
    const start = (mode) => {
      if (!name.value.trim()) { name.focus(); name.reportValidity?.(); return; }
      Object.assign(rating, { rater: name.value.trim(), mode, items: mode === "pairs" ? rating.pairItems() : rating.levelItems(), undone: [], now: 0 });
      store.set("kardia-rater", rating.rater);
      try { rating.given = new Map(JSON.parse(store.get(rating.place()) || "[]")); } catch { rating.given = new Map(); }
      const open = rating.items.findIndex((item) => !rating.done(item));
      rating.at = Math.max(0, open);
      show("label");
    };
    const called = { levels: "Grade replies", pairs: "Choose between two replies" };
    const modes = rating.modes();
    return el(".rate", {}, el("form.start", { onsubmit: (event) => { event.preventDefault(); start(modes[0]); } }, el("h2", {}, "Label blind"),
      el("p", {}, "You see the person, the situation and the talk so far, then a reply. You do not see what a judge said of it or who wrote it. What you enter stays in this browser until you download it."),
      el("label", {}, "Your name, or a pseudonym ", name), el(".row", {}, modes.map((mode, at) => el(at ? "button" : "button.primary", { type: "button", onclick: () => start(mode), "data-mode": mode }, called[mode]))),
      modes.length ? null : el("p.soft", {}, "This file holds nothing to label.")));
  },
  done(item) {
    const given = rating.given.get(rating.key(item));
    return rating.mode === "pairs" ? given !== undefined : given !== undefined && rating.criteria().every((criterion) => own(given, criterion.id) !== undefined);
  },
  talk(row, item) {
    const until = item.turn < 0 ? row.messages.length : item.turn;
    return row.messages.slice(0, until).map((message) => {
      if (message.role === "system") return null;
      const mine = message.role === "assistant";
      return el(`section.turn.${mine ? "assistant" : "user"}`, {}, el(".who", {}, mine ? "Supporter" : "Seeker"), el("p.words", {}, mine ? seen(message) : message.text));
    });
  },
  desk() {
    const item = rating.items[rating.at];
    const row = record(item.place);
    const finished = rating.items.filter(rating.done).length;
    const bar = el(".bar", {}, el("progress", { max: rating.items.length, value: finished, "aria-label": "Done" }), el("span.small.soft.num", { role: "status" }, `${finished} of ${rating.items.length} done · this is ${rating.at + 1} · ${rating.rater}${rating.kept ? "" : " · this browser keeps nothing: download before you leave"}`),
      el("span.end", {}, el("button", { onclick: () => rating.go(-1), disabled: rating.at === 0 }, "‹ Before"), el("button", { onclick: () => rating.go(1), disabled: rating.at + 1 === rating.items.length }, "Next ›"), el("button", { onclick: rating.undo, disabled: !rating.undone.length }, "Undo"), el("button.primary", { onclick: rating.save, disabled: !rating.items.some((each) => rating.given.has(rating.key(each))) }, "Download")));
    const talk = el("section.talk", { "aria-label": "Talk so far" }, about(row, true), rating.talk(row, item));
    if (rating.mode === "pairs") return el(".rate", {}, bar, talk, rating.choose(row, item));
    const reply = el("section.rated", { "aria-label": "The reply to grade" }, el(".who", {}, "The reply to grade"), el("p.words", {}, seen(row.messages[item.turn])));
    return el(".rate", {}, bar, el(".desk", {}, talk, el("div", {}, reply, rating.criteria().map((criterion, at) => rating.ask(criterion, at, item)))));
  },
  ask(criterion, at, item) {
    const given = rating.given.get(rating.key(item)) || {};
    return el(`fieldset.ask${at === rating.now ? ".now" : ""}`, { tabindex: -1, "data-id": criterion.id }, el("legend", {}, criterion.name || spaced(criterion.id)), criterion.ask ? el("p.small.soft", {}, criterion.ask) : null,
      Object.entries(criterion.levels || { 1: "", 2: "", 3: "", 4: "", 5: "" }).map(([level, text]) => el("label", {}, el("input", { type: "radio", name: criterion.id, value: level, checked: own(given, criterion.id) === Number(level), onchange: () => rating.level(at, Number(level)) }), el("b.num", {}, level), el("span", {}, text))));
  },
  choose(row, item) {
    const given = rating.given.get(rating.key(item));
    const reply = (side, title) => {
      const answer = row.answers.find((each) => each.turn === item.turn && each.name === item[side]);
      return el("button", { "aria-pressed": String(given === side), onclick: () => rating.pick(side), "data-side": side }, el(".who.small.soft", {}, title), el("p.words", {}, seen(answer) || el("span.soft", {}, "(nothing)")));
    };
    return el("section.choose", { "aria-label": "Two replies", tabindex: -1 }, el("p.soft.small", {}, "Which reply would help this person more?"), el(".pair", {}, reply("first", "1 · First"), reply("second", "2 · Second")),
      el("button", { "aria-pressed": String(given === "tie"), onclick: () => rating.pick("tie"), "data-side": "tie" }, "0 · Neither is better"));
  },
  change(key, value) {
    rating.undone.push([key, rating.given.get(key), rating.at, rating.now]);
    rating.given.set(key, value);
    rating.keep();
  },
  level(at, level) {
    const criterion = rating.criteria()[at];
    if (!criterion || !Object.hasOwn(criterion.levels || { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 }, level)) return;
    const key = rating.key(rating.items[rating.at]);
    rating.change(key, { ...(rating.given.get(key) || {}), [criterion.id]: level });
    rating.now = Math.min(at + 1, rating.criteria().length - 1);
    rating.again();
  },
  pick(side) {
    rating.change(rating.key(rating.items[rating.at]), side);
    rating.at = Math.min(rating.at + 1, rating.items.length - 1);
    rating.again(true);
  },
  undo() {
    const last = rating.undone.pop();
    if (!last) return;
    const [key, before, at, now] = last;
    if (before === undefined) rating.given.delete(key);
    else rating.given.set(key, before);
    Object.assign(rating, { at, now });
    rating.keep();
    rating.again();
  },
  go(by) { rating.at = Math.max(0, Math.min(rating.items.length - 1, rating.at + by)); rating.now = 0; rating.again(true); },
  again(top) {
    const y = window.scrollY;
    show("label");
    window.scrollTo(0, top ? 0 : y);
    // The document was made anew: the keyboard goes on where it was.
    const place = document.querySelector(".ask.now, .choose");
    place?.focus({ preventScroll: true });
    if (!top) place?.scrollIntoView({ block: "nearest" });
  },
  lines() {
    const asked = new Set(rating.items.map(rating.key));
    if (rating.mode === "pairs") return [...rating.given].filter(([key]) => asked.has(key)).map(([key, winner]) => { const [id, turn, first, second] = JSON.parse(key); return { id, turn, first: unsealed(first), second: unsealed(second), winner, rater: rating.rater }; });
    const rows = new Map();
    for (const item of rating.items) {
      const given = rating.given.get(rating.key(item));
      if (!given) continue;
      if (!rows.has(item.id)) rows.set(item.id, goldRow(record(item.place)));
      for (const criterion of rating.criteria()) if (own(given, criterion.id) !== undefined) rows.get(item.id).human.push({ turn: item.turn, rater: rating.rater, id: criterion.id, level: own(given, criterion.id) });
    }
    return [...rows.values()];
  },
  save() { download(rating.mode === "pairs" ? "choices.jsonl" : "gold.jsonl", rating.lines().map((line) => JSON.stringify(line) + "\n").join("")); },
  press(event) {
    if (!rating.rater || !rating.mode || event.target.matches?.("input[type=text], input:not([type])")) return false;
    const { key } = event;
    if (/^[0-9]$/.test(key)) {
      if (rating.mode === "levels") rating.level(rating.now, Number(key));
      else if (key < "3") rating.pick(["tie", "first", "second"][key]);
      return true;
    }
    if (key === "u") { rating.undo(); return true; }
    if (key === "j" || (key === "Enter" && !/^(BUTTON|SUMMARY)$/.test(event.target.tagName))) { rating.go(1); return true; }
    if (key === "k") { rating.go(-1); return true; }
    if (rating.mode === "levels" && (key === "ArrowDown" || key === "ArrowUp")) { rating.now = Math.max(0, Math.min(rating.criteria().length - 1, rating.now + (key === "ArrowDown" ? 1 : -1))); rating.again(); return true; }
    return false;
  },
};

// What the other side of a talk sees of a turn (turn_format.py `visible`): hidden spans are never shown, whole or broken.
const seen = (turn) => {
  if (turn.spans) return spoken(turn);
  const spans = spansOf(turn), plain = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const any = (texts) => new RegExp(texts.map(plain).join("|"), "g");
  const tags = (role, edge) => spans.filter(role).flatMap((span) => span.spellings.map((pair) => pair[edge]));
  const text = (turn.text || "").replace(/^\s*<think>[^]*?<\/think>\s*/, "");
  const tail = text.split(any(tags((span) => span.role === "reply", 0)));
  const open = tail.length > 1 ? tail[tail.length - 1] : spans.filter((span) => span.is_hidden).flatMap((span) => span.spellings).reduce((left, [from, to]) => left.replace(new RegExp(`${plain(from)}[^]*?${plain(to)}`, "g"), " "), text);
  return open.replace(any([...tags(() => true, 0), ...tags(() => true, 1)]), " ").trim();
};

const said = (answers, turn, name) => seen(answers.find((answer) => answer.turn === turn && answer.name === name));

// The row as a stage reads it, with room for labels; its messages letter by letter as they came.
const goldRow = (row) => {
  const told = row.sealed ? JSON.parse(unsealed(row.sealed)) : {};
  const person = row.person === undefined ? undefined : DATA.texts[row.person];
  const text = (message, turn) => message.role === "assistant" ? told.turns?.[turn] ?? raw(message) : message.role === "system" ? systemText(row, message) : message.text;
  const { emotion, anon_username, split, strategy, author, origin, models, risk } = { ...row, ...told };
  const kept = { id: row.id, person, mbti: row.mbti, emotion, situation: row.situation, anon_username, split, strategy, author, origin, models, risk };
  return { ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)), messages: row.messages.map((message, turn) => ({ role: message.role, content: text(message, turn) })), human: [] };
};
