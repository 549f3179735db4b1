"""An after-sales case as its buyer may see it."""

from __future__ import annotations

from sqlalchemy.engine import Row

from kefu.orders.money import format_money
from kefu.orders.status import RefundStatus
from kefu.orders.views import RefundView


def refund_view(row: Row) -> RefundView:
    """The view of a row of `refunds` that carries its order's number."""
    status = RefundStatus(row.status)
    return RefundView(
        case_no=row.case_no,
        order_no=row.order_no,
        kind=row.kind,
        status=status,
        amount_cents=row.amount_cents,
        reason=row.reason,
        created_at=row.created_at,
        next_step=next_step(status, row.amount_cents),
    )


def next_step(status: RefundStatus, amount_cents: int) -> str:
    """What happens now with a case in this state, and what the buyer has to do."""
    money = format_money(amount_cents)
    return {
        RefundStatus.REVIEWING: f"等待商家确认，确认后{money}会原路退回您的付款账户。",
        RefundStatus.AWAITING_RETURN: "请尽快把商品寄回，并在售后单里填写退货的快递单号。",
        RefundStatus.RETURNING: f"退货正在寄回途中，商家收到并检查完好后会退回{money}。",
        RefundStatus.PAYING: f"{money}正在原路退回您的付款账户，到账时间以银行或支付平台为准。",
        RefundStatus.REFUNDED: f"{money}已经原路退回您的付款账户。",
        RefundStatus.WITHDRAWN: "这个售后申请已经撤销，不会再退款。",
        RefundStatus.REFUSED: "商家没有通过这个售后申请，有疑问可以转人工处理。",
    }[status]
