"""Drupal's forums: with Advanced Forum, else a node and its comments."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="drupal",
    signs=(
        "forum-post",
        "node-type-forum",
        "node-forum",
        "node--type-forum",
    ),
    post=(
        ".forum-post",
        ".node-forum, .node--type-forum, #comments .comment",
    ),
    body=(
        ".forum-post-content",
        ".field-name-body",
        ".field--name-body",
        ".field-name-comment-body",
        ".field--name-comment-body",
        ".comment__content",
        ".content",
    ),
    author=(
        ".author-pane .author-name",
        ".author-name",
        ".submitted .username",
        ".username",
        "[rel=author]",
    ),
    date=(
        ".forum-posted-on",
        ".post-created",
        ".submitted time",
        ".submitted",
        "time[datetime]",
    ),
    question=".node-forum, .node--type-forum, .topic-starter",
    leave_out=".author-signature, .user-signature, .links, .post-edited",
    title=(
        "h1.title",
        "h1.page-header",
        "h1",
    ),
    categories=".breadcrumb a",
)
