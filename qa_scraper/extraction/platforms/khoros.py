"""Khoros (Lithium) communities."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="khoros",
    signs=(
        "lia-message-body",
        "lia-quilt",
    ),
    post=(
        ".lia-linear-display-message-view",
        ".lia-message-view-display",
        ".lia-threaded-display-message-view",
    ),
    body=(
        ".lia-message-body-content",
        ".lia-message-body",
    ),
    author=(
        ".lia-user-name-link",
        ".UserName a",
        ".UserName",
    ),
    date=(
        ".lia-message-post-date .DateTime",
        ".DateTime",
    ),
    accepted=".lia-accepted-solution, .lia-list-row-thread-solved .lia-message-view-accepted-solution",
    has_accepted=".lia-accepted-solution",
    leave_out=".lia-message-signature, .lia-message-body-wrapper .lia-accepted-solution",
    title=(
        ".lia-message-subject h1",
        ".lia-message-subject",
        "h1",
    ),
    tags=".lia-tag",
    categories=".lia-breadcrumb-node a",
)
