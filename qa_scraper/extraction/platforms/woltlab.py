"""WoltLab Burning Board 3 to 6."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="woltlab",
    signs=(
        "wbbPost",
        "WCF_PATH",
        "wcf/js/",
        "messageSidebarOrientation",
    ),
    post=(
        "article.wbbPost",
        "article.message",
        "div.message[id^=postRow]",
        "div.message",
    ),
    body=(
        ".messageText",
        ".messageBody > div[id^=postText]",
        ".messageBody",
    ),
    author=(
        ".messageAuthor .username",
        ".messageAuthor .userName",
        ".messageAuthorContainer",
        ".username",
    ),
    date=(
        ".messagePublicationTime",
        ".messageHeader time",
        ".messageHeader .light",
        "time[datetime]",
    ),
    not_posts=".messageDeleted, .wbbPostDeleted, .modificationLogEntry",
    leave_out=".messageSignature, .signature, .messageFooterNote, .editNote, .attachmentThumbnailList, .jsQuoteMessage",
    title=(
        "h1.contentTitle",
        ".contentHeader h1",
        ".headlineContainer h2",
        "h1",
    ),
    tags=".tagList .tag",
    categories=".breadcrumbs li a, ul.breadCrumbs li a",
)
