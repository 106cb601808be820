"""XenForo 1 and 2."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="xenforo",
    signs=(
        'id="XenForo"',
        'id="XF"',
        'data-app="public"',
        "XenForo",
        "messageText",
    ),
    post=(
        "article.message.message--post",
        "article.message[data-author]",
        "li.message[data-author]",
        "li.message[id^=post-]",
        ".message[data-content^=post-]",
    ),
    body=(
        ".message-userContent .message-body .bbWrapper",
        ".message-body .bbWrapper",
        ".message-body",
        ".messageText",
    ),
    author=(
        ".message-name .username",
        ".message-name",
        ".messageUserInfo .username",
        ".userText .username",
        ".message-userDetails .username",
        ".username",
    ),
    author_attribute="data-author",
    date=(
        ".message-attribution-main time",
        ".message-attribution time",
        ".messageMeta .DateTime",
        ".message-attribution .u-dt",
        ".datePermalink",
        "time.u-dt",
    ),
    number=".message-attribution-opposite li:last-child, .postNumber",
    votes=(".contentVote-score",),
    accepted=".message--solution",
    has_accepted=".message--solution, .solutionVote, .js-solutionIcon",
    not_posts=".message--deleted, .message.deleted, .block--solution .message, .message--simple",
    leave_out=(
        ".message-signature, .message-lastEdit, .js-selectToQuoteEnd, .bbCodeBlock-expandLink, .quoteExpand, "
        ".messageNotice, .message-attachments, .sv-rating-bar, .editDate"
    ),
    title=(
        "h1.p-title-value",
        ".titleBar h1",
        "h1",
    ),
    tags=".js-tagList .tagItem, .tagList .tag",
    categories=".p-breadcrumbs li a, .breadBoxTop .crust",
)
