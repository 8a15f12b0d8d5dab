// What everything else stands on: the data, elements made of text alone, the theme, help, downloads.

const take = (id) => {
  const element = document.getElementById(id);
  const text = element.textContent;
  element.remove(); // nothing of the rows is in the document but what is shown
  return text;
};
const DATA = JSON.parse(take("kardia-data"));
const LINES = DATA.index.length ? take("kardia-dialogues").split("\n") : (take("kardia-dialogues"), []);
const [ID, EMOTION, VERDICT, SPLIT, MODELS, RISK, FLAGGED, TURNS, EXCERPT, MBTI, ANSWERS] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const PLACES = new Map(DATA.index.map((line, place) => [line[ID], place]));
const record = (place) => JSON.parse(LINES[place]);
// Names of models, emotions and criteria may be any word, `constructor` too.
const own = (record, name) => (record && Object.hasOwn(record, name) ? record[name] : undefined);
// In a page for raters what only the download needs is base64 (labelling.py `sealed`).
const unsealed = (text) => (DATA.labels?.only ? new TextDecoder().decode(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))) : text);

// el("p.soft", {title: "…"}, "text", child): text goes in as text, never as markup.
const el = (kind, given, ...inside) => {
  const [tag, ...classes] = kind.split(".");
  const made = document.createElement(tag || "div");
  if (classes.length) made.className = classes.join(" ");
  const plain = given === null || given === undefined || given instanceof Node || typeof given !== "object" || Array.isArray(given);
  for (const [name, value] of Object.entries(plain ? {} : given)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  append(made, plain ? [given, ...inside] : inside);
  return made;
};
const append = (parent, inside) => {
  for (const item of inside.flat(Infinity)) {
    if (item === null || item === undefined || item === false) continue;
    parent.append(item instanceof Node ? item : document.createTextNode(String(item)));
  }
};
const chip = (text, kind) => el(`span.chip${kind ? "." + kind : ""}`, {}, text);
const spaced = (name) => String(name).replaceAll("_", " ").replaceAll(".", ": ");
const figure = (value, digits = 2) =>
  value === null || value === undefined ? "–" : Number(value).toFixed(digits).replace("-", "−");

// What is kept between visits, where the browser lets a file keep anything.
const store = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, value); return true; } catch { return false; } }, // kept in this window alone
};

// A hash that is the same everywhere and always (FNV-1a, 32 bits), for orders that look random and are not.
const hashed = (text) => {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  value ^= value >>> 15;
  value = Math.imul(value, 0x2c1b3c6d) >>> 0;
  return (value ^ (value >>> 12)) >>> 0;
};

const download = (name, text) => {
  const address = URL.createObjectURL(new Blob([text], { type: "application/x-ndjson" }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
};

const theme = {
  asked: window.matchMedia("(prefers-color-scheme: dark)"),
  now() { return store.get("kardia-theme") || (theme.asked.matches ? "dark" : "light"); },
  show() { document.documentElement.dataset.theme = theme.now(); },
  toggle() {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    store.set("kardia-theme", next);
    document.documentElement.dataset.theme = next;
  },
};
theme.show();
theme.asked.addEventListener("change", theme.show);

const KEYS = [
  ["j  k", "next, previous dialogue (or reply to label)"], ["/", "search"], ["Enter", "from the list to the dialogue"],
  ["Esc", "back to the list; close this"], ["o", "open or close the hidden spans of all turns"],
  ["1 … 5", "labelling: the level; in A/B 1 first, 2 second, 0 tie"], ["↑ ↓", "labelling: the criterion before, after"],
  ["u", "labelling: undo"], ["?", "this help"],
];
const help = () => {
  const box = el("dialog", { "aria-label": "Keys" }, el("h2", {}, "Keys"),
    el("dl", {}, KEYS.map(([keys, text]) => [el("dt", {}, keys.split("  ").map((key) => [el("kbd", {}, key), " "])), el("dd", {}, text)])),
    el("form", { method: "dialog" }, el("button", { autofocus: true }, "Close")));
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
};
