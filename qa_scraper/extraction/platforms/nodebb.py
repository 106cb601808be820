"""NodeBB."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="nodebb",
    signs=(
        'component="post"',
        "NodeBB",
        "nodebb",
    ),
    post=('[component="post"]',),
    body=('[component="post/content"]',),
    author=(
        '[component="post/header"] [itemprop=name]',
        'a[href*="/user/"]:not([aria-hidden])',
    ),
    author_attribute="data-username",
    date=(
        ".timeago",
        "time[datetime]",
        "[itemprop=datePublished]",
    ),
    votes=('[component="post/vote-count"]',),
    not_posts='[component="post"].deleted, [component="topic/event"]',
    leave_out='[component="post/signature"], .post-signature',
    title=(
        '[component="topic/title"]',
        "h1",
    ),
    tags='[component="topic/tags"] .tag',
    categories=".breadcrumb-item a, .breadcrumb li a",
)
