"""Messages of ours as HTML."""

import pytest

from dashboard.inert import with_commands


@pytest.mark.parametrize(
    ("said", "html"),
    [
        ("run `make run` again", "run <code>make run</code> again"),
        ("`a <b>` & <c>", "<code>a &lt;b&gt;</code> &amp; &lt;c&gt;"),
        ("one ` alone <b>", "one ` alone &lt;b&gt;"),
        ("none", "none"),
    ],
)
def test_what_is_to_be_typed_is_marked_and_the_rest_is_text(said, html):
    """Whatever a message quotes."""
    assert with_commands(said) == html
