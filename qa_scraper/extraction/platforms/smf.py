"""Simple Machines Forum 2."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="smf",
    signs=(
        "smf_",
        "SMF",
        "Simple Machines",
    ),
    post=(
        ".post_wrapper",
        "#forumposts .windowbg, #forumposts .windowbg2",
    ),
    around=("div.post",),
    body=(
        ".post .inner",
        ".postarea .inner",
        ".post",
    ),
    author=(
        ".poster h4 a",
        ".poster h4",
        'a[href*="action=profile"]',
        "b",
    ),
    date=(
        ".keyinfo .smalltext",
        ".postinfo",
        ".keyinfo",
        "[id^=subject_] + .smalltext",
        ".smalltext",
    ),
    leave_out=".signature, .moderatorbar, .quoteheader a.bbc_link_jump",
    title=(
        ".display_title",
        "#display_head h2",
        ".keyinfo h5",
        "#top_subject",
        "h1",
    ),
    categories=".navigate_section li a",
)
