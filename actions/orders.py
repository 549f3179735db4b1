"""Actions that read the buyer's orders."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.base import BuyerAction
from actions.conversation import entity, message_text
from kefu.errors import OrderNotFoundError
from kefu.orders.money import format_money
from kefu.orders.pointing import pointed_at
from kefu.orders.status import OrderStatus
from kefu.orders.views import OrderView
from kefu.settings import get_settings
from kefu.tasks.steps.order import NO_ORDERS, goods

NOT_YOURS = "在您的账号下没有找到这个订单号，请核对一下，或者告诉我订单号的后四位。"


def local_time(moment: datetime) -> str:
    """A UTC time as the shop writes it."""
    at = moment.astimezone(get_settings().zone)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def meant_orders(customer_id: str, tracker: Tracker) -> list[OrderView]:
    """The one order that the message points at, else the recent ones.

    Raises:
        OrderNotFoundError: a number was given and it is none of this buyer's.
    """
    number = entity(tracker, "order_id")
    if number is not None:
        return [services.orders().order(customer_id, number)]
    recent = services.orders().recent_orders(customer_id)
    one = pointed_at(message_text(tracker), recent)
    return [one] if one is not None else recent


class OrderAction(BuyerAction, ABC):
    """Finds the order that the buyer means and says something about it."""

    wanted: tuple[OrderStatus, ...] = tuple(OrderStatus)

    @abstractmethod
    def tell(self, order: OrderView) -> str:
        """What to say about one order."""

    @abstractmethod
    def nothing(self, recent: Sequence[OrderView]) -> str:
        """What to say when none of the recent orders is in a wanted state."""

    def answer_buyer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, customer_id: str
    ) -> Sequence[EventType]:
        """Tells about the order meant; without one, about recent ones in a wanted state."""
        try:
            found = meant_orders(customer_id, tracker)
        except OrderNotFoundError:
            dispatcher.utter_message(text=NOT_YOURS)
            return []
        if not found:
            dispatcher.utter_message(text=NO_ORDERS)
            return []
        fitting = found if len(found) == 1 else [o for o in found if o.status in self.wanted]
        text = "\n\n".join(self.tell(order) for order in fitting[:3]) or self.nothing(found)
        dispatcher.utter_message(text=text)
        return []


class QueryOrder(OrderAction):
    """State of the recent orders, or all of one."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_query_order"

    def tell(self, order: OrderView) -> str:
        """State, goods, sum, recipient."""
        lines = [
            f"订单 {order.order_no}（{order.status.label}）",
            f"{goods(order)}，共{format_money(order.total_cents)}，{local_time(order.placed_at)}下单",
            f"收件：{order.recipient_masked} {order.phone_masked} {order.address_masked}",
        ]
        news = _news(order)
        return "\n".join(lines + ([news] if news else []))

    def nothing(self, recent: Sequence[OrderView]) -> str:
        """Not reached: every state is wanted."""
        return NO_ORDERS


class TrackShipment(OrderAction):
    """Where the parcels are."""

    wanted = (OrderStatus.SHIPPED,)

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_track_shipment"

    def tell(self, order: OrderView) -> str:
        """Courier, number, latest event, expected arrival."""
        return _news(order) or _before_shipping(order)

    def nothing(self, recent: Sequence[OrderView]) -> str:
        """The newest order's state instead."""
        return "目前没有在路上的包裹。最近一单：\n" + self.tell(recent[0])


class ShipTime(OrderAction):
    """When unshipped orders leave the warehouse."""

    wanted = (OrderStatus.PAID, OrderStatus.PENDING_PAYMENT)

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_ship_time"

    def tell(self, order: OrderView) -> str:
        """The promise, or what happened since."""
        if order.status in self.wanted:
            return _before_shipping(order)
        return _news(order) or f"订单 {order.order_no}（{goods(order)}）{order.status.label}。"

    def nothing(self, recent: Sequence[OrderView]) -> str:
        """Nothing waits: the newest order's state instead."""
        return "您目前没有等待发货的订单。最近一单：\n" + self.tell(recent[0])


def _before_shipping(order: OrderView) -> str:
    if order.status is OrderStatus.PENDING_PAYMENT:
        return f"订单 {order.order_no}（{goods(order)}）还没有付款，付款后我们会尽快发货。"
    if order.status is OrderStatus.PAID and order.ship_by is not None:
        if order.ship_by < services.now():
            return (
                f"订单 {order.order_no}（{goods(order)}）本应在{local_time(order.ship_by)}前发出，"
                "已经超时了，非常抱歉。您可以申请退款，或者回复“转人工”帮您催促仓库。"
            )
        return (
            f"订单 {order.order_no}（{goods(order)}）已付款、正在备货，"
            f"最晚{local_time(order.ship_by)}前发出，发出后就能查到物流。"
        )
    return f"订单 {order.order_no}（{goods(order)}）{order.status.label}。"


def _news(order: OrderView) -> str:
    """The latest of each parcel; empty where there is no parcel."""
    lines = []
    for parcel in order.parcels:
        line = f"{goods(order)}：{parcel.courier} {parcel.tracking_number}，{parcel.status.label}。"
        if parcel.events:
            latest = parcel.events[-1]
            line += f"最新动态：{local_time(latest.at)} {latest.text}"
        on_way = order.status is OrderStatus.SHIPPED
        if on_way and parcel.expected_at is not None:
            arrival = parcel.expected_at.astimezone(get_settings().zone)
            line += f"（预计{arrival.month}月{arrival.day}日送达）"
        lines.append(line)
    return "\n".join(lines)
