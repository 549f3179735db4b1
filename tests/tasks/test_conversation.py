"""How a task goes on: what is asked, corrected, not understood, refused, agreed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from kefu.errors import OrderNotFoundError
from kefu.orders import tables
from kefu.orders.commands import CancelOrder, RequestRefund
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.status import OrderStatus
from kefu.tasks import TASKS, Said, Situation, TaskConversation, Turn
from kefu.tasks.conversation import CONFIRMED, NO_SUCH_ORDER, YES_OR_NO
from tests.tasks.finding import arrived
from tests.tasks.talking import NOW, DemoShop, Talk

Talks = Callable[[str, str], Talk]


def conversation(
    shop: DemoShop, buyer: str, answers: Mapping[str, str] | None = None, task: str = "refund"
) -> TaskConversation:
    here = Situation(buyer, shop.service, answers or {}, NOW, SHOP_ZONE, shop.service.rules)
    return TaskConversation(TASKS[task], here)


@pytest.fixture
def cup(shop: DemoShop, talk: Talks) -> Talk:
    """A refund of the one cup that its buyer has, with nothing said yet."""
    _, buyer = arrived(shop, "杯", lines=1)
    return talk("refund", buyer)


class TestBeginning:
    def test_all_that_the_first_message_says_is_taken(self, cup: Talk):
        cup.says("杯子买大了想退")
        assert cup.asks == CONFIRMED
        assert cup.answers["reason"] == "杯子买大了想退"

    def test_the_first_thing_lacking_is_asked(self, cup: Talk):
        cup.says("杯子退了")
        assert cup.asks == "reason"
        assert set(cup.answers) == {"order", "goods"}

    def test_without_any_order_there_is_nothing_to_do(self, shop: DemoShop):
        turn = conversation(shop, "buyer-9999").begin(Said("我要退款", "request_refund"))
        assert (turn.asks, turn.answers, turn.agreed) == (None, {}, False)
        assert "没有订单" in turn.replies[0].text

    def test_another_buyers_number_is_not_taken(self, shop: DemoShop, cup: Talk):
        other = shop.service.recent_orders("buyer-0002")[0].order_no
        cup.says(f"{other} 退款", order_id=other)
        assert cup.answers.get("order") != other
        assert other not in cup.replies


class TestAnswering:
    def test_what_is_not_recognised_is_asked_again(self, shop: DemoShop):
        here = conversation(shop, "buyer-0001")
        turn = here.hear("order", Said("呃那个", None))
        assert turn.asks == "order"
        assert turn.replies[0].text == "没有认出是哪一笔订单。"
        assert turn.replies[1].buttons

    def test_a_place_in_the_list_of_goods_is_no_order(self, shop: DemoShop, talk: Talks):
        order, buyer = arrived(shop, "杯", lines=2)
        about = talk("refund", buyer)
        about.says(f"{order.order_no}退货", order_id=order.order_no)
        assert about.asks == "goods"
        about.says("第二个")
        assert (about.answers["order"], about.answers["goods"]) == (
            order.order_no,
            order.items[1].sku,
        )

    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("多久到账", "ask_refund_progress"),
            ("你好", "greet"),
            ("退货要运费吗", "ask_return_fee"),
        ],
    )
    def test_another_matter_is_left_to_others(self, cup: Talk, text: str, intent: str):
        cup.says("杯子退了")
        held = dict(cup.answers)
        assert cup.says(text, intent) == ""
        assert not cup.understood
        assert (cup.asks, cup.answers) == ("reason", held)

    def test_own_words_are_a_reason_where_nlu_is_not_sure(self, cup: Talk):
        cup.says("杯子退了")
        cup.says(" 家里老人用着不顺手 ")
        assert cup.asks == CONFIRMED
        assert cup.answers["reason"] == "家里老人用着不顺手"

    def test_the_wish_again_is_no_reason(self, cup: Talk):
        cup.says("杯子退了")
        cup.says("我要退款", "request_refund")
        assert cup.asks == "reason"

    def test_a_statement_is_a_reason_whatever_question_nlu_takes_it_for(self, cup: Talk):
        cup.says("杯子退了")
        cup.says("赠品说好有的结果没给我", "ask_gift")
        assert (cup.asks, cup.answers["reason"]) == (CONFIRMED, "赠品说好有的结果没给我")

    def test_that_nothing_came_is_a_reason_though_it_sounds_like_a_question(self, cup: Talk):
        cup.says("杯子退了")
        cup.says("一直没拿到，驿站也说没有", "track_shipment")
        assert cup.answers["reason"] == "一直没拿到，驿站也说没有"

    def test_a_never_mind_is_left_to_others_whatever_follows(self, shop: DemoShop, cup: Talk):
        cup.says("杯子退了")
        cup.says("算了 我要换货 买大了", "request_exchange")
        assert not cup.understood
        assert cup.asks == "reason"


class TestCorrecting:
    def test_an_earlier_answer_is_replaced(self, cup: Talk):
        cup.says("杯子买大了想退")
        cup.says("是不喜欢这个颜色")
        assert (cup.asks, cup.answers["reason"]) == (CONFIRMED, "是不喜欢这个颜色")

    def test_another_order_takes_its_goods_along(self, shop: DemoShop, cup: Talk):
        other = next(
            order
            for order in shop.service.recent_orders(cup.buyer)
            if order.status is OrderStatus.PAID
        )
        cup.says("杯子买大了想退")
        cup.says(f"不对，是{other.order_no}")
        assert cup.answers["order"] == other.order_no
        assert cup.answers["reason"] == "杯子买大了想退"
        own = other.items[0].sku if len(other.items) == 1 else None
        assert cup.answers.get("goods") == own

    @pytest.mark.parametrize("text", ["太贵了 好的", "颜色不喜欢 确认"])
    def test_a_yes_with_a_reason_in_it_is_a_yes(self, cup: Talk, text: str):
        cup.says("杯子买大了想退")
        cup.says(text, "affirm")
        assert cup.receipt is not None
        assert cup.shop.rows(tables.cases, case_no=cup.receipt.number)[0].reason == "杯子买大了想退"

    def test_a_question_corrects_nothing(self, cup: Talk):
        cup.says("杯子买大了想退")
        cup.says("颜色不喜欢能退吗", "ask_return_policy")
        assert not cup.understood
        assert cup.answers["reason"] == "杯子买大了想退"

    def test_evidence_speaks_of_the_fault_and_corrects_nothing(self, cup: Talk):
        cup.says("杯子碎了，退款")
        assert cup.asks == "evidence"
        cup.says("瓶口裂了，图 http://pictures.example/12.png")
        assert cup.asks == CONFIRMED
        assert cup.answers["reason"] == "杯子碎了"


class TestConfirming:
    def test_the_summary_says_what_will_happen(self, shop: DemoShop, cup: Talk):
        summary = cup.says("杯子买大了想退")
        quote = shop.service.quote(
            cup.buyer,
            RequestRefund(cup.answers["order"], "杯子买大了想退", (cup.answers["goods"],)),
        )
        for part in (cup.answers["order"], "杯子买大了想退", quote.summary, "确认退款吗？"):
            assert part in summary
        assert cup.buttons == YES_OR_NO

    def test_a_plain_no_that_nlu_is_not_sure_of_is_a_no(self, cup: Talk):
        cup.says("杯子买大了想退")
        assert cup.asks == CONFIRMED
        assert "没有提交任何申请" in cup.says("不对 不退了")
        assert cup.asks is None
        assert cup.answers == {}

    def test_only_a_yes_is_one(self, shop: DemoShop, cup: Talk):
        before = shop.count(tables.cases)
        cup.says("杯子买大了想退")
        cup.says("嗯嗯再说吧")
        assert not cup.understood
        cup.says("不用了")
        assert cup.asks is None
        assert cup.answers == {}
        assert "没有提交任何申请" in cup.replies
        assert shop.count(tables.cases) == before

    def test_asking_again_quotes_anew(self, shop: DemoShop, cup: Talk):
        cup.says("杯子买大了想退")
        again = TaskConversation(cup.task, cup.situation()).ask_again()
        assert (again.asks, again.answers) == (CONFIRMED, cup.answers)
        order = shop.service.order(cup.buyer, cup.answers["order"])
        shop.set(order, status=OrderStatus.REFUNDING.value)
        later = TaskConversation(cup.task, cup.situation()).ask_again()
        assert later.asks != CONFIRMED
        assert "退款已经在处理中" in later.replies[0].text


class TestRefusals:
    def test_what_a_better_reason_may_mend_is_asked(self, shop: DemoShop, talk: Talks):
        _, buyer = arrived(shop, "杯", hours=9 * 24, lines=1)
        about = talk("refund", buyer)
        told = about.says("杯子不喜欢，想退")
        assert "超过" in told
        assert about.asks == "reason"

    def test_the_rest_ends_with_the_offer_of_a_person(self, shop: DemoShop):
        order, buyer = arrived(shop, "杯", lines=1)
        shop.set(order, ship_by=NOW)
        answers = {"order": order.order_no, "problem": "late", "reason": "慢"}
        turn = conversation(shop, buyer, answers, "compensation").ask_again()
        assert "没有超过承诺的发货时间" in turn.replies[0].text
        assert (turn.asks, turn.answers, turn.offers_person) == (None, {}, True)

    def test_an_order_that_will_not_do_is_refused_before_anything_else_is_asked(
        self, shop: DemoShop, talk: Talks
    ):
        order = shop.order(OrderStatus.SHIPPED)
        about = talk("cancel_order", shop.owner(order))
        told = about.says(f"取消{order.order_no}", order_id=order.order_no)
        assert "已经发货" in told
        assert about.asks in ("order", None)

    def test_where_no_other_order_will_do_the_reason_is_said_once(
        self, shop: DemoShop, talk: Talks
    ):
        order = next(
            shipped
            for number in range(1, 201)
            for shipped in shop.service.recent_orders(f"buyer-{number:04d}", 1)
            if shipped.status is OrderStatus.SHIPPED
            and not {OrderStatus.PAID, OrderStatus.PENDING_PAYMENT}
            & {one.status for one in shop.service.recent_orders(f"buyer-{number:04d}", 5)}
        )
        conversing = conversation(shop, shop.owner(order), task="change_address")
        said = Said(f"{order.order_no}改地址", "change_address", {"order_id": (order.order_no,)})
        turn = conversing.begin(said)
        assert [reply.text.count("已经交给快递") for reply in turn.replies] == [1]
        assert (turn.asks, turn.offers_person) == (None, True)

    def test_an_order_that_is_none_of_the_buyers_is_asked_again(self, shop: DemoShop):
        other = shop.service.recent_orders("buyer-0002")[0].order_no
        answers = {"order": other, "goods": "*", "reason": "不喜欢"}
        turn = conversation(shop, "buyer-0001", answers).ask_again()
        assert turn.asks == "order"
        assert turn.replies[0].text == NO_SUCH_ORDER
        assert "order" not in turn.answers

    def test_a_case_that_is_none_of_the_buyers_is_an_error(self, shop: DemoShop):
        case_no = shop.service.cases("buyer-0001")[0].case_no
        with pytest.raises(OrderNotFoundError):
            conversation(shop, "buyer-0002", {"case": case_no}, "withdraw_case").ask_again()


def test_the_command_is_that_of_the_answers(shop: DemoShop):
    answers = {"order": "1", "reason": "不要了"}
    assert conversation(shop, "x", answers, "cancel_order").command() == CancelOrder("1", "不要了")
    with pytest.raises(ValueError, match="lacks an answer"):
        conversation(shop, "x", {"order": "1"}, "cancel_order").command()


def test_a_turn_says_nothing_by_default():
    assert Turn({}) == Turn({}, None, (), True, False, False)
