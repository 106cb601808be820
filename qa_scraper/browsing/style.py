"""Style of the pages that are browsed; it is served as one file."""

from __future__ import annotations

from typing import Final

from qa_scraper.html_page import COLOURS

STYLE: Final = (
    COLOURS
    + """
a { color: var(--c-question); text-decoration-thickness: 1px; text-underline-offset: .15em; }
h1, h2, h3 { line-height: 1.3; margin: 0; }
p { margin: .25rem 0; }
ul, ol { margin: 0; padding: 0; list-style: none; }
.none { color: var(--faint); }
.note { color: var(--note); }
.top { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; padding: .7rem 1.25rem;
  border-bottom: 1px solid var(--rule); background: var(--card); }
.top a { color: inherit; text-decoration: none; }
.top a:hover { text-decoration: underline; }
.top .site { font-weight: 700; margin-right: auto; }
.content, footer { max-width: 72rem; margin: 0 auto; padding: 1.25rem; }
.record .content, .record footer { max-width: 48rem; }
footer { color: var(--faint); font-size: .8rem; }
footer a { color: inherit; }
input, button, select, textarea { font: inherit; color: inherit; background: var(--paper);
  border: 1px solid var(--rule); border-radius: 6px; padding: .4rem .65rem; max-width: 100%; }
button, input[type=submit] { background: var(--c-question); border-color: transparent; color: var(--paper);
  cursor: pointer; }
.search { display: flex; gap: .5rem; margin-bottom: 1.25rem; }
.search input[type=search] { flex: 1; min-width: 0; }
.list .columns { display: grid; grid-template-columns: minmax(0, 1fr) 15rem; gap: 2rem; }
.summary, .order { display: flex; flex-wrap: wrap; gap: .1rem 1rem; }
.order { font-size: .85rem; color: var(--faint); }
.jump { display: none; }
.results li { padding: .9rem 0; border-bottom: 1px solid var(--rule); }
.results h2 { font-size: 1.05rem; font-weight: 600; }
.about { display: flex; flex-wrap: wrap; gap: 0 .9rem; color: var(--faint); font-size: .85rem; }
span.about { display: inline; }
.excerpt { color: var(--faint); font-size: .9rem; margin: .2rem 0 0; }
mark { background: color-mix(in srgb, var(--c-title) 30%, transparent); color: var(--ink); border-radius: 2px; }
.next { margin: 1.25rem 0; }
aside section { margin-bottom: 1.25rem; }
aside h3 { font-size: .8rem; text-transform: uppercase; letter-spacing: .06em; color: var(--faint);
  margin-bottom: .3rem; }
aside section li { display: flex; justify-content: space-between; gap: .75rem; font-size: .9rem; padding: .1rem 0; }
aside section li span { color: var(--faint); font-variant-numeric: tabular-nums; overflow-wrap: normal; }
.selected a { font-weight: 650; }
.as { font-size: .85rem; color: var(--faint); }
article h1 { font-size: 1.6rem; }
.categories, .tags { display: flex; flex-wrap: wrap; gap: .35rem; margin: 0 0 .4rem; }
.categories > *, .tags bdi, .department { display: inline-block; }
.categories > *, .tags bdi, .department { font-size: .8rem; font-weight: 400; padding: .05rem .55rem;
  border-radius: 1rem; border: 1px solid var(--rule); color: var(--faint); text-decoration: none; }
.categories a:hover { color: var(--ink); }
.question, .answer, .more-info { margin: .9rem 0; padding: .8rem 1rem; border-left: 4px solid var(--c);
  background: var(--card); border-radius: 0 8px 8px 0; }
.question { --c: var(--c-question); } .answer { --c: var(--c-answer); } .more-info { --c: var(--c-more-info); }
.question h2, .answer h3 { font-size: 1.05rem; }
.text { white-space: pre-line; }
.about + .text { margin-top: .5rem; }
.part { font-size: .8rem; text-transform: uppercase; letter-spacing: .08em; color: var(--faint); margin-top: 1.75rem; }
.links li { padding: .5rem 0; border-bottom: 1px solid var(--rule); }
.out::after { content: " \\2197"; color: var(--faint); font-size: .85em; }
.source dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1rem; font-size: .85rem;
  margin: .6rem 0 0; }
.source dt { color: var(--faint); overflow-wrap: normal; max-width: 10rem; }
.source dd { margin: 0; }
.table-wrapper { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .85rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--rule);
  min-width: 6.25rem; max-width: 30rem; overflow-wrap: break-word; }
.col-text, .col-question_text, .col-answer_text, .col-more_info, .col-question_excerpt, .col-answer_excerpt {
  min-width: 20rem; }
.content > h1, .page-header h1 { font-size: 1.4rem; margin-bottom: .75rem; }
.content > h2, .content > h3, form h3, .db-table h3 { font-size: 1rem; margin: 1rem 0 .4rem; }
.bullets li { padding: .2rem 0; }
textarea { width: 100%; min-height: 9rem; font: .85rem/1.5 ui-monospace, monospace; }
pre { white-space: pre-wrap; font-size: .85rem; background: var(--card); padding: .8rem 1rem; border-radius: 8px; }
.filter-row, .search-row { display: flex; flex-wrap: wrap; gap: .4rem; margin-bottom: .4rem; }
.small-screen-only, .actions-menu-links, .advanced-export, [hidden] { display: none; }
.message-error { color: var(--c-more-info); }
@media (max-width: 760px) {
  .list .columns { grid-template-columns: minmax(0, 1fr); gap: 1rem; }
  .jump { display: inline; margin-left: auto; }
  .content, footer { padding: 1rem .8rem; }
  .top { padding: .7rem .8rem; }
  article h1 { font-size: 1.35rem; }
  .search button { padding: .4rem .8rem; }
}
"""
)
