// Which view is shown, the address, and the keys.

const only = Boolean(DATA.labels?.only);
const VIEWS = {
  report: ["Report", !only && (DATA.report || DATA.runs.length), reportView],
  dialogues: [PEOPLE ? "People" : "Dialogues", !only && DATA.index.length, () => browser.view()],
  label: ["Label", DATA.labels ? DATA.index.length && !PEOPLE : DATA.index.some((line, place) => line[MODELS].length > 1 && LINES[place].includes('"answers":[')), () => rating.view()],
};
const open = Object.keys(VIEWS).filter((name) => VIEWS[name][1]);
let view = "";
let written = "";

const address = (name) => {
  written = `#${encodeURIComponent(name)}`;
  if (location.hash !== written) try { history.replaceState(null, "", written); } catch { location.hash = written; }
};

// One view is in the document at a time, so nothing of the others can be seen while a person labels.
const show = (name) => {
  view = name;
  const main = document.getElementById("main");
  main.replaceChildren(VIEWS[name]?.[2]() ?? el("p.empty", {}, "This file holds nothing to show."));
  for (const button of document.querySelectorAll(".top nav button")) {
    if (button.dataset.view === name) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  if (name === "dialogues") browser.shownNow();
  const heading = document.querySelector(".top h1"); // while people label, no model's name
  document.title = heading.title = heading.textContent = name === "label" ? "Label blind" : DATA.title;
};
const go = (name) => { show(name); address(`~${name}`); window.scrollTo(0, 0); };

const follow = () => {
  let asked = "";
  try { asked = decodeURIComponent(location.hash.slice(1)); } catch { /* an address that is no text */ }
  const named = asked.startsWith("~") ? asked.slice(1) : "";
  if (open.includes(named)) show(named);
  else if (!only && asked && open.includes("dialogues") && browser.find(asked)) { show("dialogues"); browser.box.classList.add("open"); }
  else show(open[0] || "none");
};

append(document.querySelector(".top"), [el("h1", {}, DATA.title),
  el("nav", { "aria-label": "Views" }, open.length > 1 ? open.map((name) => el("button", { "data-view": name, onclick: () => go(name) }, VIEWS[name][0])) : null),
  el("span", {}, el("button.icon", { onclick: theme.toggle, "aria-label": "Light or dark", title: "Light or dark" }, "◐"), el("button.icon", { onclick: help, "aria-label": "Keys (?)", title: "Keys" }, "?"))]);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const typing = event.target.matches?.("input:not([type=radio]):not([type=checkbox]), select, textarea");
  const used = event.key === "?" && !typing ? (help(), true) : view === "dialogues" ? browser.key(event) : view === "label" ? rating.press(event) : false;
  if (used) event.preventDefault();
});
window.addEventListener("hashchange", () => { if (location.hash !== written) follow(); });
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); document.getElementById("main").focus(); });
document.documentElement.dataset.ready = String(Math.round(performance.now()));
follow();
document.documentElement.dataset.shown = String(Math.round(performance.now()));
