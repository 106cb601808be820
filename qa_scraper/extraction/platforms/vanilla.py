"""Vanilla Forums."""

from qa_scraper.extraction.platforms.platform import Platform

PLATFORM = Platform(
    name="vanilla",
    signs=(
        "ItemDiscussion",
        "ItemComment",
        "MessageList",
        "vanillaforums",
    ),
    post=(".ItemDiscussion, .ItemComment",),
    body=(
        ".Message.userContent",
        ".userContent",
        ".Message",
    ),
    author=(
        ".Author .Username",
        '.Author a[href*="/profile/"]',
        ".Author a",
        ".Username",
    ),
    date=(
        ".DateCreated time",
        ".MItem.DateCreated",
        "time[datetime]",
    ),
    question=".ItemDiscussion",
    accepted=".ItemComment.Accepted, .QnA-Item-Accepted, .Item-Accepted",
    has_accepted=".QnA-Accepted, .Accepted",
    leave_out=".Signature, .UserSignature, .Reactions, .QuoteFolded, .js-quoteButton",
    title=(
        ".PageTitle h1",
        "h1",
    ),
    tags=".TagList a, .DiscussionTags a",
    categories=".Breadcrumbs .CrumbLabel:not(.HomeCrumb) a",
)
