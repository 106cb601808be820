"""Discuz! X."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="discuz",
    signs=(
        "postmessage_",
        "Discuz!",
    ),
    post=(
        "#postlist > div[id^=post_]",
        "table[id^=pid]",
    ),
    body=(
        "td[id^=postmessage_]",
        "[id^=postmessage_]",
        ".t_f",
    ),
    author=(
        ".authi a.xw1",
        ".pi .authi a",
        ".postauthor a",
    ),
    date=(
        "[id^=authorposton]",
        ".authi em",
        ".postinfo",
    ),
    leave_out=".pstatus, .sign, .attach_nopermission, .quote .z, .tip",
    title=(
        "#thread_subject",
        "h1",
    ),
    categories="#pt .z a",
)
