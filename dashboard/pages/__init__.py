"""The pages, each a module with its addresses, and the order in which they are named."""

NAMES = (
    ("", "Overview"),
    ("frame", "Frames"),
    ("compare", "Compare"),
    ("articles", "Articles"),
    ("sentiment", "Sentiment"),
    ("events", "Shifts and events"),
    ("coverage", "Coverage"),
    ("runs", "Runs"),
    ("method", "Method"),
)
