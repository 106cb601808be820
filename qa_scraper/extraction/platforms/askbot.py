"""Askbot, and OSQA, of which it comes."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="askbot",
    signs=(
        "post-update-info",
        "askbot",
        "Powered by OSQA",
    ),
    post=(
        "div.post.question, div.post.answer",
        "div.question[data-post-id], div.answer[data-post-id]",
        "#question-table, div.answer",
        "#question-table, table.answer",
    ),
    body=(
        ".post-body",
        ".question-body",
        ".answer-body",
    ),
    author=(
        ".post-update-info .user-info a",
        ".post-update-info-user a",
        '.post-update-info a[href*="/users/"]',
        ".user-info a",
    ),
    date=(
        ".post-update-info abbr",
        ".post-update-info .timeago",
        ".post-update-info",
        ".timeago",
    ),
    question="div.post.question, div.question[data-post-id], #question-table",
    votes=(
        ".vote-number",
        ".post-score",
    ),
    accepted=".answer.accepted-answer, .answer .accepted-answer, .answer-img-accept.answered-accepted, .accepted-icon",
    has_accepted="div.answer",
    leave_out=".post-update-info-container, .comments, .comments-container, .post-controls, .tags, .question-status",
    title=(
        "#question h1",
        "h1",
    ),
    tags=".post.question .tag, #question-tags .tag",
    count="#questionCount, .answers-count, .tabBar h2",
)
