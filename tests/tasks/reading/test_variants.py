"""Which variant of the same goods a buyer wants, and how many pieces."""

from __future__ import annotations

import pytest

from kefu.orders.views import ItemView, VariantView
from kefu.tasks.reading.variants import (
    besides_wanted,
    pieces_meant,
    speaks_of_variant,
    variants_meant,
)


def sold(colors: str, sizes: str) -> list[VariantView]:
    return [
        VariantView("p", f"{color}/{size}", "货", "clothing", color, size, 7900, 9)
        for color in colors.split(" ")
        for size in sizes.split(" ")
    ]


def line(code: str, quantity: int = 1) -> ItemView:
    color, _, size = code.partition("/")
    return ItemView(code, "货", color, size, quantity, 7900)


SHIRT = sold("白色 黑色 军绿", "M L XL 2XL")
SHOES = sold("黑白 荧光绿", "39码 41码 43码")
LOAFERS = sold("杏色 酒红", "36码 37码 38码")
BED = sold("雾蓝 燕麦色 豆沙粉", "1.5米床 1.8米床 2米床")
QUILT = sold("白色 浅灰", "150x200 200x230")
FRUIT = sold(" ".join([""]), "5斤 10斤")
BEEF = sold("原味 麻辣", "200g 500g")
PLANT = sold("白盆 水泥盆", "小 大")
CUP = sold("暮山紫 竹青 黑色", "350ml 500ml")
CHILD = sold("鹅黄 湖蓝", "110 120 130")
BRA = sold("肤色 雾蓝", "75B 80B 85C")
PILLOW = sold("白色", "低枕 高枕")
TOOLS = sold("", "32件 46件")
PHONE = sold("透明 黑色 深海蓝", "6.1寸 6.7寸")

MEANT = [
    (SHIRT, "白色/M", "换成L码", "白色/L"),
    (SHIRT, "白色/M", "L码", "白色/L"),
    (SHIRT, "白色/M", "l", "白色/L"),
    (SHIRT, "白色/M", "Ｌ码", "白色/L"),
    (SHIRT, "白色/M", "要XL的", "白色/XL"),
    (SHIRT, "白色/M", "给我发XXL XL拍小了", "白色/2XL"),
    (SHIRT, "白色/M", "2xl", "白色/2XL"),
    (SHIRT, "白色/M", "改大一码", "白色/L"),
    (SHIRT, "白色/M", "换大一号", "白色/L"),
    (SHIRT, "白色/M", "大一号", "白色/L"),
    (SHIRT, "白色/M", "码数帮我改大一号", "白色/L"),
    (SHIRT, "白色/M", "能换成大一点的吗 还没发", "白色/L"),
    (SHIRT, "白色/M", "大两码", "白色/XL"),
    (SHIRT, "白色/XL", "小一码", "白色/L"),
    (SHIRT, "白色/XL", "换小两号", "白色/M"),
    (SHIRT, "白色/M", "最大的", "白色/2XL"),
    (SHIRT, "白色/L", "中码", "白色/M"),
    (SHIRT, "白色/M", "换大码", "白色/L"),
    (SHIRT, "白色/M", "换成黑色", "黑色/M"),
    (SHIRT, "白色/M", "黑色的", "黑色/M"),
    (SHIRT, "白色/M", "黑的", "黑色/M"),
    (SHIRT, "白色/M", "要绿色的", "军绿/M"),
    (SHIRT, "白色/M", "绿的吧", "军绿/M"),
    (SHIRT, "白色/M", "军绿", "军绿/M"),
    (SHIRT, "白色/M", "黑色L码", "黑色/L"),
    (SHIRT, "白色/M", "换成黑色的XL", "黑色/XL"),
    (SHIRT, "白色/M", "换黑色，大一码", "黑色/L"),
    (SHIRT, "白色/M", "我要黑色不要白色了", "黑色/M"),
    (SHIRT, "白色/M", "不要白色 发黑色", "黑色/M"),
    (SHIRT, "白色/M", "白的换成黑的", "黑色/M"),
    (SHIRT, "黑色/L", "想要L码的那件换成M", "黑色/M"),
    (SHIRT, "白色/M", "不要M了 发L码", "白色/L"),
    (SHIRT, "白色/M", "M码改成L码", "白色/L"),
    (SHIRT, "白色/M", "拍错色了😵 帮改黑的", "黑色/M"),
    (SHIRT, "白色/M", "还是黑色的吧 不要白", "黑色/M"),
    (SHIRT, "白色/M", "M买小了，换L", "白色/L"),
    (SHOES, "黑白/39码", "换41码", "黑白/41码"),
    (SHOES, "黑白/39码", "41", "黑白/41码"),
    (SHOES, "黑白/39码", "改41", "黑白/41码"),
    (SHOES, "黑白/39码", "大一码", "黑白/41码"),
    (SHOES, "黑白/39码", "绿色的", "荧光绿/39码"),
    (SHOES, "荧光绿/39码", "黑白的43码", "黑白/43码"),
    (LOAFERS, "杏色/37码", "发38码吧 我拍小了", "杏色/38码"),
    (LOAFERS, "杏色/37码", "红色的", "酒红/37码"),
    (LOAFERS, "酒红/37码", "还是杏色的吧", "杏色/37码"),
    (BED, "雾蓝/1.8米床", "没发的话给我改1.5米的", "雾蓝/1.5米床"),
    (BED, "雾蓝/1.8米床", "改成1米5的床", "雾蓝/1.5米床"),
    (BED, "雾蓝/1.8米床", "换2米的", "雾蓝/2米床"),
    (BED, "雾蓝/1.5米床", "一米八的", "雾蓝/1.8米床"),
    (BED, "雾蓝/1.8米床", "粉色", "豆沙粉/1.8米床"),
    (BED, "豆沙粉/1.8米床", "换成燕麦色", "燕麦色/1.8米床"),
    (BED, "豆沙粉/1.8米床", "要蓝的", "雾蓝/1.8米床"),
    (QUILT, "白色/150x200", "200x230的", "白色/200x230"),
    (QUILT, "白色/150x200", "换200*230", "白色/200x230"),
    (QUILT, "白色/200x230", "灰色，150乘200", "浅灰/150x200"),
    (FRUIT, "/5斤", "改成十斤", "/10斤"),
    (FRUIT, "/10斤", "5斤装的", "/5斤"),
    (BEEF, "原味/200g", "原味的改成辣的呗", "麻辣/200g"),
    (BEEF, "麻辣/200g", "不要辣的 给发原味", "原味/200g"),
    (BEEF, "原味/200g", "想改规格 200g换500克", "原味/500g"),
    (PLANT, "白盆/小", "换大的", "白盆/大"),
    (PLANT, "白盆/小", "改大号", "白盆/大"),
    (PLANT, "白盆/小", "水泥盆", "水泥盆/小"),
    (CUP, "黑色/350ml", "500毫升的", "黑色/500ml"),
    (CUP, "黑色/350ml", "紫色", "暮山紫/350ml"),
    (CUP, "黑色/350ml", "竹青 500", "竹青/500ml"),
    (CHILD, "鹅黄/110", "我家娃又长个儿了,拍的110怕小,改发120行吗", "鹅黄/120"),
    (CHILD, "鹅黄/110", "改成哥哥那个码 130", "鹅黄/130"),
    (CHILD, "鹅黄/120", "小一号", "鹅黄/110"),
    (BRA, "肤色/75B", "换80B", "肤色/80B"),
    (BRA, "肤色/75B", "80b雾蓝", "雾蓝/80B"),
    (PILLOW, "白色/低枕", "换高枕", "白色/高枕"),
    (PILLOW, "白色/低枕", "高的", "白色/高枕"),
    (TOOLS, "/32件", "换46件的", "/46件"),
    (PHONE, "黑色/6.1寸", "6.7寸", "黑色/6.7寸"),
    (PHONE, "黑色/6.1寸", "透明的", "透明/6.1寸"),
    (PHONE, "黑色/6.1寸", "换成蓝色6.7的", "深海蓝/6.7寸"),
]

UNMEANT = [
    (SHIRT, "白色/M", ""),
    (SHIRT, "白色/M", "好的"),
    (SHIRT, "白色/M", "确认"),
    (SHIRT, "白色/M", "不要了"),
    (SHIRT, "白色/M", "算了"),
    (SHIRT, "白色/M", "薄荷绿".replace("绿", "")),
    (SHIRT, "白色/M", "换个款式"),
    (SHIRT, "白色/2XL", "大一码"),
    (SHIRT, "白色/M", "小一码"),
    (SHIRT, "白色/M", "S码"),
    (SHIRT, "白色/M", "尺码选小了 帮我改改"),
    (SHOES, "黑白/39码", "42码"),
    (BED, "雾蓝/1.8米床", "1.2米"),
    (QUILT, "白色/150x200", "180x200"),
    (TOOLS, "/32件", "要两件"),
    (SHIRT, "白色/M", "'; DROP TABLE orders; --"),
]


@pytest.mark.parametrize(("goods", "had", "said", "meant"), MEANT)
def test_the_variant_is_found(goods: list[VariantView], had: str, said: str, meant: str):
    assert [one.sku for one in variants_meant(said, line(had), goods)] == [meant]


@pytest.mark.parametrize(("goods", "had", "said"), UNMEANT)
def test_no_variant_is_made_up(goods: list[VariantView], had: str, said: str):
    assert variants_meant(said, line(had), goods) == []


def test_where_several_fit_none_is_chosen():
    blue = sold("雾蓝 深海蓝 黑色", "M L")
    found = variants_meant("蓝色的", line("黑色/M"), blue)
    assert {one.sku for one in found} == {"雾蓝/M", "深海蓝/M"}


def test_a_colour_that_the_size_lacks_leaves_the_choice():
    goods = [one for one in SHIRT if one.sku != "黑色/M"]
    found = variants_meant("黑色的", line("白色/M"), goods)
    assert {one.color for one in found} == {"黑色"}
    assert len(found) == 3


PIECES = [
    (2, "少一件", 1),
    (3, "少两件行不", 1),
    (5, "少要一箱 改成四箱", 4),
    (3, "减一盒", 2),
    (2, "改成一件", 1),
    (2, "两件改成一件", 1),
    (3, "数量改成2个", 2),
    (3, "数量改成2", 2),
    (3, "只要一件", 1),
    (3, "就要两件", 2),
    (3, "要两件", 2),
    (3, "两件就行", 2),
    (3, "一件就够了", 1),
    (3, "留一件", 1),
    (1, "多加一件可以吗", 2),
    (1, "再来两件", 3),
    (1, "我要两双 刚才只拍了一双 能补不", 2),
    (4, "数量减一条 寄两条够了", 3),
    (3, "减到2件", 2),
    (30, "保温杯从30个改成32个", 32),
]


@pytest.mark.parametrize(("had", "said", "wanted"), PIECES)
def test_pieces_are_counted(had: int, said: str, wanted: int):
    assert pieces_meant(said, line("白色/M", had), ["M", "L"]) == wanted


@pytest.mark.parametrize(
    "said",
    [
        "改成38码",
        "换46件的",
        "改大一码",
        "好的",
        "少一件",
        "改120",
        "昨天买的",
        "0件",
        "要99999件",
        "第一个",
    ],
)
def test_what_counts_no_pieces(said: str):
    """少一件 of one leaves none, which is no change of the order but its end."""
    assert pieces_meant(said, line("黑/32件"), ["32件", "46件", "38码", "120"]) is None


@pytest.mark.parametrize(
    "said",
    [
        "改成L",
        "换大一码",
        "帮我换个颜色发，要黑色",
        "换成黑色的",
        "我要蓝色不要粉色了",
        "数量改成3个",
        "尺寸改1.8米",
        "发38码吧 我拍小了",
        "不要M了 发S码",
        "少要一箱 改成四箱",
        "L码",
        "红色的",
        "还是杏色的吧",
        "原味的改成辣的呗",
        "想要L码的那件换成M",
        "改成薄荷绿啦",
        "再添一双",
    ],
)
def test_what_surely_wants_another_variant(said: str):
    assert speaks_of_variant(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "好的",
        "确认",
        "确认修改",
        "不要了",
        "不改了",
        "不换了",
        "算了",
        "改天再说",
        "我要退款",
        "我要退货",
        "帮我改地址",
        "改成第二个",
        "黑色的那单",
        "昨天买的",
        "谢谢",
        "要开发票",
        "什么时候发货",
        "我改主意了",
        "对",
        "2026111107352208",
    ],
)
def test_what_does_not(said: str):
    assert not speaks_of_variant(said)


@pytest.mark.parametrize(
    ("said", "gone", "kept"),
    [
        ("四件套换成雾蓝的", "雾蓝", "四件套"),
        ("昨天买的鞋子改41码", "41", "昨天买的鞋子"),
        ("我要蓝色不要粉色了", "蓝色", "我"),
        ("第二个订单换成黑色", "黑色", "第二个"),
    ],
)
def test_an_order_is_not_pointed_at_by_what_is_wanted(said: str, gone: str, kept: str):
    rest = besides_wanted(said)
    assert gone not in rest
    assert kept in rest


@pytest.mark.parametrize(
    "said", ["换" * 10_000, "大一码" * 4_000, "1" * 10_000], ids=["换", "大", "1"]
)
def test_a_long_text_is_read_quickly(said: str):
    variants_meant(said, line("白色/M"), SHIRT)
    assert pieces_meant(said, line("白色/M"), ["M"]) is None
