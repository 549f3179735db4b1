"""The buyers of the demo shop: invented names, phones of a range nobody holds, invented doors."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁"
# fmt: off
GIVEN_NAMES = (
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "洋", "艳", "勇", "杰", "娟", "涛", "超",
    "霞", "平", "秀英", "桂兰", "建国", "志强", "晓明", "海燕", "文博", "子轩", "雨桐", "欣怡",
    "浩然", "梓涵", "思远", "佳琪", "一诺", "俊杰", "梦瑶", "天宇", "雅婷", "国庆", "春梅",
    "立新", "若溪", "嘉豪", "诗涵", "永刚", "玉珍", "晨曦", "可馨", "泽宇", "婉清",
)
# fmt: on
# (district as it is written on a parcel, hub of the courier, days that a parcel needs)
PLACES = (
    ("四川省成都市武侯区", "成都", 3),
    ("浙江省杭州市西湖区", "杭州", 1),
    ("浙江省宁波市鄞州区", "宁波", 1),
    ("上海市浦东新区", "上海", 1),
    ("江苏省南京市鼓楼区", "南京", 2),
    ("江苏省苏州市吴中区", "苏州", 1),
    ("安徽省合肥市蜀山区", "合肥", 2),
    ("福建省厦门市思明区", "厦门", 2),
    ("江西省南昌市青山湖区", "南昌", 2),
    ("山东省青岛市市南区", "青岛", 2),
    ("河南省郑州市金水区", "郑州", 2),
    ("湖北省武汉市洪山区", "武汉", 2),
    ("湖南省长沙市岳麓区", "长沙", 2),
    ("广东省广州市天河区", "广州", 2),
    ("广东省深圳市南山区", "深圳", 2),
    ("广西壮族自治区南宁市青秀区", "南宁", 3),
    ("海南省海口市龙华区", "海口", 4),
    ("重庆市渝北区", "重庆", 3),
    ("贵州省贵阳市云岩区", "贵阳", 3),
    ("云南省昆明市五华区", "昆明", 3),
    ("陕西省西安市雁塔区", "西安", 3),
    ("山西省太原市小店区", "太原", 3),
    ("河北省石家庄市长安区", "石家庄", 2),
    ("北京市朝阳区", "北京", 2),
    ("天津市和平区", "天津", 2),
    ("辽宁省沈阳市沈河区", "沈阳", 3),
    ("吉林省长春市朝阳区", "长春", 3),
    ("黑龙江省哈尔滨市南岗区", "哈尔滨", 4),
    ("内蒙古自治区呼和浩特市赛罕区", "呼和浩特", 4),
    ("甘肃省兰州市城关区", "兰州", 4),
    ("宁夏回族自治区银川市兴庆区", "银川", 4),
    ("新疆维吾尔自治区乌鲁木齐市天山区", "乌鲁木齐", 6),
    ("西藏自治区拉萨市城关区", "拉萨", 7),
)
STREETS = (
    "青禾路",
    "望春街",
    "银杏大道",
    "书院巷",
    "临溪路",
    "晴川路",
    "梧桐街",
    "云台路",
    "石榴巷",
)
ESTATES = ("水岸花园", "锦绣家园", "向阳新村", "翠湖苑", "春晓里", "和悦府", "枫林小区")


@dataclass(frozen=True)
class Buyer:
    """One customer with the one address that the demo orders go to."""

    id: str
    name: str
    phone: str
    address: str
    hub: str
    days: int


def buyer(number: int, random: Random) -> Buyer:
    """Buyer `number`, drawn from the lists above; `buyer-0001` for 1."""
    district, hub, days = PLACES[(number - 1) % len(PLACES)]
    block, stairs = random.randint(1, 28), random.randint(1, 3)
    door = f"{block}栋{stairs}单元{random.randint(1, 18)}0{random.randint(1, 4)}"
    return Buyer(
        id=f"buyer-{number:04d}",
        name=random.choice(SURNAMES) + random.choice(GIVEN_NAMES),
        phone=f"{random.choice(('130', '138', '150', '177', '189'))}0000{number:04d}",
        address=f"{district}{random.choice(STREETS)}{random.randint(1, 399)}号"
        f"{random.choice(ESTATES)}{door}",
        hub=hub,
        days=days,
    )
