"""Stack Exchange: today's markup and that of 2010."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="stack-exchange",
    signs=(
        "js-post-body",
        'class="post-text"',
        'class="s-prose',
    ),
    post=("#question, #answers .answer",),
    body=(
        ".js-post-body",
        ".post-text",
        ".s-prose",
    ),
    author=(
        ".post-signature.owner .user-details a",
        ".post-signature.owner .user-details",
        ".post-signature .user-details a",
        ".post-signature .user-details",
    ),
    last_counts=True,
    date=(
        ".post-signature.owner .user-action-time",
        ".post-signature .user-action-time",
        "time[itemprop=dateCreated]",
        ".relativetime",
    ),
    question="#question",
    votes=(
        ".js-vote-count",
        ".vote-count-post",
    ),
    accepted=".answer.accepted-answer, .answer.js-accepted-answer, .answer .vote-accepted, .answer .vote-accepted-on",
    has_accepted="#answers .answer",
    leave_out=".comments, .post-taglist, .question-status, .post-notice, .js-post-notice",
    title=(
        "#question-header h1",
        "h1",
    ),
    tags="#question .post-tag",
    count="#answers-header h2",
)
