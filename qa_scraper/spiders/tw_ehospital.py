"""台灣e院: the Chinese original of the first layout (about 153,000 questions, Big5)."""

from qa_scraper.site import Site
from qa_scraper.spiders.base import SiteSpider


class TwEhospitalSpider(SiteSpider):
    """Questions stand at ShowDetail.php?q_no=NUMBER, lists of a department at history.php, its pages in a choice."""

    site = Site(
        name="tw-ehospital",
        title="台灣e院 (Taiwan e-Hospital)",
        start_urls=("https://sp1.hso.mohw.gov.tw/doctor/All/index.php",),
        layouts=("ehospital",),
        question_url=r"/doctor/All/ShowDetail\.php\?(?:.*&)?q_no=(?P<id>\d+)",
        skip_url=r"/doctor/(?:All/(?:ask|login|search)|Member)",
        download_delay=2.0,
    )
