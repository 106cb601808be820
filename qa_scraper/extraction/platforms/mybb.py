"""MyBB 1.8."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="mybb",
    signs=(
        "MyBB",
        "post_body scaleimages",
        "mybb",
    ),
    post=(
        "div.post[id^=post_]",
        "table[id^=post_]",
    ),
    body=(".post_body",),
    author=(
        ".author_information .largetext",
        ".post_author .largetext",
        ".author_information strong",
    ),
    date=(
        ".post_date",
        ".post_head",
    ),
    number=".post_head .float_right strong a",
    leave_out=".signature, .post_edit, .edited_post",
    title=(
        ".thead strong",
        "h1",
    ),
    categories=".navigation a",
)
