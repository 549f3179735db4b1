"""The title, tax number and mailbox of an invoice in what buyers write."""

from __future__ import annotations

import pytest

from kefu.tasks.reading.titles import besides_title, title_in

NUMBER = "91330106MA2K00007X"

SAID: list[tuple[str, dict[str, str]]] = [
    (
        f"抬头云帆致远科技有限公司，税号{NUMBER}",
        {"title": "云帆致远科技有限公司", "tax_number": NUMBER},
    ),
    (
        f"开公司发票，抬头云帆致远科技有限公司，税号{NUMBER}",
        {"title": "云帆致远科技有限公司", "tax_number": NUMBER},
    ),
    (
        f"{NUMBER}这个税号，公司名海汐渔具商行，麻烦快一些",
        {"title": "海汐渔具商行", "tax_number": NUMBER},
    ),
    (
        f"名称:深圳橙舟供应链有限公司 税号:{NUMBER}",
        {"title": "深圳橙舟供应链有限公司", "tax_number": NUMBER},
    ),
    (
        f"{NUMBER}合肥安柏瑞信息技术有限公司",
        {"title": "合肥安柏瑞信息技术有限公司", "tax_number": NUMBER},
    ),
    (
        f"我公司沧州宏铸管道有限公司 税号{NUMBER}",
        {"title": "沧州宏铸管道有限公司", "tax_number": NUMBER},
    ),
    (
        f"单位全称云泽市栖霞岭文化馆，统一代码{NUMBER}",
        {"title": "云泽市栖霞岭文化馆", "tax_number": NUMBER},
    ),
    (f"青塘镇中心卫生院 {NUMBER.lower()}", {"title": "青塘镇中心卫生院", "tax_number": NUMBER}),
    (
        f"单位名称 佳木斯北麦粮贸有限公司 识别号 {NUMBER}",
        {"title": "佳木斯北麦粮贸有限公司", "tax_number": NUMBER},
    ),
    (
        f"云帆致远科技有限公司\n{NUMBER}\ncaiwu@yunfan.example.com",
        {
            "title": "云帆致远科技有限公司",
            "tax_number": NUMBER,
            "email": "caiwu@yunfan.example.com",
        },
    ),
    ("税号 9133 0106 MA2K 0000 7X", {"tax_number": NUMBER}),
    ("９１３３０１０６ＭＡ２Ｋ００００７Ｘ", {"tax_number": NUMBER}),
    ("税号91330106MA2K", {"tax_number": "91330106MA2K"}),
    ("纳税人识别号 510107762345678", {"tax_number": "510107762345678"}),
    (NUMBER, {"tax_number": NUMBER}),
    ("抬头：杭州青禾贸易有限公司", {"title": "杭州青禾贸易有限公司"}),
    ("麻烦开到临河县第二小学", {"title": "临河县第二小学"}),
    ("发票抬头 成都麦田幼儿园", {"title": "成都麦田幼儿园"}),
    ("开公司的，北禾农业发展有限公司", {"title": "北禾农业发展有限公司"}),
    ("开给拾光琴行", {"title": "拾光琴行"}),
    ("宁波海棠汽配商行 帮我开这个名字", {"title": "宁波海棠汽配商行"}),
    ("我们医院要报销，抬头写江北仁和康复医院，能今天开出来吗", {"title": "江北仁和康复医院"}),
    ("别开给我个人，开给我们合作社青石岭果蔬专业合作社", {"title": "青石岭果蔬专业合作社"}),
    ("抬头写腾云（北京）科技有限公司上海分公司", {"title": "腾云(北京)科技有限公司上海分公司"}),
    ("个人 张三", {"title": "张三"}),
    ("个人，张三", {"title": "张三"}),
    ("个人：黎采薇", {"title": "黎采薇"}),
    ("个人 黎采薇 普票", {"title": "黎采薇"}),
    ("补张发票，抬头写个人孙丽娟", {"title": "孙丽娟"}),
    ("张三，个人", {"title": "张三"}),
    ("开个人发票", {"title": "个人"}),
    ("抬头写个人就行", {"title": "个人"}),
    ("抬头个人", {"title": "个人"}),
    (
        "个人的，邮箱zhangsan@mail.example.com",
        {"title": "个人", "email": "zhangsan@mail.example.com"},
    ),
    ("发票抬头：张三", {"title": "张三"}),
    ("发到邮箱 abc@x", {"email": "abc@x"}),
    ("邮箱是zhangsan", {"email": "zhangsan"}),
]


@pytest.mark.parametrize(
    ("said", "found"), SAID, ids=[said[:14].encode("unicode_escape").decode() for said, _ in SAID]
)
@pytest.mark.parametrize("asked", [False, True], ids=["unasked", "asked"])
def test_the_parts_are_found(said: str, found: dict[str, str], asked: bool):
    assert title_in(said, {}, asked=asked) == found


@pytest.mark.parametrize(
    "said",
    [
        "",
        "好的",
        "确认",
        "不要了",
        "开发票",
        "要发票",
        "我要开发票",
        "开票",
        "能开发票吗",
        "公司要报销，给个票",
        "普票就行",
        "第二个",
        "2026110500012345这单给开个票",
        "2026 1105 0001 2345",
        "13800000000",
        "发票抬头怎么填",
        "电话 0571-88888888 账号 6222021202001234567",
        "'; DROP TABLE invoices; --",
    ],
)
def test_nothing_is_made_up(said: str):
    assert title_in(said, {}, asked=False) == {}


def test_a_bare_name_is_a_title_where_one_was_asked_for():
    assert title_in("孙丽娟", {}, asked=True) == {"title": "孙丽娟"}
    assert title_in("孙丽娟", {}, asked=False) == {}


def test_a_company_that_nlu_found_decides_where_words_do_not():
    said = "就开老灶台土菜庄"
    assert title_in(said, {"company": ("老灶台土菜庄",)}, asked=False) == {"title": "老灶台土菜庄"}
    assert title_in(said, {"company": ("别的公司",)}, asked=False) == {}


@pytest.mark.parametrize(
    ("said", "gone", "kept"),
    [
        (f"龙井茶叶有限公司 {NUMBER}", "龙井", ""),
        ("第二个，抬头写西湖龙井茶业公司", "龙井", "第二个"),
        ("昨天买的保温杯开票", "无", "保温杯"),
    ],
)
def test_an_order_is_not_pointed_at_by_a_company(said: str, gone: str, kept: str):
    rest = besides_title(said)
    assert gone not in rest
    assert kept in rest
    assert "MA2K" not in rest


@pytest.mark.parametrize(
    "said", ["公司" * 5_000, "9" * 10_000, "a@" * 5_000, "张" * 10_000, "抬头" * 5_000]
)
def test_a_long_text_is_read_quickly(said: str):
    assert all(len(value) <= 600 for value in title_in(said, {}, asked=True).values())
