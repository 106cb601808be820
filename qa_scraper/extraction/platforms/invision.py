"""Invision Community (IPS 4 and 5) and its forerunner IP.Board 3."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="invision",
    signs=(
        "ipsComment",
        "ipsApp",
        "ipsEntry",
        "ips_",
        "IPBoard",
        "post_block",
        'class="postcolor"',
        "class='postcolor'",
    ),
    post=(
        "article.ipsComment",
        "article.cPost",
        "article.ipsEntry",
        ".post_block[id^=post_id_]",
        ".post_block",
        "div[id^=comment-][data-commentid]",
    ),
    around=("div.postcolor",),
    body=(
        '[data-role="commentContent"]',
        ".ipsComment_content .ipsType_richText",
        ".ipsRichText",
        ".post.entry-content",
        ".entry-content",
        ".postcolor",
    ),
    author=(
        ".cAuthorPane_author",
        ".ipsComment_author h3 a",
        ".ipsEntry__author-name",
        '.ipsComment_author a[href*="/profile/"]',
        ".author .fn",
        ".author a",
        ".author.vcard",
        "li.author",
        ".author",
        ".ipsUsername",
        ".normalname",
        ".unreg",
    ),
    date=(
        ".ipsComment_meta time",
        ".ipsComment_header time",
        "time[datetime]",
        ".published",
        ".postdetails",
    ),
    votes=(
        ".cAnswerRate > span",
        ".ipsVotes_count",
        '[data-role="voteCount"]',
    ),
    accepted=".ipsComment_solved, .cAnswer_best, .ipsEntry--solved, .ipsComment--solution",
    has_accepted=".cRatingColumn, .cAnswer, .ipsBadge_bestAnswer",
    not_posts=".ipsComment_hidden, .ipsHide, .cTopicPostArea, .ipsComment_summary",
    leave_out=(
        '.ipsItemControls, [data-role="memberSignature"], .ipsType_edited, .signature, .original_date, '
        ".ipsQuote_contents_toggle, .edit"
    ),
    title=(
        "h1.ipsType_pageTitle",
        ".ipsPageHeader__title",
        "h1.ipsType_title",
        "h1",
    ),
    tags=".ipsTags .ipsTag, .ipsTags__tag",
    categories='.ipsBreadcrumb [data-role="breadcrumbList"] li a, .ipsBreadcrumbs li a',
)
