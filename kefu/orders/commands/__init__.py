"""What a buyer may have done to an order: one command a write, and who carries it out.

`kinds` are the commands, `answers` what comes back and the Protocol of whoever carries them out,
`wire` the same as JSON.
"""

from kefu.orders.commands.answers import OrderCommands, Payer, Quote, QuoteLine, Receipt, Tender
from kefu.orders.commands.kinds import (
    CancelOrder,
    ChangeAddress,
    ChangeItem,
    Command,
    ConfirmReceipt,
    DelayShipment,
    ExtendReceipt,
    Ground,
    Problem,
    ReportProblem,
    RequestCompensation,
    RequestExchange,
    RequestInvoice,
    RequestRefund,
    ReturnSent,
    Wish,
    WithdrawCase,
)
from kefu.orders.commands.wire import COMMANDS, from_wire, name, tidy, to_wire

__all__ = [
    "COMMANDS",
    "CancelOrder",
    "ChangeAddress",
    "ChangeItem",
    "Command",
    "ConfirmReceipt",
    "DelayShipment",
    "ExtendReceipt",
    "Ground",
    "OrderCommands",
    "Payer",
    "Problem",
    "Quote",
    "QuoteLine",
    "Receipt",
    "ReportProblem",
    "RequestCompensation",
    "RequestExchange",
    "RequestInvoice",
    "RequestRefund",
    "ReturnSent",
    "Tender",
    "Wish",
    "WithdrawCase",
    "from_wire",
    "name",
    "tidy",
    "to_wire",
]
