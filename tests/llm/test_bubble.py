"""From what a model wrote to one chat bubble."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.llm.bubble import BUBBLE_CHARACTERS, strip_thinking, to_bubble


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("可以退的。", "可以退的。"),
        ("<think>\n\n</think>\n\n可以退的。", "可以退的。"),
        ("<think>买家问退货，\n资料里有。</think>可以退的。", "可以退的。"),
        ("<think>一</think>可以<think>二</think>退的。", "可以退的。"),
        ("买家问退货</think>\n可以退的。", "可以退的。"),
        ("<think>想啊想，还没想完", ""),
        ("<think>一</think><think>想啊想", ""),
    ],
)
def test_thoughts_are_not_said(written: str, said: str) -> None:
    assert strip_thinking(written) == said


def test_markup_and_references_are_dropped() -> None:
    text = "## 退货\n\n**可以退**的哦[1]。\n- 吊牌要在（资料2）。"
    assert to_bubble(text, finished=True) == "退货\n可以退的哦。\n吊牌要在。"


def test_a_short_answer_needs_no_full_stop() -> None:
    assert to_bubble("可以的呀", finished=True) == "可以的呀"


def test_a_stump_goes_back_to_the_last_whole_sentence() -> None:
    assert to_bubble("可以退的。吊牌要在！运费由", finished=False) == "可以退的。吊牌要在！"


def test_closing_quotes_stay_with_their_sentence() -> None:
    assert to_bubble("请选“不想要了。”然后点", finished=False) == "请选“不想要了。”"


def test_a_range_is_not_cut_at_its_tilde() -> None:
    assert to_bubble("可以的。一般3~5天", finished=False) == "可以的。"


def test_a_stump_without_one_whole_sentence_is_nothing() -> None:
    assert to_bubble("运费由", finished=False) == ""


def test_a_long_answer_keeps_whole_sentences() -> None:
    text = "这是第一句话，说了不少。" * 60
    bubble = to_bubble(text, finished=True)
    assert len(bubble) <= BUBBLE_CHARACTERS
    assert bubble.endswith("。")
    assert len(bubble) > BUBBLE_CHARACTERS - 13


@given(st.text(), st.booleans())
def test_no_bubble_is_too_long_or_padded(text: str, finished: bool) -> None:
    bubble = to_bubble(strip_thinking(text), finished=finished)
    assert len(bubble) <= BUBBLE_CHARACTERS
    assert bubble == bubble.strip()


@given(st.text(alphabet="好。！<think></think>\n", max_size=60))
def test_no_thought_survives(text: str) -> None:
    said = strip_thinking(f"<think>{text}</think>" + text)
    assert "<think>" not in said
    assert "</think>" not in said


@given(st.lists(st.text(alphabet="可以退的呀，", min_size=1, max_size=80), min_size=1, max_size=12))
def test_what_is_cut_is_a_beginning_of_whole_sentences(parts: list[str]) -> None:
    text = "".join(f"{part}。" for part in parts)
    bubble = to_bubble(text + "没说完", finished=False)
    assert text.startswith(bubble)
    assert bubble == "" or bubble.endswith("。")
