"""FluxBB and PunBB."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="fluxbb",
    signs=(
        "postmsg",
        "FluxBB",
        "PunBB",
    ),
    post=(
        ".blockpost",
        ".post[id^=p]",
    ),
    body=(
        ".postmsg",
        ".entry-content",
    ),
    author=(
        ".postleft dt",
        ".post-byline strong",
    ),
    date=(
        "h2 a",
        ".post-link",
    ),
    leave_out=".postsignature, .postedit, .sig-content",
    title=("h1",),
    categories=".crumbs li a",
)
