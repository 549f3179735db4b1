"""Lookup tables as features."""

from __future__ import annotations

import numpy as np

from kefu.nlu.gazetteer import Gazetteer


def marks(tables: dict[str, list[str]], text: str) -> list[list[float]]:
    return Gazetteer(tables).marks(text, range(len(text))).tolist()


def test_beginning_and_inside_of_a_word():
    assert marks({"color": ["米白色"]}, "要米白色") == [[0, 0], [1, 0], [0, 1], [0, 1]]


def test_two_columns_a_table_in_the_order_of_names():
    found = marks({"size": ["大号"], "color": ["大红"]}, "大号大红")
    assert found == [[0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0]]


def test_a_word_in_two_tables_marks_both():
    assert marks({"a": ["苹果"], "b": ["苹果"]}, "苹果")[0] == [1, 0, 1, 0]


def test_overlapping_words_are_all_marked():
    assert marks({"t": ["手机", "机壳"]}, "手机壳") == [[1, 0], [1, 1], [0, 1]]


def test_of_words_in_one_another_only_the_longest_is_marked():
    tables = {"t": ["手机", "手机壳", "壳"], "u": ["壳"]}
    assert marks(tables, "手机壳") == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0]]
    assert marks(tables, "手机和壳")[3] == [1, 0, 1, 0]


def test_case_makes_no_difference():
    assert marks({"size": ["XL"]}, "xl") == [[1, 0], [0, 1]]


def test_tokens_longer_than_a_character_are_marked_by_their_beginning():
    found = Gazetteer({"courier": ["SF快递"]}).marks("走SF快递", [0, 1, 3, 4])
    assert found.tolist() == [[0, 0], [1, 0], [0, 1], [0, 1]]


def test_no_table_no_column():
    assert Gazetteer({}).marks("你好", [0, 1]).shape == (2, 0)
    assert Gazetteer({"color": []}).marks("你好", [0, 1]).tolist() == np.zeros((2, 2)).tolist()


def test_it_is_rebuilt_from_its_tables():
    first = Gazetteer({"color": ["红", "蓝", "红"], "size": ["大号"]})
    again = Gazetteer(first.tables)
    assert again.tables == first.tables == {"color": ["红", "蓝"], "size": ["大号"]}
    text = "红的大号"
    assert again.marks(text, range(4)).tolist() == first.marks(text, range(4)).tolist()
