"""What has a fixed form is found by its form, and nothing else is taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from kefu.nlu.patterns import PatternEntityExtractor, find_patterns

ANY_TEXT = st.text(st.characters() | st.characters(categories=("Cs", "Cc")), max_size=60)
LIKELY = st.text("0123456789０１９ -+SFYTsf元块毛角¥￥$.一二十百半钱儿发货AX，", max_size=50)


def found(text: str) -> list[tuple[str, str]]:
    return [(entity["entity"], entity["value"]) for entity in find_patterns(text)]


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("订单2026110510028346", "order_id", "2026110510028346"),
        ("2026110510028346号", "order_id", "2026110510028346"),
        ("２０２６１１０５１００２８３４６", "order_id", "2026110510028346"),
        ("2026 1105 1002 8346", "order_id", "2026110510028346"),
        ("2026-1105-1002-8346到哪了", "order_id", "2026110510028346"),
        ("电话13800000021", "phone", "13800000021"),
        ("１３８００００００２１", "phone", "13800000021"),
        ("138 0000 0021", "phone", "13800000021"),
        ("138-0000-0021", "phone", "13800000021"),
        ("+86 138 0000 0021", "phone", "8613800000021"),
        ("税号91330106MA2K00007X", "tax_number", "91330106MA2K00007X"),
        ("９１３３０１０６ＭＡ２Ｋ００００７Ｘ", "tax_number", "91330106MA2K00007X"),
        ("911101080000000123", "tax_number", "911101080000000123"),
        ("440301700000A12", "tax_number", "440301700000A12"),
        ("单号SF1234567890123", "tracking_number", "SF1234567890123"),
        ("sf1234567890123", "tracking_number", "sf1234567890123"),
        ("ＹＴ１２３４５６７８９０１２３", "tracking_number", "YT1234567890123"),
        ("773012345678901", "tracking_number", "773012345678901"),
        ("123456789012", "tracking_number", "123456789012"),
        ("¥128", "amount", "¥128"),
        ("￥128.5", "amount", "¥128.5"),
        ("$5.5", "amount", "$5.5"),
        ("128元", "amount", "128元"),
        ("３０元", "amount", "30元"),
        ("128.00元", "amount", "128.00元"),
        ("12块钱", "amount", "12块钱"),
        ("12块5", "amount", "12块5"),
        ("12块半", "amount", "12块半"),
        ("12元5角", "amount", "12元5角"),
        ("12块5一斤", "amount", "12块5"),
        ("99元3件", "amount", "99元"),
        ("10块3斤", "amount", "10块"),
        ("五块钱", "amount", "五块钱"),
        ("五毛钱", "amount", "五毛钱"),
        ("三百二十块", "amount", "三百二十块"),
        ("三百二十元", "amount", "三百二十元"),
        ("一万块", "amount", "一万块"),
        ("十块", "amount", "十块"),
        ("8角", "amount", "8角"),
        ("100rmb", "amount", "100rmb"),
        ("500块的券", "amount", "500块"),
    ],
)
def test_well_formed(text: str, entity: str, value: str):
    assert found(text) == [(entity, value)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "你好",
        "20261105100283461",  # 17 digits
        "A2026110510028346",  # part of a longer code
        "2026110510028346B",
        "12800000021",  # no mobile number begins with 12
        "1380000002",  # a digit short
        "91330106MA2K0000",  # neither an old nor a new tax number
        "91330106ma2k00007x",
        "SF12",
        "12345678901",
        "尾号8346",
        "99.9",
        "满300减30",
        "两千三",
        "多少元",
        "128",
        "1234.567元",
        "一块发货",  # 一块 is "together" here
        "一块儿发",
        "两个订单一块发",
        "两块一起发",
        "三块瓷砖",  # three pieces
        "二十来块",
        "13.8万人买过",
    ],
)
def test_not_well_formed(text: str):
    assert found(text) == []


def test_several_in_one_message_in_order():
    text = "2026110510028346改电话13800000021，补差价12块5"
    assert found(text) == [
        ("order_id", "2026110510028346"),
        ("phone", "13800000021"),
        ("amount", "12块5"),
    ]


def test_places_are_those_of_the_text_as_written():
    (entity,) = find_patterns("电话：１３８ ００００ ００２１，谢谢")
    assert (entity["start"], entity["end"]) == (3, 16)
    assert entity["value"] == "13800000021"
    assert entity["confidence_entity"] == 1.0


@given(ANY_TEXT | LIKELY)
def test_whatever_the_text_entities_lie_inside_and_apart(text: str):
    entities = find_patterns(text)
    places = [place for entity in entities for place in (entity["start"], entity["end"])]
    assert places == sorted(places)
    assert all(0 <= e["start"] < e["end"] <= len(text) and e["value"] for e in entities)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("repeated", ["1 ", "1", "一", "1-", "138 0000 ", "9A", "12块"])
def test_the_longest_message_takes_no_long_time(repeated: str):
    find_patterns(repeated * (1_000 // len(repeated)))


class TestBesideTheLearnedTagger:
    def entities(self, text: str, learned: list[dict[str, object]]) -> list[dict[str, object]]:
        message = Message({TEXT: text, ENTITIES: learned})
        PatternEntityExtractor().process([message])
        return message.get(ENTITIES)

    def test_a_learned_guess_over_the_same_place_gives_way(self):
        guess = {"entity": "quantity", "start": 2, "end": 6, "value": "2026"}
        (entity,) = self.entities("订单2026110510028346", [guess])
        assert entity["entity"] == "order_id"
        assert entity["extractor"] == "PatternEntityExtractor"

    def test_a_learned_entity_elsewhere_stays(self):
        color = {"entity": "color", "start": 0, "end": 2, "value": "红色"}
        found = self.entities("红色128元", [color])
        assert [entity["entity"] for entity in found] == ["color", "amount"]

    def test_a_message_without_text_is_no_error(self):
        message = Message({})
        PatternEntityExtractor().process([message])
        assert message.get(ENTITIES) == []
