// The list of dialogues: only what is in sight is in the document, so that thousands open at once.

const HEIGHT = 76; // of a line of the list, as in viewer.css
const PEOPLE = DATA.index.every((line) => line[TURNS] === 0); // profiles alone
const counted = (n) => `${n} ${PEOPLE ? (n === 1 ? "person" : "people") : n === 1 ? "dialogue" : "dialogues"}`;

const browser = {
  shown: DATA.index.map((_, place) => place), at: -1, query: "", wanted: {}, scrolled: 0, lower: null,

  // All text of a row in small letters, made at the first search and kept.
  texts() {
    browser.lower ??= LINES.map((line, place) => {
      const person = /"person":(\d+)/.exec(line);
      return `${line.replaceAll("\\n", " ").replaceAll('\\"', '"').replaceAll("\\u003c", "<")} ${person ? DATA.texts[person[1]] : ""} ${DATA.index[place][ID]}`.toLowerCase();
    });
    return browser.lower;
  },
  // The verdict that the list shows and filters by: that of the model that is asked for, else the dialogue's own.
  verdict: (line) => own(line[ANSWERS], browser.wanted.model) ?? line[VERDICT],
  filter() {
    const { wanted } = browser;
    const query = browser.query.trim().toLowerCase();
    const all = query.split(/\s+/).filter(Boolean);
    const texts = all.length ? browser.texts() : null;
    const current = browser.shown[browser.at];
    browser.shown = [];
    DATA.index.forEach((line, place) => {
      if (wanted.emotion && line[EMOTION] !== wanted.emotion) return;
      if (wanted.verdict && browser.verdict(line) !== wanted.verdict) return;
      if (wanted.split && line[SPLIT] !== wanted.split) return;
      if (wanted.model && !line[MODELS].includes(wanted.model)) return;
      if ((wanted.risk && !line[RISK]) || (wanted.flagged && !line[FLAGGED])) return;
      if (texts && !texts[place].includes(query) && !all.every((word) => texts[place].includes(word))) return;
      browser.shown.push(place);
    });
    browser.at = browser.shown.indexOf(current);
  },
  choice(name, label, column) {
    const values = [...new Set(DATA.index.flatMap((line) => (column === VERDICT ? [line[column], ...Object.values(line[ANSWERS])] : line[column])))].filter(Boolean).sort();
    if (values.length < 2) return null;
    const select = el("select", { "aria-label": label, onchange: () => browser.want(name, select.value) }, el("option", { value: "" }, label), values.map((value) => el("option", { value, selected: browser.wanted[name] === value }, column === VERDICT ? spaced(value) : value)));
    return select;
  },
  tick(name, label, column) {
    if (!DATA.index.some((line) => line[column])) return null;
    const box = el("input", { type: "checkbox", onchange: () => browser.want(name, box.checked), checked: browser.wanted[name] });
    return el("label.tick", {}, box, label);
  },
  want(name, value) {
    browser.wanted[name] = value;
    browser.filter();
    browser.list.scrollTop = 0;
    browser.draw();
  },

  view() {
    const search = el("input", { type: "search", id: "search", placeholder: "Search text, id, emotion", "aria-label": "Search text, id, emotion", value: browser.query });
    let wait;
    search.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(() => { browser.query = search.value; browser.filter(); browser.list.scrollTop = 0; browser.draw(); }, 90); });
    browser.count = el("p.small.soft", { role: "status" });
    browser.spacer = el("div", { role: "presentation" });
    browser.list = el("div.list", { role: "listbox", tabindex: 0, "aria-label": "Dialogues", id: "list" }, browser.spacer);
    browser.list.addEventListener("scroll", () => browser.draw());
    browser.pane = el("div.read", { tabindex: -1, role: "region", "aria-label": "Dialogue" });
    browser.box = el(".browse", {}, el("aside.side", { "aria-label": "List of dialogues" },
      el("search.find", {}, search, el(".filters", {}, browser.choice("emotion", `Any ${DATA.label}`, EMOTION), browser.choice("verdict", "Any verdict", VERDICT), browser.choice("split", "Any split", SPLIT), browser.choice("model", "Any model", MODELS), browser.tick("risk", "with risk", RISK), browser.tick("flagged", "flagged", FLAGGED)), browser.count), browser.list), browser.pane);
    return browser.box;
  },
  shownNow() {
    browser.spacer.style.height = `${browser.shown.length * HEIGHT}px`; // else there is nothing to scroll to
    browser.list.scrollTop = browser.scrolled;
    if (browser.at < 0 && browser.shown.length && window.innerWidth > 760) browser.open(0, false);
    else browser.show();
    browser.draw();
  },
  draw() {
    const { list, shown } = browser;
    browser.scrolled = list.scrollTop;
    browser.count.textContent = shown.length === DATA.index.length ? counted(shown.length) : `${shown.length} of ${counted(DATA.index.length)}`;
    browser.spacer.style.height = `${shown.length * HEIGHT}px`;
    const first = Math.max(0, Math.floor(list.scrollTop / HEIGHT) - 6);
    const last = Math.min(shown.length, first + Math.ceil((list.clientHeight || 600) / HEIGHT) + 12);
    const items = [];
    for (let at = first; at < last; at++) items.push(browser.item(at));
    browser.spacer.replaceChildren(...items);
    if (browser.at >= first && browser.at < last) list.setAttribute("aria-activedescendant", `item-${browser.at}`);
    else list.removeAttribute("aria-activedescendant");
  },
  item(at) {
    const line = DATA.index[browser.shown[at]];
    return el("div.item", { role: "option", id: `item-${at}`, "aria-selected": String(at === browser.at), "aria-setsize": browser.shown.length, "aria-posinset": at + 1, style: `top:${at * HEIGHT}px`, onclick: () => browser.open(at) },
      el(".line", {}, el("b", { title: line[ID] }, line[EMOTION] || (PEOPLE && line[MBTI]) || line[ID]), browser.verdict(line) ? chip(spaced(browser.verdict(line)), browser.verdict(line)) : null, line[RISK] ? chip("risk", "flag") : null, line[FLAGGED] ? chip("look", "flag") : null, PEOPLE ? null : el("span.end.num", {}, `${line[MBTI] ? line[MBTI] + " · " : ""}${line[TURNS]} ${line[TURNS] === 1 ? "turn" : "turns"}`)),
      el("p", {}, line[EXCERPT]));
  },
  open(at, said = true) {
    if (at < 0 || at >= browser.shown.length) return;
    browser.at = at;
    const top = at * HEIGHT;
    if (top < browser.list.scrollTop) browser.list.scrollTop = top;
    else if (top + HEIGHT > browser.list.scrollTop + browser.list.clientHeight) browser.list.scrollTop = top + HEIGHT - browser.list.clientHeight;
    if (said) { browser.box.classList.add("open"); address(DATA.index[browser.shown[at]][ID]); }
    browser.show();
    browser.draw();
  },
  show() {
    const place = browser.shown[browser.at];
    if (place === undefined) { browser.pane.replaceChildren(el("p.empty", {}, DATA.index.length ? "Choose a dialogue." : "No dialogues in this file.")); return; }
    const step = (label, by, sign) => el("button", { "aria-label": label, disabled: !(browser.at + by in browser.shown), onclick: () => { browser.open(browser.at + by); (browser.pane.querySelector(`[aria-label="${label}"]:enabled`) || browser.pane).focus(); } }, sign);
    browser.pane.replaceChildren(article(record(place), [el("button.back", { onclick: browser.back }, "‹ List"), step("Previous dialogue", -1, "‹"), step("Next dialogue", 1, "›")]));
    browser.pane.scrollTop = 0;
    if (window.innerWidth <= 760) window.scrollTo(0, 0);
  },
  back() { browser.box.classList.remove("open"); browser.list.focus(); browser.draw(); },
  // To the dialogue of this id, whatever was filtered.
  find(id) {
    const place = PLACES.get(id);
    if (place === undefined) return false;
    if (!browser.shown.includes(place)) { browser.wanted = {}; browser.query = ""; browser.shown = DATA.index.map((_, at) => at); }
    browser.at = browser.shown.indexOf(place);
    browser.scrolled = Math.max(0, (browser.at - 2) * HEIGHT);
    return true;
  },
  key(event) {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName || "");
    const { key } = event;
    if (key === "Escape") { if (document.activeElement.id === "search") document.activeElement.blur(); browser.back(); return true; }
    if (key === "Enter" && (document.activeElement.id === "search" || document.activeElement === browser.list)) { browser.open(Math.max(0, browser.at)); browser.pane.focus(); return true; }
    if (typing) return false;
    const onList = document.activeElement === browser.list;
    if (key === "j" || (onList && key === "ArrowDown")) { browser.open(browser.at + 1); return true; }
    if (key === "k" || (onList && key === "ArrowUp")) { browser.open(browser.at - 1); return true; }
    if (onList && (key === "Home" || key === "End")) { browser.open(key === "Home" ? 0 : browser.shown.length - 1); return true; }
    if (key === "/") { document.getElementById("search").focus(); document.getElementById("search").select(); return true; }
    if (key === "o") { const all = [...browser.pane.querySelectorAll("details.span")]; const open = all.some((item) => !item.open); for (const item of all) item.open = open; return true; }
    return false;
  },
};
