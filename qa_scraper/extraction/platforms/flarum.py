"""Flarum, by what it shows without scripts."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="flarum",
    signs=(
        "flarum-content",
        'id="flarum',
    ),
    post=(
        "#flarum-content article",
        " #flarum-content .Post",
        ".CommentPost",
    ),
    body=(".Post-body",),
    author=(
        ".PostUser h3",
        ".PostUser-name",
        "header h3",
        "h3",
    ),
    date=(
        "time[datetime]",
        ".PostMeta time",
    ),
    title=(
        "#flarum-content h1",
        "h1",
    ),
)
