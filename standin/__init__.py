"""A small web on the loopback: outlets and news services that answer as the real ones document.

It stands in for them in tests, in `make demo-live` and in `make bench`. It is written from the
services' documentation and knows nothing of how Framewatch asks or parses.
"""
