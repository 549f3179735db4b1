"""Examples for the shop's table of context rules, entities marked as in data/nlu.

Messages are separated by `|`.
"""

from __future__ import annotations

from typing import Any

from kefu.nlu.context_table import Context

PERSON = {"offer": "person"}


def after(matter: str, *did: str, **more: Any) -> Context:
    return Context(matter=matter, did=frozenset(did), **more)


def did(*actions: str, **more: Any) -> Context:
    return Context(did=frozenset(actions), **more)


def asked(slot: str, matter: str = "request_refund", said: str = "") -> Context:
    slots = {"requested_slot": slot}
    return Context(matter=matter, form="task_form", asks=slot, slots=slots, said=said)


ORDER, REASON, CONFIRMED = (asked(f"task_{slot}") for slot in ("order", "reason", "confirmed"))
HINT = asked("task_reason", said="需要人工客服的话，回复“转人工”就行。")

# rule, conversation, messages, intent
EXAMPLES = [
    (
        "form_order_pointed_at",
        ORDER,
        "第二个|最近那单|就这个|尾号8346|8346|2|上面那个的",
        "request_refund",
    ),
    (
        "form_order_pointed_at",
        ORDER,
        "[咖啡机](product)那单|[2026110510028346](order_id)",
        "request_refund",
    ),
    (
        "form_parcel_told",
        asked("task_change", "return_sent"),
        "[顺丰](courier)|退货发的[顺丰](courier)|寄的是[圆通](courier)，[YT7700123456789](tracking_number)",
        "return_sent",
    ),
    (
        "form_label_told",
        asked("task_change", "change_address"),
        "新电话是[15800000317](phone)|[李静](person_name)|地址[江苏省南京市中山路8号](address)",
        "change_address",
    ),
    (
        "form_reason_given",
        REASON,
        "没有|没什么原因|不要了|就是不喜欢|7天无理由|其他|拍错了",
        "request_refund",
    ),
    (
        "form_confirmed",
        CONFIRMED,
        "嗯|好的呀|确认提交|对的|1|没错|就这样|提交吧|OK|对，取消吧|可以，那就换",
        "affirm",
    ),
    ("form_not_confirmed", CONFIRMED, "不|不用了|不对|错了|不是这个|别提交", "deny"),
    ("form_person_after_a_hint", HINT, "转|那转吧|帮我转一下|叫个人来", "request_human"),
    (
        "form_fee_asked_further",
        asked("task_order", "ask_return_fee"),
        "多少|谁出|要钱吗",
        "ask_return_fee",
    ),
    (
        "form_parcel_asked_further",
        asked("task_order", "track_shipment"),
        "还要几天|到了没",
        "track_shipment",
    ),
    (
        "form_money_when",
        REASON,
        "多久到账|什么时候能退|啥时候退回来",
        "ask_refund_progress",
    ),
    ("form_when", REASON, "多久|要几天|下周能行吗|到什么时候", "ask_refund_progress"),
    ("form_how_much", CONFIRMED, "多少|一共多少钱", "ask_refund_progress"),
    (
        "form_money_back",
        CONFIRMED,
        "退多少|全额退吗|要扣钱吗|退到哪|原路返回吗",
        "ask_refund_progress",
    ),
    ("form_who_pays", CONFIRMED, "谁出|要我出吗|要钱吗|免费的吗", "ask_return_fee"),
    ("form_send_where", REASON, "寄哪里|寄回哪儿|地址呢|地址发一下", "ask_return_address"),
    ("form_may_i", ORDER, "可以吗|能行吗|不行吗", "ask_return_policy"),
    ("form_how", ORDER, "怎么弄|在哪看|为什么|哪个", "confused"),
    (
        "offer_taken",
        after("change_address", slots=PERSON),
        "好的|嗯嗯|可以|行吧|可以吗|1",
        "affirm",
    ),
    (
        "offer_named",
        after("report_defect", slots=PERSON),
        "转吧|那转一下|帮我转|叫个人来",
        "request_human",
    ),
    ("offer_declined", after("report_defect", slots=PERSON), "不用|不用了|没有|算了|先不", "deny"),
    (
        "person_awaited",
        did("action_open_ticket"),
        "还要多久|怎么还没有|太慢了|人呢|怎么没人|还没来",
        "urge_reply",
    ),
    (
        "refund_just_submitted",
        after("request_refund", "action_finish_task"),
        "多久|几天到账|退到哪|快点|怎么弄",
        "ask_refund_progress",
    ),
    (
        "return_just_submitted",
        after("request_refund", "action_finish_task"),
        "寄到哪|地址呢",
        "ask_return_address",
    ),
    ("nothing_more", did("utter_deny"), "没有了|没了|不用了|没别的了", "deny"),
    ("well_then", did("utter_greet"), "嗯|好的|是的|可以", "affirm"),
    ("acknowledged", after("track_shipment", "action_track_shipment"), "嗯嗯|好的|行|OK", "affirm"),
    ("no_need", after("ask_coupon", "action_answer_question"), "不用了|没事|不需要", "deny"),
    (
        "ship_when",
        after("ask_ship_time"),
        "多久|要几天|什么时候|今天能吗|那最快几天呢",
        "ask_ship_time",
    ),
    ("order_when", after("query_order"), "多久|还要几天|什么时候", "ask_ship_time"),
    ("ship_done", after("urge_shipment"), "发了没|寄了吗|好了没", "ask_ship_time"),
    (
        "ship_pressed",
        after("ask_ship_time"),
        "快点|能快点吗|这么久|太慢了|还没有吗",
        "urge_shipment",
    ),
    ("arrive_when", after("ask_courier"), "几天|多久|明天能吗|大概什么时候", "ask_arrival_time"),
    ("parcel_there", after("track_shipment"), "到了没|到了吗|收到没", "track_shipment"),
    (
        "parcel_slow",
        after("ask_arrival_time"),
        "还没有吗|怎么这么久|还没动静|还没更新",
        "track_shipment",
    ),
    ("parcel_where", after("track_shipment"), "在哪|到哪里|在哪看", "track_shipment"),
    (
        "refund_when",
        after("ask_refund_progress"),
        "多久|还要几天|几号|多久到账",
        "ask_refund_progress",
    ),
    (
        "refund_pressed",
        after("cancel_order"),
        "到了没|到账了吗|还没有吗|怎么这么慢",
        "ask_refund_progress",
    ),
    (
        "return_there",
        after("return_sent"),
        "到了没|收到没|还没有吗|收到了吗",
        "ask_return_received",
    ),
    (
        "return_then_money_when",
        after("ask_return_received"),
        "多久|几天|什么时候退",
        "ask_refund_progress",
    ),
    ("return_terms_when", after("ask_return_policy"), "几天|多久|7天内可以吗", "ask_return_policy"),
    (
        "remedy_when",
        after("request_exchange"),
        "多久|发了没|要几天|还没有吗",
        "ask_refund_progress",
    ),
    ("remedy_when", after("report_wrong_item"), "补了没|什么时候", "ask_refund_progress"),
    (
        "compensation_there",
        after("request_compensation"),
        "到账了没|到了吗",
        "ask_refund_progress",
    ),
    ("invoice_when", after("request_invoice"), "多久|开好了吗|什么时候|发了没", "request_invoice"),
    ("stock_when", after("ask_stock"), "什么时候|要多久|这周能吗|还没有吗", "ask_stock"),
    ("custom_when", after("ask_customization"), "几天|要多久|能快点吗", "ask_customization"),
    ("warranty_how_long", after("ask_warranty"), "多久|多长时间", "ask_warranty"),
    ("favour_when", after("ask_promotion"), "到什么时候|到几号|啥时候开始", "ask_promotion"),
    ("favour_when", after("ask_coupon"), "有效期多久|几天", "ask_coupon"),
    ("change_when", after("extend_receipt"), "几天|多久", "verify_order"),
    ("change_done", after("change_address"), "改好了吗|好了没|弄好了没", "verify_order"),
    (
        "freight_how_much",
        after("ask_delivery_area"),
        "多少|多少钱|要加钱吗|谁出",
        "ask_shipping_fee",
    ),
    ("return_fee", after("ask_return_policy"), "谁出|要钱吗|谁承担|要我出吗", "ask_return_fee"),
    ("return_fee", after("report_defect"), "谁出钱|我出吗", "ask_return_fee"),
    ("return_fee_how_much", after("request_exchange"), "多少|要多少钱", "ask_return_fee"),
    ("refund_how_much", after("request_refund"), "多少|能退多少|退到哪", "ask_refund_progress"),
    ("refund_who_pays", after("return_sent"), "谁出|另外收费吗|要钱吗", "ask_return_fee"),
    (
        "compensation_how_much",
        after("request_compensation"),
        "多少|能给多少|[20元](amount)",
        "request_compensation",
    ),
    ("price_lower", after("ask_price"), "能少点吗|再低点呗|最低多少|[50块](amount)吧", "bargain"),
    ("bargain_how_much", after("bargain"), "多少|那最少多少|10件|[5箱](quantity)", "bargain"),
    ("price_how_much", after("ask_customization"), "多少|要多少钱", "ask_price"),
    ("custom_cost", after("ask_customization"), "要加钱吗|免费吗|另外收费吗", "ask_price"),
    ("favour_how_much", after("ask_coupon"), "多少|能给多少", "ask_coupon"),
    ("service_cost", after("ask_warranty"), "要钱吗|免费的吗|收费吗", "ask_warranty"),
    ("return_how", after("ask_return_policy"), "怎么弄|怎么申请|在哪申请", "request_refund"),
    ("refund_how", after("cancel_order"), "怎么弄|在哪弄|怎么操作", "ask_refund_progress"),
    ("refund_why", after("request_refund"), "为什么|不行吗|可以吗|凭什么", "ask_return_policy"),
    ("return_where", after("request_exchange"), "寄到哪|地址呢|寄给谁", "ask_return_address"),
    ("favour_how", after("ask_coupon"), "怎么用|在哪领|怎么领|哪里领|链接呢", "ask_coupon"),
    ("paper_how", after("request_invoice"), "怎么弄|怎么申请|在哪里看|怎么开始", "request_invoice"),
    ("change_how", after("change_address"), "怎么改|怎么弄|在哪改", "change_address"),
    ("remedy_how", after("report_defect"), "怎么办|怎么处理|那怎么弄", "report_defect"),
    ("order_how", after("order_problem"), "怎么弄|那怎么办|在哪点", "order_problem"),
    ("area_where", after("ask_delivery_area"), "在哪|哪里的", "ask_delivery_area"),
    ("which_of_them", after("ask_courier"), "哪家|有哪些|用哪个呢", "ask_courier"),
    (
        "tracking_number_of_a_return",
        after("return_sent"),
        "单号[SF1234567890123](tracking_number)",
        "return_sent",
    ),
    (
        "tracking_number",
        after("query_order"),
        "[SF1234567890123](tracking_number)",
        "track_shipment",
    ),
    (
        "order_named",
        after("query_order"),
        "[2026110510028346](order_id)|订单号[2026110510028346](order_id)|尾号8346的",
        "query_order",
    ),
    (
        "order_named",
        after("ask_refund_progress"),
        "我的是[2026110510028346](order_id)",
        "ask_refund_progress",
    ),
    (
        "order_pointed_at",
        after("query_order", "action_query_order"),
        "第二个|最近那单|就上面那个",
        "query_order",
    ),
    (
        "new_address",
        after("change_address"),
        "[13800000021](phone)|电话[13800000021](phone)"
        "|[杭州市西湖区文三路1号](address)[李雷](person_name)",
        "change_address",
    ),
    (
        "region_named",
        after("ask_shipping_fee"),
        "[新疆](region)|[西藏](region)的",
        "ask_shipping_fee",
    ),
    (
        "courier_named",
        after("specify_courier"),
        "[顺丰](courier)|就[顺丰](courier)吧",
        "specify_courier",
    ),
    (
        "other_choice",
        after("change_item"),
        "[红色](color)的|L码|就[黑色](color)吧|大一码的",
        "change_item",
    ),
    ("choice", after("ask_stock"), "[白色](color)|[XL](size)码|175码|2件", "ask_stock"),
    ("price_of_so_many", after("ask_price"), "3件|[两箱](quantity)|[保温杯](product)", "ask_price"),
    ("later_day", after("delay_shipment"), "[周五](date)|[下周一](date)吧", "delay_shipment"),
    (
        "invoice_title",
        after("request_invoice"),
        "个人|公司的|开个人抬头|抬头[某某贸易有限公司](company)"
        "|税号[91330106MA2K00007X](tax_number)",
        "request_invoice",
    ),
    ("taken", after("recommend_product"), "就这个吧|那就要这款|就它了", "place_order"),
    (
        "same_for_that_one",
        after("ask_stock"),
        "那个呢|这个呢|呢？|那这款呢|另一个呢|第二个呢|其他的呢",
        "ask_stock",
    ),
    ("same_for_that_order", after("ask_ship_time"), "那单呢|那另一单呢|第二单呢", "ask_ship_time"),
    (
        "courier_of_a_return",
        after("return_sent"),
        "[中通](courier)|是[圆通](courier)",
        "return_sent",
    ),
    ("same_for_that_one", after("ask_ship_time"), "那个呢|另外那个呢|剩下的呢", "ask_ship_time"),
    ("may_it_be", after("bargain"), "可以吗|行吗|好不好嘛|行不行|能不能", "bargain"),
    ("may_it_be", after("request_exchange"), "这样可以吗|不行吗|可以吗亲", "request_exchange"),
    ("is_there_any", after("ask_gift"), "有吗|还有吗|有没有|还有没有", "ask_gift"),
    ("none_at_all", after("ask_stock"), "没有吗|真没有吗", "ask_stock"),
    ("why_so", after("ask_price"), "为什么|为啥呢|怎么回事|凭什么", "ask_price"),
    ("why_so", after("track_shipment"), "咋回事啊|什么情况", "track_shipment"),
    ("sure_of_it", after("ask_arrival_time"), "确定吗|真的吗|没骗我吧", "ask_arrival_time"),
]

# Full messages, or such as name a matter of their own: the classifier's, whatever went before.
FULL = [
    (
        after("ask_ship_time"),
        "多久能到广州|你们一般用什么快递发货|那运费呢|今天拍明天能到吗|多久发货|能退吗",
    ),
    (
        after("ask_arrival_time"),
        "什么时候有活动|发票什么时候开|那退货要几天|到了不喜欢能退吗|快递单号多少",
    ),
    (
        after("request_refund"),
        "多久发货|那换货呢|那运费呢|运费险赔多少|快递到哪了|这个还有货吗|换一个可以吗",
    ),
    (after("ask_refund_progress"), "为什么不给我发货|那优惠券退不退|还没发货呢怎么办|发票还能开吗"),
    (after("return_sent"), "那换货呢|新的什么时候发|运费可以报销吗|到账了能开发票吗"),
    (after("ask_return_policy"), "那换货呢|坏了谁负责修|多少钱|多久发货|有运费险吗|怎么下单"),
    (
        after("ask_stock"),
        "那红色的呢|那[红色](color)的呢|什么时候发货|多少钱一件|有优惠吗|这款和那款有什么区别",
    ),
    (
        after("ask_product"),
        "多少钱|那[黑色](color)的呢|什么时候能到|包邮吗|有赠品没|[黑色](color)什么时候有货",
    ),
    (after("ask_price"), "包邮吗|有券吗|质量怎么样|为什么比别家贵这么多|发货快吗"),
    (after("ask_coupon"), "怎么付款|怎么退货|什么时候发货|那活动呢|在哪看物流"),
    (after("request_exchange"), "算了我要退款|退款多久到账|怎么寄快递便宜|红色的和黑色的哪个好看"),
    (
        after("change_address"),
        "什么时候发货|那电话呢|不改了|[13800000021](phone)这个号码收不到短信",
    ),
    (
        after("query_order", "action_query_order"),
        "第二个帮我退了|[2026110510028346](order_id)我要退款|这个订单的发票呢",
    ),
    (after("request_invoice"), "个人信息会泄露吗|公司地址在哪里|专票要几个点"),
    (after("bargain"), "就这个价还包邮吗|买10件送什么|有货吗"),
    (
        after("report_defect", slots=PERSON),
        "不用换退钱就行|好的那什么时候补发|可以退款吗|没有收到货",
    ),
    (after("ask_gift"), "多少钱|有|那行吧|那另一单呢|别"),
    (after("track_shipment"), "早呀|确定|还没|那另外一单什么时候发"),
    (after("ask_return_address"), "发[顺丰](courier)行吗|多少钱能退"),
    (after("ask_shipping_fee"), "改到[丰乐路6号](address)|[浙江](region)发的吗"),
    (
        after("change_item"),
        "要[一盒](quantity)[龙井](product)送人|[三箱](quantity)就到[两箱](quantity)",
    ),
    (did("utter_greet"), "没有收到货|好的商品为什么下架|不用的优惠券能退吗|可以退货吗"),
    (did("action_open_ticket"), "多久发货|快递还没到|没有发票"),
    (ORDER, "多久发货|有没有赠品|我的快递到哪了|转人工|那换货呢"),
    (REASON, "那运费呢|尺码表发我看看|你们电话多少|这个多少钱"),
    (CONFIRMED, "好的但是运费谁出呢亲|不用退了帮我换货|什么时候发货|可以换成红色的吗"),
]
