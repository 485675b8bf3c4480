"""How fast articles are read on one core, beside the usual `transformers` pipeline.

    python -m scripts.bench_reading --source DIR --torch-python PATH [--articles 200]

Articles of about 615 words, joined from the sample archive's texts, are read in turn by ours and by
the pipeline (in another process; torch is no requirement of ours), so that both meet the same
machine. Milliseconds are medians of processor time on one thread. Nothing that was read before is
used again here; what that saves is printed apart, over the archive itself.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy opens its own threads

import click

from framewatch.facts import load_topic
from framewatch.settings import BUNDLED, ROOT
from framewatch.story import Article
from models.encoder import BUNDLED_FOLDER, Ids
from models.onnx_encoder import OnnxEncoder, checked_manifest
from models.passages import PASSAGE_TOKENS, TokenizedText, group, tokenize_text
from models.reader import Reader, open_reader
from models.repeats import Kept, ReadOnce
from samples.texts import load_texts

WORDS = 500  # an article ends with the text that reaches them; the mean is then about 615
WIDTH = 384  # of the encoder's vectors
PASSAGE = 254  # word pieces of the pipeline's passages; with the special tokens 256
SEED = 20250127
COLD_RUNS, COLD_ARTICLES = 5, 50
GOALS = {"pipeline, sentences": 7, "pipeline, passages": 4}  # times as fast
WORKER = Path(__file__).with_name("pipeline_worker.py")
NO_TORCH = (
    "no figures of the pipeline: it needs --source DIR (the published weights of "
    "sentence-transformers/all-MiniLM-L6-v2) and --torch-python PATH, an interpreter of its own:\n"
    "  python3 -m venv torch; torch/bin/pip install torch==2.13.0 transformers onnx onnxruntime"
)
# Peak memory is this process's own: getrusage would name the larger one that it came from.
COLD = """
import json, sys, time
from framewatch.facts import load_topic
from framewatch.settings import ROOT
from models.reader import open_reader
asked = json.load(sys.stdin)
reader = open_reader("bundled", load_topic(ROOT / "topics" / "deepseek.toml"))
reader.read_text(asked["texts"][0], "en")
seconds, cpu = time.time() - asked["began"], time.process_time()
for text in asked["texts"]:
    reader.read_text(text, "en")
memory = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"seconds": seconds, "cpu": cpu, "kilobytes": int(memory.split()[1])}))
"""
Figures = dict[str, list[float]]
Ask = Callable[[dict[str, object]], dict[str, float]]


def english() -> list[Article]:
    """The archive's English texts as articles, oldest first."""
    texts = [text for text in load_texts() if text.outlet.language == "en"]
    return [
        article_of(text.title, text.body) for text in sorted(texts, key=lambda text: text.published)
    ]


def article_of(title: str, text: str) -> Article:
    return Article(
        url="https://a.example/1",
        title=title,
        text=text,
        language="en",
        host="a.example",
        host_name="A",
    )


def joined(number: int) -> Iterator[Article]:
    """Articles of the usual length, each of whole texts in another order."""
    bodies = list(dict.fromkeys(article.text for article in english()))
    mixed = random.Random(SEED)
    for _ in range(number):
        parts: list[str] = []
        for body in mixed.sample(bodies, len(bodies)):
            parts.append(body)
            if sum(len(part.split()) for part in parts) >= WORDS:
                break
        yield article_of("An invented headline", "\n".join(parts))


@contextmanager
def pipeline_process(python: str, source: Path | None) -> Iterator[Ask | None]:
    """A function that asks it, or None (with what is missing printed)."""
    if not python or source is None:
        click.echo(NO_TORCH)
        yield None
        return
    command = [python, str(WORKER), str(source)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        out, answers = process.stdin, process.stdout

        def ask(question: dict[str, object]) -> dict[str, float]:
            out.write(json.dumps(question) + "\n")
            out.flush()
            return dict(json.loads(answers.readline()))

        opened = json.loads(answers.readline())["opened"]
        click.echo(f"the pipeline opens in {opened:.1f} s")
        yield ask
        out.close()


def timed(figures: Figures, name: str, work: Callable[[], object]) -> None:
    start = time.process_time()
    work()
    figures[name].append(time.process_time() - start)


def parts_of(source: TokenizedText, most: int = 0) -> list[tuple[int, int]]:
    """Of its tokens: passages of up to `most`, or each sentence."""
    return group(source.bounds, most) if most else list(source.bounds)


def words_of(source: TokenizedText, most: int = 0) -> list[str]:
    offsets = source.tokens.offsets
    return [source.text[offsets[a][0] : offsets[b - 1][1]] for a, b in parts_of(source, most)]


def ids_of(source: TokenizedText, most: int = 0) -> list[Ids]:
    return [source.tokens.ids[a:b] for a, b in parts_of(source, most)]


def rounds(articles: Sequence[Article], reader: Reader, ask: Ask | None) -> tuple[Figures, float]:
    """Seconds of every way of reading, and mentions scored in an article."""
    encoder = OnnxEncoder(BUNDLED_FOLDER)
    encoder.kept = Kept(0)
    figures: Figures = defaultdict(list)
    mentions = 0
    with click.progressbar(articles, file=sys.stderr) as bar:
        for article in bar:
            source = tokenize_text(encoder, article.coded_text)
            passages, sentences = ids_of(source, PASSAGE_TOKENS), ids_of(source)
            longer = ids_of(source, PASSAGE)
            timed(figures, "reader", lambda a=article: reader.read_article(a))
            timed(figures, "passages", lambda p=passages: encoder.encode_lowest(p))
            timed(figures, "sentences", lambda s=sentences: encoder.encode_lowest(s))
            timed(figures, "all layers", lambda p=longer: encoder.encode(p))
            mentions += sum(score.mentions for score in reader.read_article(article).targets)
            if ask is not None:
                for name, most in (("pipeline, sentences", 0), ("pipeline, passages", PASSAGE)):
                    figures[name].append(ask({"texts": words_of(source, most)})["seconds"])
    return figures, mentions / len(articles)


NAMES = {
    "pipeline, sentences": "pipeline, sentence by sentence",
    "pipeline, passages": f"pipeline, passages of ≤ {PASSAGE + 2} tokens",
    "reader": "ours, the whole reader",
    "passages": "  encoder, passages as it reads them",
    "sentences": "  encoder, sentence by sentence",
    "all layers": f"  all layers, passages of ≤ {PASSAGE + 2} tokens",
}


def print_figures(figures: Figures) -> None:
    medians = {name: statistics.median(values) for name, values in figures.items()}
    columns = [name for name in GOALS if name in medians]
    click.echo(f"\n{'':44}{'ms':>8}" + "".join(f"{'× ' + c[10:]:>14}" for c in columns))
    for name in filter(medians.__contains__, NAMES):
        ratios = "".join(f"{medians[c] / medians[name]:14.1f}" for c in columns)
        click.echo(f"{NAMES[name]:44}{1000 * medians[name]:8.1f}{ratios}")
    for name, (column, goal) in product(("reader", "passages"), GOALS.items()):
        if column in medians:
            ratio = medians[column] / medians[name]
            verdict = "met" if ratio >= goal else "MISSED"
            click.echo(
                f"{NAMES[name].strip()}, against {column}: {ratio:.1f} ×, {goal} × {verdict}"
            )


def operations(articles: Sequence[Article], encoder: OnnxEncoder) -> tuple[float, float]:
    """10⁹ operations an article in int8 products and in fp32 ones (attention's), from the shapes.

    A layer of width d multiplies each token by 4 d² weights for attention and 8 d² after it; its
    scores and their products with the values take 4 n² d for n tokens.
    """
    layers = checked_manifest(BUNDLED_FOLDER)["layers"][0]
    int8 = fp32 = 0.0
    for article in articles:
        source = tokenize_text(encoder, article.coded_text)
        for ids in ids_of(source, PASSAGE_TOKENS):
            n = len(ids) + 2
            int8 += layers * 2 * n * 12 * WIDTH**2
            fp32 += layers * 4 * n**2 * WIDTH
    return int8 / len(articles) / 1e9, fp32 / len(articles) / 1e9


def print_roofline(articles: Sequence[Article], seconds: float, peaks: dict[str, float]) -> None:
    """What share of the machine's matrix products the encoder's passes reach."""
    int8, fp32 = operations(articles[:20], OnnxEncoder(BUNDLED_FOLDER))
    fast = max(value for name, value in peaks.items() if "int8" in name)
    floor = int8 / fast + fp32 / peaks["fp32"]
    click.echo("\npeaks, 10⁹/s: " + ", ".join(f"{k} {v:.0f}" for k, v in peaks.items()))
    click.echo(
        f"encoder, an article: {int8:.1f} int8 + {fp32:.1f} fp32 (10⁹); at the peaks "
        f"{1000 * floor:.0f} ms, measured {1000 * seconds:.0f} ms: {floor / seconds:.0%}"
    )


def print_cold(articles: Sequence[Article]) -> None:
    """Seconds until a new process has read its first article, and its peak memory after all."""
    texts = [article.coded_text for article in articles[:COLD_ARTICLES]]
    answers = []
    for _ in range(COLD_RUNS):
        question = json.dumps({"began": time.time(), "texts": texts})
        command = [sys.executable, "-c", COLD]
        done = subprocess.run(
            command, input=question, capture_output=True, text=True, cwd=ROOT, check=True
        )
        answers.append(json.loads(done.stdout))
    wall, cpu = (sorted(answer[key] for answer in answers) for key in ("seconds", "cpu"))
    memory = max(answer["kilobytes"] for answer in answers) / 1024
    click.echo(
        f"\ncold start to the first article read: {statistics.median(wall):.2f} s "
        f"({wall[0]:.2f} to {wall[-1]:.2f}, goal < 2), of the processor "
        f"{statistics.median(cpu):.2f} s; peak memory after {len(texts)} articles {memory:.0f} MB "
        "(goal < 400)"
    )


def print_repeats(articles: Sequence[Article], reader: Callable[[], Reader]) -> None:
    """What the archive's copies save, every article in the order of the days."""
    once, plain = ReadOnce(reader()), without_kept(reader())
    figures: Figures = defaultdict(list)
    for article in articles:
        timed(figures, "once", lambda a=article: once.read([a]))
        timed(figures, "plain", lambda a=article: plain.read_article(a))
    saved = 1 - sum(figures["once"]) / sum(figures["plain"])
    inner = once._reader
    parts = {"passages": inner._encoder.kept, "windows": inner._sentiment.kept}
    rates = ", ".join(f"{n} {k.hits} of {k.hits + k.misses}" for n, k in parts.items())
    click.echo(
        f"\nread once, over the archive: articles {once.repeated} of {len(articles)}, {rates}; "
        f"{saved:.0%} of the time saved"
    )


def without_kept(reader: Reader) -> Reader:
    for part in (reader._encoder, reader._sentiment):
        part.kept = Kept(0)
    return reader


@click.command()
@click.option("--articles", "number", default=200, show_default=True)
@click.option("--source", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--torch-python", default="", help="An interpreter with torch and transformers.")
def main(number: int, source: Path | None, torch_python: str) -> None:
    """Print milliseconds per article, ratios to the pipeline, cold start, memory, roofline."""
    topic = load_topic(ROOT / "topics" / "deepseek.toml")
    articles = list(joined(number))
    print_cold(articles)
    print_repeats(english(), lambda: open_reader(BUNDLED, topic))
    with pipeline_process(torch_python, source) as ask:
        reader = without_kept(open_reader(BUNDLED, topic))
        reader.read_article(articles[0])
        figures, mentions = rounds(articles, reader, ask)
        words = statistics.mean(len(article.text.split()) for article in articles)
        click.echo(f"\n{number} articles of {words:.0f} words, {mentions:.1f} mentions scored")
        print_figures(figures)
        if ask is not None:
            print_roofline(articles, statistics.median(figures["passages"]), ask({"peaks": True}))


if __name__ == "__main__":
    main()
