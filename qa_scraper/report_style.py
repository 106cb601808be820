"""Style of the page that ``report_page`` makes."""

from __future__ import annotations

from typing import Final

from qa_scraper.html_page import COLOURS

STYLE: Final = (
    COLOURS
    + """
header, main, footer { max-width: 84rem; margin: 0 auto; padding: 1.25rem 1.25rem 0; }
footer { padding-bottom: 2rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; }
h2 { font-size: .8rem; margin: 1.75rem 0 .75rem; text-transform: uppercase; letter-spacing: .08em;
  color: var(--faint); }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
header p, footer, .more, .none { color: var(--faint); font-size: .85rem; margin: .25rem 0; }
p.note { color: var(--note); margin: .25rem 0; }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem;
  margin: 1.25rem 0 0; }
.totals div { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: .6rem .8rem; }
.totals dt { color: var(--faint); font-size: .8rem; }
.totals dd { margin: 0; font-size: 1.35rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums; }
.totals small { display: block; font-size: .75rem; font-weight: 400; color: var(--faint); }
.cards { columns: 24rem; column-gap: 1rem; }
section { break-inside: avoid; background: var(--card); border: 1px solid var(--rule); border-radius: 8px;
  padding: .9rem 1rem; margin: 0 0 1rem; }
svg { display: block; width: 100%; height: auto; }
.axis path { stroke: var(--rule); fill: none; }
.axis .axis, .axis.x > path { stroke: var(--faint); }
.axis.x .guide { stroke: none; }
.axis text { fill: var(--faint); font-size: 12px; }
.axis.x text { text-anchor: middle; }
.axis.y text { text-anchor: end; }
.color-0 { --c: var(--c-question); } .color-1 { --c: var(--c-title); } .color-2 { --c: var(--c-more-info); }
.color-3 { --c: var(--c-related); }
.bar rect { fill: var(--c); }
.bar:hover rect { fill: var(--ink); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .35rem 0 0; padding: 0;
  font-size: .85rem; }
.legend li::before { content: ""; display: inline-block; width: .75em; height: .75em; margin-right: .4em;
  border-radius: 2px; background: var(--c); }
summary { cursor: pointer; color: var(--faint); font-size: .8rem; margin-top: .5rem; }
.cards + section { margin-top: 1rem; }
.table { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .85rem; }
th, td { text-align: left; vertical-align: top; padding: .2rem .75rem .2rem 0; border-bottom: 1px solid var(--rule); }
tr:last-child > * { border-bottom: 0; }
thead th { color: var(--faint); font-weight: 400; }
tbody th { font-weight: 400; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
tr > :last-child { padding-right: 0; }
.share { width: 34%; padding-top: .55rem; }
.share svg { height: .6rem; border-radius: 2px; overflow: hidden; background: var(--rule); }
.share rect { fill: var(--c-question); }
.fails .share rect { fill: var(--c-more-info); }
.runs td, .runs th { white-space: nowrap; overflow-wrap: normal; }
@media (max-width: 480px) {
  header, main, footer { padding: 1rem .8rem 0; }
  section { padding: .75rem .8rem; }
  .share { width: 26%; }
}
"""
)
