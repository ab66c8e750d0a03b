r"""A language in, its dev prompts out: chat texts with their spans, written apart from the templates.

One prompt a line: `[PER:Sophie Martin]` marks a span, `\n` is a line break, lines that begin with `# ` are comments.
"""

import re
from importlib.resources import files

from training.examples import LABELS, Example, Span

MARK = re.compile(rf"\[({'|'.join(LABELS)}):([^\]]+)\]")


def prompts(lang: str) -> list[Example]:
    """The dev prompts of a language."""
    text = files(__name__).joinpath(f"{lang}.txt").read_text(encoding="utf-8")
    return [
        marked(line.replace("\\n", "\n"), f"dev-{lang}")
        for line in text.splitlines()
        if line and not line.startswith("# ")
    ]


def marked(line: str, source: str) -> Example:
    """A line with its marks taken out and its spans put beside it."""
    text, spans, last = "", list[Span](), 0
    for mark in MARK.finditer(line):
        text += line[last : mark.start()]
        spans.append(Span(len(text), len(text) + len(mark[2]), mark[1]))
        text += mark[2]
        last = mark.end()
    return Example(text + line[last:], tuple(spans), source)
