"""The same crawl as others write it. Each module is run by itself: ``python -m … BASE_URL OUTPUT``."""
