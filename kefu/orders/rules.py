"""What the shop gives back, and when it does not: pure rules over the facts of one order.

Seven days without a reason follows 网络购买商品七日无理由退货暂行办法: the days count from the one
after delivery, goods of certain kinds are excluded, and the buyer pays the freight back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from kefu.errors import RefundRefusedError
from kefu.orders.money import format_money
from kefu.orders.status import OrderStatus
from kefu.orders.views import RefundQuote

_EXCLUDED = {
    "fresh": "生鲜食品",
    "flowers": "鲜花绿植",
    "engraved": "定制商品",
    "underwear": "贴身衣物",
}

_FAULTS = (
    r"坏|破|碎|裂|瑕疵|划痕|脱线|开线|掉色|褪色|漏|变质|发霉|过期|异味|异响|污渍|故障|死机|假货|伪劣|过敏"
    r"|不符|发错|错发|少发|缺件|不能用|用不了|没反应|充不进|打不开机|有问题|质量"
)


@dataclass(frozen=True)
class RefundRules:
    """The numbers and words that a shop may tune."""

    no_reason_days: int = 7
    # category of goods → its Chinese name, for goods that cannot go back without a reason
    excluded_categories: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType(_EXCLUDED)
    )
    # words of a reason that a person must look into
    fault_pattern: str = _FAULTS


@dataclass(frozen=True)
class RefundFacts:
    """What the rules need to know of an order."""

    order_no: str
    status: OrderStatus
    delivered_at: datetime | None
    total_cents: int
    freight_cents: int
    goods: tuple[tuple[str, str], ...]  # (name, category) of each line
    case_no: str | None  # of its newest after-sales case


def quote(
    facts: RefundFacts, reason: str, *, now: datetime, zone: ZoneInfo, rules: RefundRules
) -> RefundQuote:
    """What the buyer gets for this order now.

    Raises:
        RefundRefusedError: with the Chinese sentence that says why, and what helps instead.
    """
    if facts.status is OrderStatus.PAID:
        return RefundQuote(
            order_no=facts.order_no,
            kind="refund_only",
            amount_cents=facts.total_cents,
            freight_paid_by="shop",
            summary=f"订单还没有发货，可以直接退款：全额退回{format_money(facts.total_cents)}，"
            "不收任何费用。",
        )
    if facts.status in (OrderStatus.DELIVERED, OrderStatus.COMPLETED) and facts.delivered_at:
        return _quote_return(facts, facts.delivered_at, reason, now=now, zone=zone, rules=rules)
    raise RefundRefusedError(_why_not(facts))


def _why_not(facts: RefundFacts) -> str:
    case = f"，售后单号 {facts.case_no}" if facts.case_no else ""
    return {
        OrderStatus.PENDING_PAYMENT: "这笔订单还没有付款，不需要退款。"
        "不想要的话不付款就可以，到时会自动取消。",
        OrderStatus.SHIPPED: "这笔订单已经发货、还在路上，暂时不能退款。您可以在快递送到时拒收，"
        "或者收到以后再申请退货退款；着急的话也可以转人工帮您联系快递拦截。",
        OrderStatus.CANCELLED: "这笔订单已经取消，没有需要退的款项。",
        OrderStatus.REFUNDING: f"这笔订单的退款已经在处理中了{case}，不用重复申请。",
        OrderStatus.REFUNDED: f"这笔订单已经退过款了{case}。",
    }.get(facts.status, "这笔订单的签收时间还没有登记，请转人工为您核实后再退款。")


def _quote_return(
    facts: RefundFacts,
    delivered_at: datetime,
    reason: str,
    *,
    now: datetime,
    zone: ZoneInfo,
    rules: RefundRules,
) -> RefundQuote:
    if reports_fault(reason, rules):
        raise RefundRefusedError(
            "非常抱歉给您添麻烦了。商品有质量问题或者发错、少发，需要人工客服核实，运费也不用您承担。"
            "您回复“转人工”，我马上为您转接。"
        )
    for name, category in facts.goods:
        if category in rules.excluded_categories:
            raise RefundRefusedError(
                f"“{name}”属于{rules.excluded_categories[category]}，不支持七天无理由退货。"
                "如果是质量问题，或者想退同单的其他商品，您回复“转人工”，我为您转接。"
            )
    last_day = delivered_at.astimezone(zone).date() + timedelta(days=rules.no_reason_days)
    if now >= datetime.combine(last_day + timedelta(days=1), time(), tzinfo=zone):
        raise RefundRefusedError(
            f"这笔订单签收已经超过 {rules.no_reason_days} 天"
            f"（{last_day.month}月{last_day.day}日截止），不能无理由退货了。"
            "如果是质量问题，您回复“转人工”，我为您转接。"
        )
    amount = facts.total_cents - facts.freight_cents
    freight = f"（订单运费{format_money(facts.freight_cents)}不退）" if facts.freight_cents else ""
    return RefundQuote(
        order_no=facts.order_no,
        kind="return_and_refund",
        amount_cents=amount,
        freight_paid_by="buyer",
        summary=f"订单还在签收后 {rules.no_reason_days} 天内，可以退货退款："
        f"收到退货并检查完好后退回{format_money(amount)}{freight}，寄回的运费由您承担，"
        f"最晚 {last_day.month}月{last_day.day}日申请。",
    )


def reports_fault(reason: str, rules: RefundRules) -> bool:
    """Whether the reason tells of a fault; `没有质量问题，就是不喜欢` does not."""
    denied = re.compile(
        r"(?:没有?|不是|并非|不存在|无)(?:任何|什么|啥|因为)?(?:质量|故障|瑕疵|坏|破)(?:上的?)?(?:问题|毛病)?"
        r"|(?:没有?|没啥|没什么|无)(?:任何)?问题"
        r"|质量(?:倒|也|都|是|还|挺|很|非常|蛮)*(?:不错|可以|行|好|没(?:有|啥|什么)?(?:问题|毛病))"
    )
    return re.search(rules.fault_pattern, denied.sub("", reason)) is not None
