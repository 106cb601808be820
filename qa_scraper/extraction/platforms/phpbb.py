"""phpBB 2 (subSilver) and 3 (prosilver, subsilver2)."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="phpbb",
    signs=(
        'id="phpbb"',
        "phpBB",
        "phpbb",
        'class="postbody"',
        'class="postdetails"',
    ),
    post=(
        "div.post[id^=p]",
        "div.post.bg1:not(.search), div.post.bg2:not(.search)",
        "article.post",
        "tr:has(> td > span.name)",
    ),
    around=("td div.postbody",),
    body=(
        ".postbody .content",
        ".content",
        "td div.postbody",
        "td:has(> span.postbody)",
        ".postbody",
    ),
    author=(
        ".postauthor",
        "span.name",
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
        "td.gensmall",
        "td + td .postdetails",
    ),
    number=".post-number",
    not_posts=".post.deleted, .post--ignored, .sticky-ad, .post-ignored",
    leave_out=".signature, td > .gensmall, .notice, .attachbox, .post-buttons, .codebox > p, .spoiler-header",
    title=(
        "h2.topic-title",
        "h1.topic-title",
        "#pageheader h2",
        "a.maintitle",
        "a.titles",
        "h2",
        "h1",
    ),
    categories=".breadcrumbs .crumb a, .icon-home a, .navlinks a, p.breadcrumbs a, a.nav[href*=viewforum]",
)
