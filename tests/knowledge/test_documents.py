from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kefu.errors import ArticleError
from kefu.knowledge.documents import read_article, read_articles
from kefu.settings import load_settings

GOOD = """---
title: 标题
intents: [ask_price]
questions: [多少钱]
updated: 2026-10-08
---
正文。
"""


def put(folder: Path, content: str | bytes, name: str = "price.md") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_an_article_carries_its_front_matter_and_body(tmp_path):
    article = read_article(put(tmp_path, GOOD))
    assert (article.slug, article.title, article.body) == ("price", "标题", "正文。")
    assert (article.intents, article.questions) == (("ask_price",), ("多少钱",))
    assert article.updated == date(2026, 10, 8)


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace("\n", "\r\n").encode()],
    ids=["byte order mark", "CRLF"],
)
def test_what_editors_on_windows_write_is_the_same_article(tmp_path, content):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert read_article(put(tmp_path / "a", content)) == read_article(put(tmp_path / "b", GOOD))


def test_intents_and_questions_may_be_left_out(tmp_path):
    article = read_article(put(tmp_path, "---\ntitle: 标题\nupdated: 2026-10-08\n---\n正文。"))
    assert article.intents == article.questions == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("正文。", "front matter is missing"),
        ("", "front matter is missing"),
        ("---\ntitle: 标题\n正文。", "no end"),
        (GOOD.replace("[ask_price]", "@x"), "line 3: front matter is not YAML"),
        ("---\n---\n正文。", "no `key: value` lines"),
        ("---\n- 标题\n---\n正文。", "no `key: value` lines"),
        (GOOD.replace("title:", "tittle:"), "tittle: is no known key"),
        (GOOD.replace("title: 标题", "title: 标题\ntitle: 别的"), "title: is given twice"),
        (GOOD.replace("title: 标题", "title: ''"), "title: is missing or empty"),
        (GOOD.replace("title: 标题\n", ""), "title: is missing or empty"),
        (GOOD.replace("title: 标题", "title: 12"), "title: is missing or empty"),
        (GOOD.replace("正文。", " "), "the body has no text"),
        (GOOD.replace("正文。", "## 只有小标题"), "the body has no text"),
        (GOOD.replace("2026-10-08", "昨天"), "updated: is no date"),
        (GOOD.replace("2026-10-08", "2026-13-45"), "month must be in 1..12"),
        (GOOD.replace("2026-10-08", "2026-10-08 12:00:00"), "updated: is no date"),
        (GOOD.replace("updated: 2026-10-08\n", ""), "updated: is no date"),
        (GOOD.replace("[ask_price]", "ask_price"), "intents: is no list"),
        (
            GOOD.replace("[ask_price]", "[ask_price, ask_price]"),
            "intents: one entry is there twice",
        ),
        (GOOD.replace("[多少钱]", "[12]"), "questions: 12 is no text"),
        (GOOD.replace("[多少钱]", "['']"), "questions: '' is no text"),
        (GOOD.replace("标题", "\x01"), "front matter"),
        (GOOD.encode("gb18030"), "is not UTF-8"),
    ],
)
def test_a_broken_article_is_refused_in_one_sentence_that_names_it(tmp_path, content, says):
    file = put(tmp_path, content)
    with pytest.raises(ArticleError) as refused:
        read_article(file)
    message = str(refused.value)
    assert says in message
    assert str(file) in message
    assert "\n" not in message


@pytest.mark.parametrize("name", ["退货.md", "Price.md", "a b.md", "a_b.md"])
def test_a_file_name_becomes_a_slug_only_if_it_is_one(tmp_path, name):
    with pytest.raises(ArticleError, match="rename"):
        read_article(put(tmp_path, GOOD, name))


def test_an_intent_that_the_assistant_does_not_know_is_refused(tmp_path):
    file = put(tmp_path, GOOD)
    assert read_article(file, allowed_intents={"ask_price"}).intents == ("ask_price",)
    with pytest.raises(ArticleError, match="intents: 'ask_price' is no intent"):
        read_article(file, allowed_intents={"greet"})


def test_two_articles_may_share_neither_title_nor_slug(tmp_path):
    put(tmp_path, GOOD)
    put(tmp_path, GOOD, "other.md")
    with pytest.raises(ArticleError, match=r"title: other[.]md has the title"):
        read_articles(tmp_path)
    (tmp_path / "other.md").unlink()
    (tmp_path / "more").mkdir()
    put(tmp_path / "more", GOOD.replace("标题", "别的"))
    with pytest.raises(ArticleError, match="another article has this file name"):
        read_articles(tmp_path)


def test_a_folder_without_articles_is_refused(tmp_path):
    put(tmp_path, "How to write articles.", "README.md")
    with pytest.raises(ArticleError, match="holds no articles"):
        read_articles(tmp_path)
    with pytest.raises(ArticleError, match="is no folder"):
        read_articles(tmp_path / "nowhere")


def test_the_shops_own_articles_are_sound():
    articles = read_articles(load_settings().kb_dir)
    assert len(articles) >= 30
    assert [article.slug for article in articles] == sorted(article.slug for article in articles)
