"""The states of orders, parcels and after-sales cases, with the words that buyers read."""

from __future__ import annotations

from enum import Enum


class _Labelled(str, Enum):
    """A stored code with its Chinese label."""

    label: str

    def __new__(cls, code: str, label: str = "") -> _Labelled:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    def __str__(self) -> str:
        return str(self.value)


class OrderStatus(_Labelled):
    """Where an order stands."""

    PENDING_PAYMENT = "pending_payment", "待付款"
    PAID = "paid", "待发货"
    SHIPPED = "shipped", "已发货"
    DELIVERED = "delivered", "已签收"
    COMPLETED = "completed", "交易完成"
    CANCELLED = "cancelled", "已取消"
    REFUNDING = "refunding", "退款处理中"
    REFUNDED = "refunded", "已退款"


class ParcelStatus(_Labelled):
    """Where a parcel stands, as the courier reports it."""

    COLLECTED = "collected", "已揽收"
    IN_TRANSIT = "in_transit", "运输中"
    OUT_FOR_DELIVERY = "out_for_delivery", "派送中"
    AWAITING_PICKUP = "awaiting_pickup", "待取件"
    DELIVERED = "delivered", "已签收"
    DELAYED = "delayed", "物流延误"


class CaseStatus(_Labelled):
    """Where an after-sales case of any kind stands; the last five are closed."""

    REVIEWING = "reviewing", "待商家处理"
    AWAITING_RETURN = "awaiting_return", "待寄回商品"
    RETURNING = "returning", "退货途中"
    PAYING = "paying", "退款中"
    RESENDING = "resending", "待寄出新商品"
    REFUNDED = "refunded", "已退款"
    EXCHANGED = "exchanged", "已寄出新商品"
    WITHDRAWN = "withdrawn", "已撤销"
    REFUSED = "refused", "已驳回"
    EXPIRED = "expired", "超时关闭"

    @property
    def closed(self) -> bool:
        """Whether nothing happens with the case any more."""
        return self in (
            CaseStatus.REFUNDED,
            CaseStatus.EXCHANGED,
            CaseStatus.WITHDRAWN,
            CaseStatus.REFUSED,
            CaseStatus.EXPIRED,
        )


class TicketStatus(_Labelled):
    """Where a ticket for a person stands."""

    OPEN = "open", "排队中"
    TAKEN = "taken", "处理中"
    CLOSED = "closed", "已结束"
