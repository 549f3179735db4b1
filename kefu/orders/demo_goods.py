"""The goods of the demo shop: forty products of twenty kinds, all invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ONE = ("",)  # goods that come in one colour


@dataclass(frozen=True)
class Goods:
    """A product; `prices` gives the price of each size in cents (`""`: there is one size)."""

    code: str
    name: str
    category: str
    colors: tuple[str, ...]
    prices: Mapping[str, int]


# fmt: off
GOODS: tuple[Goods, ...] = (
    Goods("bed-01", "全棉磨毛四件套", "bedding", ("雾蓝", "燕麦色", "豆沙粉"),
          {"1.5米床": 29900, "1.8米床": 32900, "2米床": 35900}),
    Goods("bed-02", "95白鹅绒羽绒被", "bedding", ("白色", "浅灰"),
          {"150x200": 79900, "200x230": 109900}),
    Goods("bed-03", "慢回弹记忆棉枕", "bedding", ("白色",), {"低枕": 8900, "高枕": 9900}),
    Goods("snk-01", "每日坚果混合装", "snacks", ONE, {"15包": 4990, "30包": 8990}),
    Goods("snk-02", "手撕牛肉干", "snacks", ("原味", "麻辣"), {"200g": 3990, "500g": 8990}),
    Goods("frs-01", "现摘赣南脐橙", "fresh", ONE, {"5斤": 3280, "10斤": 5680}),
    Goods("frs-02", "冰鲜三文鱼中段", "fresh", ONE, {"300g": 6990, "500g": 10990}),
    Goods("frs-03", "大连鲜活扇贝", "fresh", ONE, {"4斤": 5990}),
    Goods("flw-01", "混色玫瑰花束", "flowers", ("红粉", "香槟"), {"11枝": 12900, "33枝": 26900}),
    Goods("flw-02", "桌面龟背竹盆栽", "flowers", ("白盆", "水泥盆"), {"小": 3900, "大": 7900}),
    Goods("phn-01", "磁吸防摔手机壳", "phone_accessories", ("透明", "黑色", "深海蓝"),
          {"6.1寸": 3900, "6.7寸": 4500}),
    Goods("phn-02", "氮化镓快充头套装", "phone_accessories", ("白色", "黑色"),
          {"30W": 5900, "65W": 11900}),
    Goods("aud-01", "入耳式降噪蓝牙耳机", "electronics", ("曜石黑", "奶白"), {"": 25900}),
    Goods("aud-02", "便携防水蓝牙音箱", "electronics", ("墨绿", "橙色"), {"": 16900}),
    Goods("app-01", "空气炸锅家用大容量", "appliances", ("奶油白", "深空灰"),
          {"4.5升": 19900, "6升": 26900}),
    Goods("app-02", "无雾加湿器", "appliances", ("白色",), {"3升": 12900, "5升": 17900}),
    Goods("app-03", "手持挂烫机", "appliances", ("浅紫", "白色"), {"": 13900}),
    Goods("ktc-01", "316不锈钢保温杯", "kitchenware", ("暮山紫", "竹青", "黑色"),
          {"350ml": 7900, "500ml": 8900}),
    Goods("ktc-02", "麦饭石不粘炒锅", "kitchenware", ONE, {"28cm": 12900, "32cm": 15900}),
    Goods("eng-01", "激光刻字金属书签", "engraved", ("银色", "玫瑰金"), {"": 2990}),
    Goods("eng-02", "照片定制水晶摆件", "engraved", ONE, {"小号": 8800, "大号": 15800}),
    Goods("und-01", "莫代尔无痕内裤三条装", "underwear", ("肤色", "黑色", "藕粉"),
          {"M": 5990, "L": 5990, "XL": 5990}),
    Goods("und-02", "无钢圈薄款文胸", "underwear", ("肤色", "雾蓝"),
          {"75B": 8900, "80B": 8900, "85C": 8900}),
    Goods("clo-01", "重磅纯棉圆领短袖", "clothing", ("白色", "黑色", "军绿"),
          {"M": 7900, "L": 7900, "XL": 7900, "2XL": 8500}),
    Goods("clo-02", "轻薄连帽防晒衣", "clothing", ("浅灰", "雾紫"),
          {"M": 12900, "L": 12900, "XL": 12900}),
    Goods("clo-03", "羊毛混纺开衫", "clothing", ("燕麦色", "焦糖色"),
          {"S": 19900, "M": 19900, "L": 19900}),
    Goods("kid-01", "儿童摇粒绒外套", "kids_clothes", ("鹅黄", "湖蓝"),
          {"110": 9900, "120": 9900, "130": 10900}),
    Goods("kid-02", "婴儿有机棉连体衣", "kids_clothes", ("米白", "浅粉"),
          {"66": 6900, "73": 6900, "80": 6900}),
    Goods("sho-01", "缓震透气跑步鞋", "shoes", ("黑白", "荧光绿"),
          {"39码": 32900, "41码": 32900, "43码": 32900}),
    Goods("sho-02", "真皮软底豆豆鞋", "shoes", ("杏色", "酒红"),
          {"36码": 18900, "37码": 18900, "38码": 18900}),
    Goods("bag-01", "大容量通勤托特包", "bags", ("焦糖色", "黑色"), {"": 23900}),
    Goods("bag-02", "轻便干湿分离健身包", "bags", ("黑色", "雾蓝"), {"": 11900}),
    Goods("tea-01", "明前龙井礼盒", "tea", ONE, {"100g": 16800, "250g": 36800}),
    Goods("sta-01", "静音按动中性笔12支", "stationery", ("黑色", "蓝色"), {"0.5mm": 1990}),
    Goods("toy-01", "木质轨道小火车", "toys", ONE, {"60件": 12900, "100件": 18900}),
    Goods("pet-01", "全价无谷成猫粮", "pet_food", ("鸡肉味", "鱼肉味"),
          {"1.5kg": 8900, "5kg": 23900}),
    Goods("fur-01", "可升降儿童学习桌", "furniture", ("原木色", "白色"),
          {"80cm": 69900, "100cm": 89900}),
    Goods("tol-01", "家用锂电螺丝刀套装", "tools", ONE, {"32件": 9900, "46件": 13900}),
    Goods("spt-01", "加厚防滑瑜伽垫", "sports", ("薄荷绿", "紫色"), {"6mm": 5900, "8mm": 7900}),
    Goods("cos-01", "氨基酸温和洁面乳", "cosmetics", ONE, {"120g": 6900, "两支装": 11900}),
)
# fmt: on
