"""Pairs of texts: each from one group, written down readably or refused with its place."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.encoder.pretrain.pairs import (
    Answers,
    Draw,
    Pair,
    Paraphrases,
    from_answers,
    from_articles,
    from_paraphrases,
    from_passages,
    read_answers,
    read_paraphrases,
    worth_cutting,
)
from kefu.errors import SettingsError
from kefu.settings import HOME
from tests.encoder.pretrain.toy import write_home

SHORTEST, LONGEST = 6, 48  # characters of a cut


def written(tmp_path: Path, text: str, name: str = "talk.yml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def drawn(draw: Draw, batches: int = 200, count: int = 4) -> list[Pair]:
    """The pairs of many batches."""
    return [pair for seed in range(batches) for pair in draw(count, random.Random(seed))]


class TestReading:
    def test_groups_come_in_order_and_are_named_by_file_and_place(self, tmp_path: Path):
        one = written(
            tmp_path,
            "# shipping\n"
            "- same: [什么时候发货, 几点寄出]\n"
            "  different: [什么时候到货, 发货地在哪]\n"
            "- same:\n"
            "    - ' 在吗 '\n"
            "    - 有人没😂\n"
            "    - ''\n",
        )
        two = written(tmp_path, "- same: [多少钱, 啥价]\n  different: []\n", "price.yml")
        assert read_paraphrases([one, two]) == [
            Paraphrases("talk/1", ("什么时候发货", "几点寄出"), ("什么时候到货", "发货地在哪")),
            Paraphrases("talk/2", ("在吗", "有人没😂"), ()),
            Paraphrases("price/1", ("多少钱", "啥价"), ()),
        ]

    def test_numbers_become_text(self, tmp_path: Path):
        (found,) = read_paraphrases([written(tmp_path, "- same:\n    - 1\n    - 2.5\n    - 好\n")])
        assert found.same == ("1", "2.5", "好")

    def test_nothing_else_is_taken_for_what_yaml_calls_it(self, tmp_path: Path):
        rows = "- same:\n    - 12:30\n    - no\n    - 007\n    -\n    - {问: 好}\n"
        (found,) = read_paraphrases([written(tmp_path, rows)])
        assert found.same == ("12:30", "no", "007")

    @pytest.mark.parametrize("text", ["", "# nothing yet\n", "[]\n"])
    def test_an_empty_file_has_no_groups(self, tmp_path: Path, text: str):
        assert read_paraphrases([written(tmp_path, text)]) == []

    @pytest.mark.parametrize(
        "row",
        [
            "same: [一个]",
            "same: []",
            "same: 多少钱",
            "same: 5",
            "same:",
            "same: [一个, '', ' ']",
            "different: [一, 二]",
            "只是一句话",
            "[一句话, 又一句]",
            "7",
        ],
    )
    def test_a_group_without_two_texts_is_named(self, tmp_path: Path, row: str):
        path = written(tmp_path, f"- same: [好, 行]\n- {row}\n")
        with pytest.raises(SettingsError, match=r"talk\.yml: group 2 .*`same`"):
            read_paraphrases([path])

    @pytest.mark.parametrize("text", ["same: [好, 行]\n", "好", "7"])
    def test_a_file_that_is_no_list_is_refused(self, tmp_path: Path, text: str):
        with pytest.raises(SettingsError, match=r"talk\.yml is no list; begin each"):
            read_paraphrases([written(tmp_path, text)])

    def test_a_file_in_another_encoding_is_named(self, tmp_path: Path):
        path = tmp_path / "talk.yml"
        path.write_bytes("- same: [多少钱, 啥价]".encode("gbk"))
        with pytest.raises(SettingsError, match=r"talk\.yml cannot be read"):
            read_paraphrases([path])

    @pytest.mark.parametrize("text", ["- same: [", "- same: [好\n  行: ]", "\t- same: [好, 行]"])
    def test_what_is_no_yaml_is_named(self, tmp_path: Path, text: str):
        with pytest.raises(SettingsError, match=r"talk\.yml cannot be read as YAML"):
            read_paraphrases([written(tmp_path, text)])

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path):
        with pytest.raises(SettingsError, match=r"nowhere\.yml"):
            read_paraphrases([tmp_path / "nowhere.yml"])


class TestParaphrases:
    GROUPS = (
        Paraphrases("a", ("一", "二", "三"), ("甲", "乙")),
        Paraphrases("b", ("四", "五"), ()),
        Paraphrases("c", ("六", "七"), ("丙",)),
    )

    def test_two_texts_of_one_group_and_one_of_its_hard_negatives(self):
        groups = {group.name: group for group in self.GROUPS}
        for pair in drawn(from_paraphrases(self.GROUPS)):
            group = groups[pair.group]
            assert pair.first != pair.second
            assert {pair.first, pair.second} <= set(group.same)
            assert pair.other in (group.different or ("",))

    def test_every_text_has_its_turn_on_either_side(self):
        pairs = drawn(from_paraphrases(self.GROUPS))
        texts = {text for group in self.GROUPS for text in group.same}
        assert {pair.first for pair in pairs} == {pair.second for pair in pairs} == texts
        assert {pair.other for pair in pairs} == {"甲", "乙", "丙", ""}

    def test_no_group_comes_twice_in_a_batch(self):
        for count, expected in ((2, 2), (3, 3), (96, 3)):
            pairs = from_paraphrases(self.GROUPS)(count, random.Random(1))
            assert len({pair.group for pair in pairs}) == len(pairs) == expected

    def test_the_same_chance_draws_the_same(self):
        draw = from_paraphrases(self.GROUPS)
        assert draw(3, random.Random(5)) == draw(3, random.Random(5))


class TestArticles:
    OTHER = (
        "---\ntitle: 怎么退款\nquestions:\n  - 钱退到哪\n---\n原路退回，一般三个工作日内到账。\n"
    )

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = write_home(tmp_path) / "kb"
        (folder / "refund.md").write_text(self.OTHER, encoding="utf-8")
        return folder

    def test_title_questions_and_paragraphs_without_markup(self, folder: Path):
        texts: dict[str, set[str]] = {}
        for pair in drawn(from_articles(folder)):
            assert pair.first != pair.second
            assert pair.other == ""
            texts.setdefault(pair.group, set()).update((pair.first, pair.second))
        assert texts == {
            "couriers": {
                "用什么快递",
                "默认发哪家快递",
                "能不能指定快递公司",
                "默认发中通快递，想发顺丰请在结算页面选择。",
                "偏远地区由邮政配送，时效会长一些。",
            },
            "refund": {"怎么退款", "钱退到哪", "原路退回，一般三个工作日内到账。"},
        }

    def test_an_article_of_one_text_is_left_out(self, folder: Path):
        (folder / "short.md").write_text("---\ntitle: 短\n---\n短。\n", encoding="utf-8")
        pairs = from_articles(folder)(96, random.Random(1))
        assert {pair.group for pair in pairs} == {"couriers", "refund"}

    def test_an_article_comes_twice_at_most(self, folder: Path):
        pairs = from_articles(folder)(96, random.Random(1))
        assert Counter(pair.group for pair in pairs) == {"couriers": 2, "refund": 2}

    def test_the_projects_articles_can_be_drawn(self):
        draw = from_articles(HOME / "kb")
        for seed in range(20):
            for pair in draw(96, random.Random(seed)):
                assert pair.first.strip()
                assert pair.second.strip()


SENTENCES = ("您好，请问什么时候发货？", "我昨天就付了款！", "现在还没有消息；", "麻烦您看一下。")
LINE = "".join(SENTENCES)


class TestPassages:
    @given(
        st.text("退款发货快递abc12，。！？!?;； ", min_size=18, max_size=200),
        st.integers(0, 10_000),
    )
    def test_both_halves_lie_in_the_line_and_within_the_limits(self, line: str, seed: int):
        (pair,) = from_passages([line])(1, random.Random(seed))
        for text in (pair.first, pair.second):
            assert text in line
            assert SHORTEST <= len(text) <= LONGEST
        assert pair.other == ""

    def test_half_of_the_pairs_are_neighbouring_sentences(self):
        pairs = drawn(from_passages([LINE]), batches=1_000, count=1)
        neighbours = set(itertools.pairwise(SENTENCES))
        found = Counter((pair.first, pair.second) for pair in pairs)
        assert all(found[pair] > 100 for pair in neighbours)
        assert sum(found[pair] for pair in neighbours) == pytest.approx(500, abs=60)

    def test_a_line_of_one_sentence_is_cut(self):
        line = "请问这件外套的里衬是什么材质的会不会起球"
        pairs = drawn(from_passages([line]), count=1)
        assert len({pair.first for pair in pairs}) > 50
        assert all(len(pair.first) <= 2 * len(line) // 3 for pair in pairs)

    def test_a_long_sentence_is_cut_off(self):
        line = "很" * 60 + "。" + "好" * 60 + "。"
        pairs = drawn(from_passages([line]), count=1)
        assert any((pair.first, pair.second) == ("很" * 48, "好" * 48) for pair in pairs)

    def test_no_line_comes_twice_in_a_batch(self):
        lines = [f"第{number}行说的是发货、退款和运费怎么算" for number in range(10)]
        pairs = from_passages(lines)(96, random.Random(1))
        assert len({pair.group for pair in pairs}) == len(pairs) == 10

    @pytest.mark.parametrize(
        ("length", "worth"), [(0, False), (17, False), (18, True), (200, True), (201, False)]
    )
    def test_what_is_worth_cutting(self, length: int, worth: bool):
        assert worth_cutting("好" * length) is worth


class TestAnswers:
    TOPICS = (
        Answers("home/1", (("甲", ("一", "二")), ("乙", ("三",)))),
        Answers("home/2", (("丙", ("四",)),)),
    )

    def test_topics_come_in_order_and_are_named_by_file_and_place(self, tmp_path: Path):
        path = written(
            tmp_path,
            "- topic: 快递\n"
            "  passages:\n"
            "    - text: ' 默认发中通 '\n"
            "      questions: [发什么快递, '12:30 前拍今天走吗']\n"
            "    - {text: 四十八小时内发出, questions: [几时寄]}\n",
        )
        (topic,) = read_answers([path])
        assert topic.name == "talk/1"
        assert topic.passages == (
            ("默认发中通", ("发什么快递", "12:30 前拍今天走吗")),
            ("四十八小时内发出", ("几时寄",)),
        )

    @pytest.mark.parametrize(
        "row",
        [
            "topic: 只有题目",
            "passages: []",
            "passages: [{text: 好}]",
            "passages: [{text: '', questions: [行吗]}]",
            "passages: [{questions: [行吗]}]",
            "passages: [{text: 好, questions: []}]",
            "passages: [{text: 好, questions: [行吗]}, {text: 另一段}]",
            "passages: [{text: 好, questions: [行吗]}, 一句话]",
            "只是一句话",
        ],
    )
    def test_a_topic_that_lacks_something_is_named(self, tmp_path: Path, row: str):
        path = written(tmp_path, f"- passages: [{{text: 好, questions: [行]}}]\n- {row}\n")
        with pytest.raises(SettingsError, match=r"talk\.yml: topic 2 .*`questions`"):
            read_answers([path])

    def test_a_question_its_passage_and_a_neighbour(self):
        for pair in drawn(from_answers(self.TOPICS)):
            assert (pair.first, pair.second, pair.other) in {
                ("一", "甲", "乙"),
                ("二", "甲", "乙"),
                ("三", "乙", "甲"),
                ("四", "丙", ""),
            }

    def test_every_passage_has_a_group_of_its_own(self):
        groups = {(pair.group, pair.second) for pair in drawn(from_answers(self.TOPICS))}
        assert len({group for group, _ in groups}) == len(groups) == 3


class TestShipped:
    """models/paraphrases/, written for this project."""

    def test_every_group_can_teach_and_they_are_many(self):
        groups = read_paraphrases(sorted((HOME / "models" / "paraphrases").glob("*.yml")))
        pairs = 0
        for group in groups:
            texts = [*group.same, *group.different]
            assert len(group.same) >= 2, group.name
            assert len(group.different) >= 1, group.name
            twice = [text for text, count in Counter(texts).items() if count > 1]
            assert not twice, f"{group.name}: {twice}"
            pairs += len(group.same) * (len(group.same) - 1) // 2
        assert pairs >= 3_000

    def test_every_passage_has_neighbours_and_questions_of_its_own(self):
        asked: Counter[str] = Counter()
        for topic in read_answers(sorted((HOME / "models" / "answers").glob("*.yml"))):
            assert len(topic.passages) >= 3, topic.name
            for text, questions in topic.passages:
                assert len(questions) >= 3, text
                asked.update(questions)
        assert [question for question, count in asked.items() if count > 1] == []
        assert asked.total() >= 3_000
