from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.knowledge.chunking import Passage, sentences, split
from kefu.knowledge.documents import Article, read_articles
from kefu.settings import load_settings

LINE = st.text(
    alphabet=st.sampled_from("退货运费七天签收后可以，。！？；：、 A1()*-#「」…"),
    min_size=1,
    max_size=90,
).filter(lambda line: line.strip() and not line.strip().startswith("#"))
BODY = st.lists(
    st.one_of(LINE, LINE.map("- {}".format), LINE.map("## 小标题\n\n{}".format), st.just("")),
    min_size=1,
    max_size=25,
).map("\n".join)


def article(body: str) -> Article:
    return Article("returns", "退货", ("request_refund",), (), body, date(2026, 10, 8))


def squeezed(text: str) -> str:
    return "".join(text.split())


def body_without_headings(body: str) -> str:
    return squeezed("".join(line for line in body.splitlines() if not line.startswith("## ")))


@settings(deadline=None)
@given(BODY, st.integers(20, 300))
def test_passages_are_the_whole_article_in_its_order(body, longest):
    passages = split(article(body), longest)
    assert squeezed("".join(passage.text for passage in passages)) == body_without_headings(body)


@settings(deadline=None)
@given(BODY, st.integers(20, 300))
def test_no_passage_is_too_long_or_empty(body, longest):
    for passage in split(article(body), longest):
        assert 0 < len(passage.text) <= longest
        assert passage.text == passage.text.strip()


@settings(deadline=None)
@given(BODY)
def test_ids_count_from_zero_and_name_the_article(body):
    passages = split(article(body))
    assert [passage.id for passage in passages] == [f"returns#{n}" for n in range(len(passages))]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["可以退货。", "不能退！", "真的吗？」", "好的"]), max_size=20).map(
        "".join
    )
)
def test_sentences_joined_are_the_text(text):
    assert "".join(sentences(text)) == text


def test_a_passage_ends_at_a_heading_and_remembers_it():
    first, second = split(article("先说明。\n\n## 运费\n\n谁付运费。"))
    assert (first.heading, first.text) == ("", "先说明。")
    assert second == Passage(
        "returns#1", "returns", "退货", "谁付运费。", ("request_refund",), heading="运费"
    )


def test_a_sentence_is_cut_only_when_it_alone_is_too_long():
    body = "这是第一句话。这是第二句话。这是第三句话。"
    assert [passage.text for passage in split(article(body), 15)] == [
        "这是第一句话。这是第二句话。",
        "这是第三句话。",
    ]
    pieces = [passage.text for passage in split(article("这一句，比十个字，要长得多。"), 10)]
    assert pieces == ["这一句，比十个字，", "要长得多。"]


def test_a_line_that_announces_a_list_stays_with_it():
    body = "很长的一段开场白，说了很多别的事情。\n\n退货需要：\n- 吊牌完好\n- 包装完好"
    texts = [passage.text for passage in split(article(body), 25)]
    assert texts == ["很长的一段开场白，说了很多别的事情。", "退货需要：\n- 吊牌完好\n- 包装完好"]


def test_passages_of_a_section_are_of_about_the_same_length():
    body = "\n\n".join(["一二三四五六七八九十" * 4 + "。"] * 4)
    lengths = [len(passage.text) for passage in split(article(body), 130)]
    assert lengths == [83, 83]


def test_a_soft_line_break_adds_no_blank_between_chinese():
    assert split(article("签收后\n七天内"))[0].text == "签收后七天内"
    assert split(article("size M\nor L"))[0].text == "size M or L"


def test_the_shops_articles_split_into_whole_sentences():
    for found in read_articles(load_settings().kb_dir):
        for passage in split(found):
            assert len(passage.text) <= 300
            assert passage.text[-1] not in "，、", passage.id
