"""The table of what buyers are told: what stands in it, and what it refuses to be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from kefu.errors import EventError, RulesError
from kefu.orders.shop_events import FILE, EventTable, ShopEvent, read_events
from kefu.settings import HOME

ZONE = ZoneInfo("Asia/Shanghai")
ORDER, CASE = "2026111012340001", "R20261120123456"
FULL = {
    "words": "暴雨",
    "code": "SF1234567890123",
    "name": "王小明",
    "phone": "13812345678",
    "address": "浙江省杭州市西湖区文三路1号",
    "money": 12_900,
    "time": "2026-11-20T04:00:00Z",
    "day": "2026-11-25",
}


@pytest.fixture(scope="module")
def table() -> EventTable:
    return read_events()


@pytest.fixture
def content() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def told(table: EventTable, kind: str, data: dict[str, Any], **numbers: str | None) -> str:
    given = {"order_no": ORDER, "case_no": CASE, **numbers}
    event = ShopEvent("e-1", kind, "buyer-0001", given["order_no"], given["case_no"], data)
    return table.news(event, ZONE).text


class TestWords:
    def test_what_is_not_known_is_not_said(self, table: EventTable):
        assert told(table, "parcel_delayed", {}) == (
            f"非常抱歉，您的订单 {ORDER} 的包裹在路上耽搁了。我们会继续跟进，让您久等了。"
        )
        assert told(table, "parcel_delayed", {"reason": "暴雨", "expected_on": "2026-11-25"}) == (
            f"非常抱歉，您的订单 {ORDER} 的包裹在路上耽搁了。原因：暴雨。"
            "现在预计11月25日送达。我们会继续跟进，让您久等了。"
        )

    def test_a_choice_is_said_in_its_words(self, table: EventTable):
        text = told(table, "case_reviewed", {"result": "return_approved", "until": "2026-11-27"})
        assert "请把商品寄回" in text
        assert text.endswith("请在11月27日前寄出。")

    def test_every_event_says_all_of_its_fields(self, table: EventTable, content: dict[str, Any]):
        for kind, event in content["events"].items():
            data = {
                name: FULL[of] if isinstance(of, str) else next(iter(of))
                for name, of in event["fields"].items()
            }
            text = told(table, kind, data)
            assert "{" not in text
            assert "王小明" not in text
            assert "13812345678" not in text
            for name in data:
                without = {key: value for key, value in data.items() if key != name}
                if name in event.get("required", ()):
                    with pytest.raises(EventError, match=name):
                        told(table, kind, without)
                else:
                    assert len(told(table, kind, without)) < len(text)

    def test_the_number_that_it_is_about_must_be_there(
        self, table: EventTable, content: dict[str, Any]
    ):
        for kind, event in content["events"].items():
            number = f"{event['about']}_no"
            with pytest.raises(EventError, match=number):
                told(table, kind, {}, **{number: None})

    def test_its_matters_are_intents(self, table: EventTable):
        domain = yaml.safe_load((HOME / "domain.yml").read_text(encoding="utf-8"))
        assert table.matters <= set(domain["intents"])

    def test_its_offers_are_values_of_the_slot(self, content: dict[str, Any]):
        domain = yaml.safe_load((HOME / "domain.yml").read_text(encoding="utf-8"))
        assert set(content["offers"]) <= set(domain["slots"]["offer"]["values"])


def test_the_document_names_all_events_with_their_fields(content: dict[str, Any]):
    text = (HOME / "docs" / "shop-commands.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `(order|case)_no` \| (.+) \|$", text, re.M)
    assert {kind: (about, set(re.findall(r"`(\w+)`", data))) for kind, about, data in rows} == {
        kind: (
            event["about"],
            set(event["fields"]).union(
                *(of for of in event["fields"].values() if type(of) is dict)
            ),
        )
        for kind, event in content["events"].items()
    }


class TestTheFile:
    def refused(self, tmp_path: Path, content: Any) -> str:
        file = tmp_path / "events.yml"
        text = content if isinstance(content, str) else yaml.safe_dump(content)
        file.write_text(text, encoding="utf-8")
        with pytest.raises(RulesError) as raised:
            read_events(file)
        assert str(file) in str(raised.value)
        assert "\n" not in str(raised.value)
        return str(raised.value)

    def test_none_and_none_that_can_be_read(self, tmp_path: Path):
        with pytest.raises(RulesError, match="cannot be read"):
            read_events(tmp_path / "none.yml")
        assert "the whole" in self.refused(tmp_path, "a few words")
        assert "again" in self.refused(tmp_path, {})

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"about": "parcel"}, "about"),
            ({"matter": None}, "matter"),
            ({"offer": "money"}, "money"),
            ({"fields": {"reason": "text"}}, "reason"),
            ({"fields": {"order_no": "code"}}, "order_no"),
            ({"fields": {"result": {"a": []}}}, "fields"),
            ({"fields": {"gift": "words"}, "words": ["好。"]}, "gift"),
            ({"required": ["nothing"]}, "nothing"),
            ({"words": []}, "words"),
            ({"words": ["好：{nothing}。"]}, "nothing"),
            ({"words": ["原因：{reason}，在{place}，{expected_on}到。"]}, "first sentence"),
            ({"words": ["{order_no.__class__}"]}, "plain name"),
            ({"words": ["{}"]}, "plain name"),
            ({"words": ["{order_no!r}"]}, "plain name"),
            ({"words": ["{order_no:>99}"]}, "plain name"),
            ({"words": ["{order_no"]}, "words"),
            ({"word": ["x"]}, "word"),
        ],
        ids=str,
    )
    def test_a_field_that_makes_no_sense(
        self, tmp_path: Path, content: dict[str, Any], change: dict[str, Any], named: str
    ):
        content["events"]["parcel_delayed"] |= change
        assert named in self.refused(tmp_path, content)

    def test_a_shop_may_add_its_own(self, tmp_path: Path, content: dict[str, Any]):
        file = tmp_path / "events.yml"
        content["events"]["gift_added"] = {
            "about": "order",
            "matter": "ask_gift",
            "fields": {"gift": "words"},
            "words": ["您的订单 {order_no} 加了一份小礼物。", "是{gift}。"],
        }
        file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        text = told(read_events(file), "gift_added", {"gift": "钥匙扣"})
        assert text == f"您的订单 {ORDER} 加了一份小礼物。是钥匙扣。"
