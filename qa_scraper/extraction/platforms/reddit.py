"""Reddit, today's and the old pages; comments under comments are no answers."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="reddit",
    signs=(
        "shreddit-post",
        'id="thing_t3_',
        "thing_t3_",
    ),
    post=(
        'shreddit-post, shreddit-comment[depth="0"]',
        ".link.thing, .commentarea > .sitetable > .comment",
    ),
    body=(
        '[slot="text-body"] .md',
        "shreddit-post-text-body",
        '[slot="comment"]',
        ".md",
        ".usertext-body",
    ),
    author=(
        ".author-name",
        '[slot="commentMeta"] a[href*="/user/"]',
        ".tagline .author",
    ),
    author_attribute="author",
    date=(
        "faceplate-timeago",
        "time[datetime]",
        ".tagline time",
    ),
    question="shreddit-post, .link.thing",
    votes=(".score.unvoted",),
    not_posts=".comment.deleted, .promoted, .promotedlink, shreddit-post[promoted]",
    title=(
        "shreddit-post h1",
        "h1[slot=title]",
        "a.title",
        "h1",
    ),
)
