from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.knowledge.excerpt import excerpt, plain_text


def count_of(char: str):
    return lambda text: float(char in text)


def test_a_text_that_fits_is_kept_whole():
    assert excerpt("可以退。七天内。", 20, count_of("七")) == "可以退。七天内。"


def test_the_sentences_that_speak_of_the_question_are_chosen():
    text = "开头一句话。第二句讲退货。第三句讲运费。最后一句话。"
    assert excerpt(text, 14, count_of("运")) == "第二句讲退货。第三句讲运费。"


def test_when_all_say_as_much_the_beginning_wins():
    assert excerpt("一二三。四五六。七八九。", 8, lambda _: 0.0) == "一二三。四五六。"


def test_a_sentence_that_is_too_long_is_cut_visibly():
    assert excerpt("长" * 30 + "。", 10, lambda _: 0.0) == "长" * 9 + "…"


@settings(deadline=None)
@given(st.text(st.sampled_from("退货。！\n- 运费*"), max_size=80), st.integers(5, 60))
def test_an_excerpt_is_never_too_long_and_always_from_the_text(text, longest):
    found = excerpt(text, longest, count_of("运"))
    assert len(found) <= longest
    assert found.rstrip("…") in plain_text(text)


def test_markdown_marks_do_not_reach_the_buyer():
    assert plain_text("- **七天**内[退货](https://example.com)，填`备注`\n* 完好") == (
        "· 七天内退货，填备注\n· 完好"
    )
