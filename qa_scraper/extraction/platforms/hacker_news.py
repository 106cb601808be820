"""Hacker News and what runs on its code: a story and its comments in rows of one table."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="hacker-news",
    signs=(
        'class="fatitem"',
        "class='fatitem'",
    ),
    post=('table.fatitem, tr.comtr:has(td.ind[indent="0"])', 'table.fatitem, tr.comtr:has(td.ind img[width="0"])'),
    body=(
        ".toptext",
        ".commtext",
        ".fatitem tr:nth-of-type(4) td:last-child",
    ),
    author=(".hnuser",),
    date=(".age",),
    question="table.fatitem",
    votes=(".score",),
    not_posts="tr.comtr.coll",
    leave_out=".reply",
    title=(
        ".titleline > a",
        "td.title a.storylink",
        "td.title a",
    ),
)
