"""Style and script of the page that ``explanation_html`` makes."""

from __future__ import annotations

from typing import Final

from qa_scraper.html_page import COLOURS

STYLE: Final = (
    COLOURS
    + """
html { scroll-padding-top: 2rem; }
header, .page, .fields { padding: 1rem 1.25rem; }
header { border-bottom: 1px solid var(--rule); }
h1 { font-size: 1.25rem; margin: 0 0 .25rem; }
h2 { font-size: .8rem; margin: 0 0 .75rem; text-transform: uppercase; letter-spacing: .08em; color: var(--faint); }
h3 { font-size: 1rem; margin: 0; }
h4 { font-size: .8rem; margin: 0 0 .15rem; color: var(--c); }
p { margin: .15rem 0; }
a { color: inherit; }
code { font-size: .92em; }
header p, .field p, .record > p { color: var(--faint); font-size: .85rem; }
p.note, .field p.note { color: var(--note); }
.none { color: var(--faint); }
.readers { border-collapse: collapse; margin-top: .75rem; font-size: .85rem; }
.readers th, .readers td { text-align: left; vertical-align: top; padding: .1rem 1rem .1rem 0; }
.readers th { font-weight: 600; white-space: nowrap; overflow-wrap: normal; }
.readers td:nth-child(2) { overflow-wrap: normal; }
.readers .no { color: var(--faint); }
.readers .taken td:nth-child(2) { color: var(--c-answer); font-weight: 700; }
.columns { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); }
.fields { border-left: 1px solid var(--rule); background: var(--card); position: sticky; top: 0; align-self: start;
  height: 100vh; overflow: auto; }
.jump, .hint { display: none; }
.live .hint { display: block; color: var(--faint); font-size: .85rem; margin-bottom: .75rem; }
.title { --c: var(--c-title); } .question { --c: var(--c-question); } .asker { --c: var(--c-asker); }
.answer { --c: var(--c-answer); } .answer-too { --c: var(--c-answer-too); } .more-info { --c: var(--c-more-info); }
.related { --c: var(--c-related); }
.line { padding: .05rem .6rem; border-left: 4px solid transparent; white-space: pre-wrap; }
.line.begins { margin-top: .45rem; }
.line.begins.goes-on { margin-top: 0; padding-top: .5rem; }
.line.heading { font-weight: 650; }
.line.used { border-left-color: var(--c); background: color-mix(in srgb, var(--c) var(--tint), transparent); }
.chips { display: flex; flex-wrap: wrap; gap: .25rem; margin: .1rem 0 .2rem; }
.chip, .place { font: 600 .7rem/1.5 system-ui, sans-serif; padding: 0 .45rem; border-radius: 1rem; }
.chip { text-decoration: none; color: var(--paper); background: var(--c); }
.place { border: 1px solid var(--rule); color: var(--faint); }
.outside { margin: .45rem 0; color: var(--faint); }
.outside summary, .record summary { cursor: pointer; font-size: .8rem; color: var(--faint); }
.outside .line { opacity: .8; font-size: .85rem; }
.record + .record { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--rule); }
.record ul { margin: .25rem 0; padding-left: 1.2rem; font-size: .85rem; color: var(--faint); }
.field { margin: .6rem 0; padding: .35rem .7rem .45rem; border-left: 4px solid var(--c); background: var(--paper);
  border-radius: 0 4px 4px 0; }
.value { white-space: pre-wrap; max-height: 14rem; overflow: auto; }
.lit, :target { outline: 2px solid var(--c, var(--ink)); outline-offset: 1px; }
.line.lit, .line:target { background: color-mix(in srgb, var(--c, var(--ink)) 34%, transparent); }
#fields:target { outline: none; }
@media (max-width: 760px) {
  .columns { grid-template-columns: minmax(0, 1fr); }
  .fields { position: static; height: auto; border-left: 0; border-top: 1px solid var(--rule); }
  header, .page, .fields { padding: .9rem .8rem; }
  .jump { display: block; }
}
"""
)

SCRIPT: Final = """
"use strict";
document.body.classList.add("live");
const lit = new Set();
const linked = (entry) => entry.dataset.lines !== undefined
  ? entry.dataset.lines.split(" ").map((at) => "line-" + at)
  : entry.dataset.fields.split(" ").map((at) => "field-" + at);
const find = (event) => event.target instanceof Element ? event.target.closest("[data-lines], [data-fields]") : null;
const light = (entry) => {
  for (const shown of lit) shown.classList.remove("lit");
  lit.clear();
  if (entry === null) return;
  for (const name of [entry.id, ...linked(entry)]) {
    const shown = document.getElementById(name);
    if (shown !== null) lit.add(shown), shown.classList.add("lit");
  }
};
document.addEventListener("pointerover", (event) => light(find(event)));
document.addEventListener("click", (event) => {
  const entry = find(event);
  if (entry === null || event.target.closest("a") !== null) return;
  light(entry);
  const other = document.getElementById(linked(entry)[0]);
  if (other !== null && String(getSelection()) === "") other.scrollIntoView({ block: "nearest" });
});
"""
