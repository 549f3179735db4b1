"""The shop's articles: Markdown files with front matter, read and checked."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from kefu.errors import ArticleError

FENCE = "---"
KEYS = ("title", "intents", "questions", "updated")
HEADING = re.compile(r"#{1,6}[ \t]+(?P<text>.*?)(?:[ \t]+#+)?[ \t]*")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times as fast
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class Article:
    """One article of the shop.

    `slug` is the file's name without `.md`; `intents` are the intents that it answers;
    `questions` are ways in which buyers ask for it; `body` is Markdown.
    """

    slug: str
    title: str
    intents: tuple[str, ...]
    questions: tuple[str, ...]
    body: str
    updated: date


def read_articles(
    folder: Path, *, allowed_intents: Collection[str] | None = None
) -> tuple[Article, ...]:
    """Every article under `folder`, ordered by slug. README.md is not an article.

    Args:
        folder: where the Markdown files are; folders within it are read too.
        allowed_intents: intent names that articles may list; None lets any name pass.

    Raises:
        ArticleError: one sentence that names the file and what is wrong in it.
    """
    if not folder.is_dir():
        raise ArticleError(f"{folder} is no folder; put the articles there or set KEFU_KB_DIR.")
    files = sorted(file for file in folder.rglob("*.md") if file.name.lower() != "readme.md")
    if not files:
        raise ArticleError(f"{folder} holds no articles; add Markdown files or set KEFU_KB_DIR.")
    articles: dict[str, Article] = {}
    titles: dict[str, Path] = {}
    for file in files:
        article = read_article(file, allowed_intents=allowed_intents)
        if article.slug in articles:
            raise ArticleError(f"{file}: another article has this file name too; rename one.")
        if article.title in titles:
            raise ArticleError(
                f"{file}: title: {titles[article.title].name} has the title "
                f"{article.title!r} too; change one."
            )
        articles[article.slug] = article
        titles[article.title] = file
    return tuple(articles[slug] for slug in sorted(articles))


def read_article(file: Path, *, allowed_intents: Collection[str] | None = None) -> Article:
    """The article in `file`.

    Raises:
        ArticleError: as `read_articles`.
    """
    if not _SLUG.fullmatch(file.stem):
        raise ArticleError(
            f"{file}: the file name is not made of a-z, 0-9 and single hyphens; rename it."
        )
    header, body = _split(file, _text(file))
    front = _front_matter(file, header)
    intents = _lines(file, "intents", front)
    unknown = [
        name for name in intents if allowed_intents is not None and name not in allowed_intents
    ]
    if unknown:
        raise ArticleError(f"{file}: intents: {unknown[0]!r} is no intent; correct or remove it.")
    if all(not line.strip() or HEADING.fullmatch(line.strip()) for line in body.splitlines()):
        raise ArticleError(
            f"{file}: the body has no text; write the article below the front matter."
        )
    return Article(
        slug=file.stem,
        title=_title(file, front),
        intents=intents,
        questions=_lines(file, "questions", front),
        body=body.strip(),
        updated=_date(file, front),
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")  # universal newlines: CRLF becomes LF
    except UnicodeDecodeError as error:
        raise ArticleError(
            f"{file}: byte {error.start} is not UTF-8; save the file as UTF-8."
        ) from error
    except OSError as error:
        raise ArticleError(f"{file}: cannot be read ({error.strerror}); check the file.") from error


def _split(file: Path, text: str) -> tuple[str, str]:
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        raise ArticleError(f"{file}: front matter is missing; begin the file with a line of ---.")
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == FENCE:
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :])
    raise ArticleError(f"{file}: front matter has no end; close it with a line of ---.")


def _front_matter(file: Path, header: str) -> dict[str, Any]:
    try:
        loader = _Loader(header)
        node = loader.get_single_node()
        front = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1  # +1 for the fence
        raise ArticleError(
            f"{file}: line {line}: front matter is not YAML ({error.problem}); correct it."
        ) from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: 2026-13-45 as a date
        reason = str(error).splitlines()[0]
        raise ArticleError(f"{file}: front matter: {reason}; correct it.") from error
    if not isinstance(front, dict) or not isinstance(node, yaml.MappingNode):
        raise ArticleError(
            f"{file}: front matter has no `key: value` lines; add title and updated."
        )
    seen: set[str] = set()
    for key_node, _ in node.value:
        key = str(key_node.value)
        if key not in KEYS:
            raise ArticleError(f"{file}: {key}: is no known key; use only {', '.join(KEYS)}.")
        if key in seen:
            raise ArticleError(f"{file}: {key}: is given twice; remove one.")
        seen.add(key)
    return front


def _title(file: Path, front: dict[str, Any]) -> str:
    title = front.get("title")
    if not isinstance(title, str) or not title.strip():
        raise ArticleError(f"{file}: title: is missing or empty; give the article a title.")
    return " ".join(title.split())


def _lines(file: Path, key: str, front: dict[str, Any]) -> tuple[str, ...]:
    values = front.get(key)
    if values is None:
        return ()
    if not isinstance(values, list):
        raise ArticleError(f"{file}: {key}: is no list; write one entry a line after a hyphen.")
    for value in values:
        if not isinstance(value, str) or not value.strip():
            raise ArticleError(f"{file}: {key}: {value!r} is no text; write it as a line of text.")
    lines = tuple(" ".join(value.split()) for value in values)
    if len(set(lines)) < len(lines):
        raise ArticleError(f"{file}: {key}: one entry is there twice; remove one.")
    return lines


def _date(file: Path, front: dict[str, Any]) -> date:
    updated = front.get("updated")
    if not isinstance(updated, date) or isinstance(updated, datetime):
        raise ArticleError(f"{file}: updated: is no date; write it like 2026-10-08.")
    return updated
