"""A topic's coverage as a media researcher publishes it: one sealed folder, and a zip of it."""
