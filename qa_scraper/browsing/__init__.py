"""Browsing a site's records: a database made of the snapshot, and Datasette over it with pages of our own."""
