"""The shop's rules keep what the articles promise, and a file that makes no sense is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from kefu.errors import RulesError
from kefu.knowledge.documents import read_article
from kefu.orders.demo_goods import GOODS
from kefu.orders.money import format_money
from kefu.orders.shop_rules import FILE, ShopRules, read_rules, shop_rules

KB = Path(__file__).parents[2] / "kb"
R = shop_rules()


def yuan(cents: int) -> str:
    """`1200` → `12元`, as the articles write it."""
    assert cents % 100 == 0
    return f"{cents // 100}元"


DEFECT, PRICE, LATE = R.problems.defect, R.compensation.price_drop, R.compensation.late
PROMISES = [
    ("payment", f"订单提交后{R.payment.within_hours}小时内付款，过时自动关闭"),
    ("return-policy", f"从签收的第二天算起{R.no_reason.period}内提出申请"),
    ("return-policy", f"质量问题{DEFECT.exchange}内可以换货"),
    ("return-policy", f"最高{yuan(R.returns.insurance_up_to_cents)}"),
    ("return-policy", f"{R.waiting.payment_working_days}个工作日退款"),
    ("return-freight", f"最高{yuan(R.returns.insurance_up_to_cents)}"),
    ("return-freight", "退货运费由您出"),
    ("return-freight", "质量问题、发错、少发、运输损坏：运费由我们出"),
    ("return-steps", f"请在{R.returns.send_within}内寄出"),
    ("return-steps", "七天无理由的自动通过"),
    ("return-steps", f"质量问题人工看照片，{R.waiting.review_within}内给结果"),
    ("return-steps", f"{R.returns.inspection_working_days}个工作日验收"),
    ("return-received", f"{R.returns.inspection_working_days}个工作日内拆包验收"),
    ("cancel-refund", f"每个订单最多申请{R.no_reason.requests_per_order}次"),
    ("cancel-refund", f"{R.returns.send_within}不寄会自动关闭"),
    ("non-returnable-goods", f"在签收{DEFECT.by_category['fresh']}内拍照赔付"),
    ("non-returnable-goods", f"签收后{DEFECT.by_category['engraved']}内告诉我们"),
    ("fruit-damage", f"签收后{DEFECT.by_category['fresh']}内"),
    ("flowers-plants", f"签收后{DEFECT.by_category['flowers']}内"),
    ("snacks", f"签收后{DEFECT.by_category['snacks']}内拍照"),
    ("food-safety", f"签收后{DEFECT.by_category['tea']}内拍日期"),
    ("defective-goods", f"签收后{DEFECT.by_category['flowers']}内"),
    ("defective-goods", f"{DEFECT.refund}内可以退，{DEFECT.exchange}内可以换"),
    ("defective-goods", f"单价{yuan(R.problems.no_return_below_cents)}以下的碎件一般不用寄回"),
    ("defective-goods", f"人工{R.waiting.review_within}内审核"),
    ("wrong-or-missing", f"签收后{R.problems.wrong_item}内联系我们"),
    ("wrong-or-missing", f"{R.problems.missing}内免费补发"),
    ("exchange", f"签收次日起{R.exchange.period}内"),
    ("exchange", f"每个订单可以换{ {1: '一'}[R.exchange.times] }次"),
    ("exchange", f"质量问题：签收次日起{DEFECT.exchange}内"),
    ("exchange", f"发错、漏发：签收后{R.problems.wrong_item}内"),
    ("exchange", f"验收后{R.exchange.resend_within}内寄出新的"),
    ("tracking-problems", f"连续{R.problems.lost_after}不动按丢件处理"),
    ("tracking-problems", f"签收后{R.problems.not_received}内告诉人工客服"),
    ("tracking-problems", f"{R.waiting.not_received_within}内给结论"),
    ("compensation", f"付款后{PRICE.period}内"),
    ("compensation", f"每个订单可以申请{ {1: '一'}[PRICE.times] }次"),
    ("compensation", f"实付金额的{LATE.percent}%"),
    ("compensation", f"最低{yuan(LATE.at_least_cents)}、最高{yuan(LATE.up_to_cents)}"),
    ("compensation", f"{LATE.coupon_valid}内有效"),
    ("price-changes", f"付款后{PRICE.period}内同款降价"),
    ("shipping-time", f"最低{yuan(LATE.at_least_cents)}、最高{yuan(LATE.up_to_cents)}"),
    ("change-address", f"可以自己改{ {1: '一'}[R.change_address.times] }次"),
    ("change-address", f"首重1公斤{yuan(R.change_address.first_kilogram_cents)}"),
    ("change-address", "、".join(R.change_address.remote) + "这六个地区"),
    ("change-item", f"付款后{R.change_item.by_category['engraved']}内联系人工"),
    ("change-item", f"签收次日起{R.exchange.period}内"),
    ("delay-shipment", f"普通商品从付款算起最多留{R.delay.period}"),
    ("delay-shipment", f"鲜果、海鲜、鲜花最多留{R.delay.by_category['fresh']}"),
    ("delay-shipment", f"最多留{R.delay.by_category['flowers']}"),
    ("delay-shipment", f"提前{ {1: '一'}[R.delay.notice_days] }天说"),
    ("extend-receipt", "签收后第10天"),
    ("extend-receipt", f"自动确认前{R.receipt.opens_days_before}天内"),
    ("extend-receipt", f"点一次延长{R.receipt.extension_days}天"),
    ("extend-receipt", f"每个订单可以点{ {1: '一'}[R.receipt.extensions] }次"),
    ("extend-receipt", f"最多再给延{R.receipt.by_person_days}天"),
    ("invoice", f"订单完成后{R.invoice.period}内都可以申请"),
    ("invoice", f"申请后{R.invoice.working_days}个工作日内"),
    ("invoice", f"{R.invoice.tax_number_characters}位税号"),
    ("invoice", f"开票后{R.invoice.correction}内可以换开一次"),
    ("special-invoice", f"开票后{R.invoice.correction}内"),
    ("refund-progress", f"{R.waiting.payment_working_days}个工作日到账"),
    ("cancel-order", "系统自动通过，全额退款，包括您付的运费"),
    ("warranty", f"小家电：整机{R.warranty['appliances']}"),
    ("warranty", f"手机配件（充电器、数据线、耳机、音箱、充电宝）：{R.warranty['electronics']}"),
    ("warranty", f"锅具、保温杯：{R.warranty['kitchenware']}"),
    ("warranty", f"床品：{R.warranty['bedding']}内"),
    ("warranty", f"电动螺丝刀、学习桌：{R.warranty['tools']}"),
    ("warranty", f"童装、服装、鞋包、文具、玩具、瑜伽垫：{R.warranty['toys']}"),
]


@pytest.mark.parametrize(("slug", "words"), PROMISES)
def test_a_number_is_the_one_that_its_article_promises(slug: str, words: str) -> None:
    assert words in read_article(KB / f"{slug}.md").body


def test_who_pays_and_what_is_automatic_is_as_promised() -> None:
    assert (R.returns.freight.no_reason, R.returns.freight.fault) == ("buyer", "shop")
    automatic = R.automatic_up_to_cents
    assert (automatic.cancel, automatic.return_no_reason) == (None, None)
    # cancel-order.md, return-steps.md: one of several goods of an unshipped order is for a person.
    assert automatic.part_of_unshipped == 0
    assert R.receipt.confirmed_after.days == 10
    assert PRICE.excluded == ("fresh",)


def test_one_warranty_holds_for_all_that_an_article_names_together() -> None:
    same = ("kids_clothes", "clothing", "shoes", "bags", "stationery", "toys", "sports")
    assert {str(R.warranty[category]) for category in same} == {"30天"}
    assert R.warranty["phone_accessories"] == R.warranty["electronics"]
    assert R.warranty["furniture"] == R.warranty["tools"]


def test_categories_are_those_of_goods() -> None:
    known = {goods.category for goods in GOODS}
    for table in (
        R.no_reason.excluded,
        R.no_reason.only_unopened,
        DEFECT.by_category,
        R.delay.by_category,
        R.change_item.by_category,
        R.warranty,
    ):
        assert set(table) <= known
    assert set(R.problems.no_return_categories) <= known


def test_every_kind_of_goods_has_an_end_to_its_complaints() -> None:
    for category in {goods.category for goods in GOODS}:
        assert category in DEFECT.by_category or category in R.warranty


def test_money_reads_like_money() -> None:
    assert format_money(R.returns.insurance_up_to_cents) == "¥12.00"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"no_reason": {"period": {"days": 0}}}, r"no_reason\.period\.days: .*greater"),
        ({"no_reason": {"period": {"days": 7, "hours": 1}}}, r"no_reason\.period: give one"),
        ({"no_reason": {"period": {"weeks": 1}}}, r"no_reason\.period\.weeks: extra fields"),
        ({"no_reason": {"period": {"days": "seven"}}}, r"no_reason\.period\.days: "),
        ({"compensation": {"late": {"percent": 101}}}, r"compensation\.late\.percent: "),
        ({"compensation": {"late": {"at_least_cents": -1}}}, r"late\.at_least_cents: "),
        ({"automatic_up_to_cents": {"cancel": 1.5}}, r"automatic_up_to_cents\.cancel: "),
        ({"returns": {"freight": {"fault": "nobody"}}}, r"returns\.freight\.fault: "),
        ({"problems": {"fault_words": "("}}, r"problems\.fault_words: is no regular expression"),
        ({"surprise": 1}, r"surprise: extra fields"),
    ],
)
def test_what_makes_no_sense_is_named_with_file_and_field(
    tmp_path: Path, change: dict[str, object], told: str
) -> None:
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump(merged(plain(), change), allow_unicode=True), encoding="utf-8")
    with pytest.raises(RulesError, match=rf"rules\.yml: .*{told}"):
        read_rules(file)


@pytest.mark.parametrize("field", list(ShopRules.__fields__))
def test_nothing_may_be_missing(tmp_path: Path, field: str) -> None:
    data = plain()
    del data[field]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(RulesError, match=f"{field}: field required"):
        read_rules(file)


@pytest.mark.parametrize("text", ["", "- 1\n", "a: [", "\x00"])
def test_a_file_that_is_no_table(tmp_path: Path, text: str) -> None:
    file = tmp_path / "rules.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RulesError, match=r"rules\.yml"):
        read_rules(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match=r"none\.yml cannot be read"):
        read_rules(tmp_path / "none.yml")


def test_rules_do_not_change_while_they_are_used() -> None:
    with pytest.raises(TypeError):
        R.exchange.times = 2


def plain() -> dict[str, object]:
    """The shipped file's data."""
    data: dict[str, object] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return data


def merged(data: object, change: object) -> object:
    """`data` with the leaves of `change` in their places; a period is replaced whole."""
    if not (isinstance(data, dict) and isinstance(change, dict)):
        return change
    return data | {
        name: value if name == "period" else merged(data.get(name), value)
        for name, value in change.items()
    }
