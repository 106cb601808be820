"""Question2Answer."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="question2answer",
    signs=(
        "qa-q-view",
        "qa-a-list-item",
    ),
    post=(".qa-q-view, .qa-a-list-item",),
    body=(
        ".qa-q-view-content .entry-content",
        ".qa-a-item-content .entry-content",
        ".qa-q-view-content",
        ".qa-a-item-content",
    ),
    author=(
        ".qa-q-view-who-data",
        ".qa-a-item-who-data",
    ),
    date=(
        ".qa-q-view-when-data",
        ".qa-a-item-when-data",
        ".qa-q-view-when",
        ".qa-a-item-when",
    ),
    question=".qa-q-view",
    votes=(".qa-netvote-count-data",),
    accepted=".qa-a-list-item-selected",
    has_accepted=".qa-a-list",
    leave_out=".qa-c-list, .qa-q-view-c-list, .qa-a-item-c-list, .qa-post-meta, .qa-q-item-tags",
    title=(
        ".qa-main-heading h1",
        "h1",
    ),
    tags=".qa-q-view .qa-tag-link",
    categories=".qa-q-view-where-data a, .qa-category-link",
    count=".qa-part-a-list h2, .qa-a-list-title, #a_list_title",
)
