"""vBulletin 3, 4 and 5."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="vbulletin",
    signs=(
        "vBulletin",
        "post_message_",
        "vbulletin_",
    ),
    post=(
        "li.b-post[data-node-id]",
        "li[id^=post_]",
        "table[id^=post]",
        "div[id^=edit] table.tborder",
    ),
    around=("[id^=post_message_]",),
    body=(
        ".js-post__content-text",
        ".postcontent",
        "[id^=post_message_]",
    ),
    author=(
        ".b-userinfo__details .author",
        ".author[itemprop]",
        ".username_container .username",
        ".username",
        ".bigusername",
        "[id^=postmenu_]",
        'a[href*="member.php"]',
    ),
    date=(
        ".b-post__timestamp time",
        "time[datetime]",
        ".postdate .date",
        ".postdate",
        ".posthead .date",
        "[itemprop=dateCreated]",
        "td.thead",
        ".thead",
    ),
    number=".postcounter, .b-post__count, a[id^=postcount]",
    not_posts=".b-post--deleted, .postbitdeleted, .postbitignored",
    leave_out=(
        ".signature, .signaturecontainer, .postcontent .lastedited, .b-post__signature, .ad, .after_content, "
        ".cms_table_cp_ad"
    ),
    title=(
        ".threadtitle",
        "h1.main-title",
        ".b-topic-title",
        "h1",
    ),
    categories='.breadcrumb .navbit:not(.lastnavbit) a, .navbar a[href*="forumdisplay"]',
    tags=".js-tag-list a, #tagcontainer a",
)
