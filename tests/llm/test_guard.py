"""An answer may not name a number or an address that no source names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.llm.guard import facts, invented

PASSAGE = (
    "签收后七天内可以退货，退款1-3个工作日到账，最迟48小时内审核。满199元打八五折，"
    "运费险最高赔12.50元。电话400-800-8000，官网 www.example.com/help。保修半年，定金占百分之二十。"
)


@pytest.mark.parametrize(
    "answer",
    [
        "签收后7天内可以退哦。",
        "签收后 ７ 天内可以退哦。",
        "退款1到3个工作日到账。",
        "退款一至三个工作日到账。",
        "最迟四十八小时审核好。",
        "满199元可以打8.5折。",
        "满一百九十九元打85折。",
        "最高赔12.5元哦。",
        "最高赔￥12.50哦。",
        "可以拨打4008008000咨询。",
        "请看 www.example.com/help。",
        "定金是20%。",
        "这个可以退的，放心吧亲。",
    ],
)
def test_what_the_passage_states_in_other_signs_passes(answer: str) -> None:
    assert invented(answer, [PASSAGE]) == []


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        ("签收后十五天内可以退。", ("天", "15")),
        ("签收后7到15天都可以退。", ("天", "15")),
        ("退款7个工作日到账。", ("工作日", "7")),
        ("24小时内审核。", ("小时", "24")),
        ("满99元包邮。", ("元", "99")),
        ("满1,990元打折。", ("元", "1990")),
        ("赔您五十块。", ("元", "50")),
        ("赔您1.5万元。", ("元", "15000")),
        ("现在打九折。", ("折", "9")),
        ("返现30%。", ("%", "30")),
        ("百分之八十的买家都满意。", ("%", "80")),
        ("请拨打13800000000。", ("number", "13800000000")),
        ("请拨打 138 0000 0000。", ("number", "13800000000")),
        ("请拨打400-800-8001。", ("number", "4008008001")),
        ("详情见https://shop.example.org/a。", ("address", "https://shop.example.org/a")),
        ("详情见 example.cn 网站。", ("address", "example.cn")),
        ("请写信到help@example.com。", ("address", "help@example.com")),
        ("保修两年。", ("年", "2")),
    ],
)
def test_what_no_source_states_is_named(answer: str, fact: tuple[str, str]) -> None:
    assert fact in invented(answer, [PASSAGE])


def test_a_number_from_the_question_may_come_back() -> None:
    assert invented("亲，30天已经超过退货期限了哦。", ["买了30天还能退吗", PASSAGE]) == []


def test_it_does_not_calculate() -> None:
    assert invented("最迟两天内审核。", [PASSAGE]) == [("天", "2")]


@given(st.text(alphabet="0123456789.,%零一二三半十百千万两元块折天日月¥ -~至到@:/wa", max_size=40))
def test_every_text_is_covered_by_itself(text: str) -> None:
    assert invented(text, [text]) == []


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert all(kind and isinstance(value, str) for kind, value in facts(text))


@given(st.integers(1, 9999), st.sampled_from(["元", "天", "小时", "个工作日", "%"]))
def test_a_quantity_is_invented_unless_stated(number: int, unit: str) -> None:
    answer = f"需要{number}{unit}哦。"
    assert invented(answer, [f"资料说{number}{unit}。"]) == []
    assert invented(answer, [f"资料说{number + 1}{unit}。"])
