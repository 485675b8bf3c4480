"""Is it about the topic? By title, address and text; a link is judged before it is fetched."""

from urllib.parse import unquote, urlsplit

from framewatch.aliases import count, names
from framewatch.story import Article, Topic

# One passing mention does not make an article about the topic.
LEAST_MENTIONS = 2


def promising(topic: Topic, url: str, title: str, summary: str = "") -> bool:
    """Whether a listed item names the topic in its title, summary or address."""
    slug = unquote(urlsplit(url).path)
    for separator in "-_/+.":
        slug = slug.replace(separator, " ")
    return any(names(text, topic.aliases) for text in (title, summary, slug))


def off_topic(topic: Topic, article: Article) -> str:
    """Why an article is not about the topic; empty if it is."""
    if names(article.title, topic.aliases):
        return ""
    mentions = count(article.text, topic.aliases)
    if mentions >= LEAST_MENTIONS:
        return ""
    return f"not named in the title, {mentions} times in the text (least {LEAST_MENTIONS})"
