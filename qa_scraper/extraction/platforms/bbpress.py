"""bbPress."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="bbpress",
    signs=(
        "bbp-reply-content",
        "bbp-topic-content",
    ),
    post=(
        ".bbp-body > .topic, .bbp-body > .reply",
        '.bbp-body > div[class*="type-"], .bbp-body .hentry',
    ),
    body=(
        ".bbp-reply-content",
        ".bbp-topic-content",
    ),
    author=(
        ".bbp-author-name",
        ".bbp-reply-author a",
        ".bbp-topic-author a",
    ),
    date=(
        ".bbp-reply-post-date",
        ".bbp-topic-post-date",
    ),
    question=".bbp-body > .topic, .bbp-body .type-topic",
    leave_out=".bbp-signature, .bbp-topic-revision-log, .bbp-reply-revision-log",
    title=(
        "h1.entry-title",
        "h1",
    ),
    categories=".bbp-breadcrumb a",
)
