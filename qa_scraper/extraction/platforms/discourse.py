"""Discourse: its crawler view (also inside ``noscript``) and its rendered pages."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="discourse",
    signs=(
        "crawler-post",
        "data-post-id=",
        '"generator" content="Discourse',
    ),
    post=(
        ".crawler-post",
        "article[data-post-id]",
        "[itemtype$=DiscussionForumPosting] > [itemprop=articleBody]",
    ),
    body=(
        ".cooked",
        ".post[itemprop]",
        ".post",
    ),
    author=(
        ".creator [itemprop=name]",
        ".creator a",
        ".creator",
        ".names .first a",
        ".names a",
    ),
    date=(
        ".post-time",
        "time[itemprop=datePublished]",
        "meta[itemprop=datePublished]",
        "time[datetime]",
        ".relative-date",
    ),
    number="[itemprop=position]",
    votes=(
        ".post-likes",
        ".like-count",
    ),
    accepted=".accepted-answer",
    has_accepted=".accepted-answer",
    not_posts=".small-action",
    leave_out=".post-links, .topic-map, .lightbox .meta, .cooked-selection-barrier, .onebox .source, .post-menu-area",
    title=(
        "#topic-title h1",
        ".crawler-topic-title",
        ".fancy-title",
        "h1",
    ),
    tags=".discourse-tag, .discourse-tags a",
    categories=(
        ".topic-category [itemprop=name], .crawler-breadcrumb [itemprop=name], .topic-category .badge-category__name"
    ),
)
