"""The numbers of the pages as JSON, from the functions that pages and files use."""
