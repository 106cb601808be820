"""phpBB 3."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="phpbb",
    signs=(
        'id="phpbb"',
        "phpBB",
        "phpbb",
        'class="postbody"',
    ),
    post=(
        "div.post[id^=p]",
        "div.post.bg1, div.post.bg2",
        "article.post",
    ),
    body=(
        ".postbody .content",
        ".content",
        ".postbody",
    ),
    author=(
        ".author .username",
        ".author .username-coloured",
        ".postprofile .username",
        ".postprofile .username-coloured",
        ".postprofile dt a[class^=username]",
        ".author strong a",
        ".author strong",
        ".postprofile dt a",
        ".postprofile dt strong",
    ),
    date=(
        ".author time",
        "p.author",
        ".post-date",
        ".author",
    ),
    number=".post-number",
    not_posts=".post.deleted, .post--ignored, .sticky-ad, .post-ignored",
    leave_out=".signature, .notice, .attachbox, .post-buttons, .codebox > p, .spoiler-header",
    title=(
        "h2.topic-title",
        "h1.topic-title",
        "h2",
        "h1",
    ),
    categories=".breadcrumbs .crumb a, .icon-home a, .navlinks a",
)
