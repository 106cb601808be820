"""MedHelp and what is built like it: answers with comments nested in them."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="medhelp",
    signs=(
        "mh_vit",
        "post_show_content",
        "medhelp",
    ),
    post=(
        ".mh_vit_card:has(> .subj_header), .mh_vit_resp_ctn",
        ".post_data",
    ),
    body=(
        ".subj_body",
        ".resp_body",
        ".post_message_container",
        ".KonaBody",
    ),
    author=(
        ".username [itemprop=name]",
        ".username",
        ".question_by a",
        "a[id^=user_]",
    ),
    date=(
        ".mh_timestamp",
        "time[datetime]",
        ".resp_info",
        ".subj_info",
    ),
    question=".subj_header",
    leave_out=".comment_ctn, .mh_vit_cmt_ctn, .comments_ctn",
    title=(
        "h1.subj_title",
        "h1",
    ),
    categories=".breadcrumbs a, .mh_breadcrumb a",
    count=".post_answer_count, .answer_count",
)
