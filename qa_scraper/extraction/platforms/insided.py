"""Gainsight (inSided) communities."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="insided",
    signs=(
        "qa-topic-post-box",
        "qa-topic-first-post",
    ),
    post=(".qa-topic-first-post, #comments .qa-topic-post-box", ".qa-topic-post-box"),
    body=(".qa-topic-post-content",),
    author=(
        ".qa-username",
        ".username",
    ),
    date=(
        ".qa-latest-post-time",
        ".post__date",
        "time[datetime]",
        ".qa-topic-post-date",
        ".qa-link-to-post",
    ),
    accepted=".post--bestanswer, .post--best-answer",
    has_accepted=".qa-topic-first-post .icon--bestanswer, .post--bestanswer",
    leave_out=".post__signature",
    title=(
        "h1.qa-topic-header",
        "h1",
    ),
    tags=".qa-tag, .tag--topic",
    categories=".breadcrumb-item a, .qa-breadcrumb a",
)
