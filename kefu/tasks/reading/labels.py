"""The recipient, phone and address in a message, in any order: 张三 13800000000 某省某市某路8号.

Says what the buyer means, not whether it will do: `kefu.orders.quoting.addresses` refuses a phone
of ten digits and an address without a street.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from kefu.tasks.reading.names import is_called, is_full_name, may_be_called, without_kin

LONGEST = 500  # letters; a name, a phone and an address of 200 letters leave room for words
PARTS = ("recipient", "phone", "address")

_ORDER_NO = re.compile(r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?!\d)")
_MOBILE = re.compile(r"(?<![\dA-Za-z])(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
_LANDLINE = re.compile(r"(?<![\d-])\(?0\d{2,3}\)?[ -]?\d{7,8}(?![\d号])")
_PHONE_WORD = re.compile(
    r"(?:电话|手机|手鸡|联系方式|号码|tel|phone)[^\d,，。;；\n不]{0,8}?"
    r"(?P<number>\+?\d[\d -]{3,18}\d)"
    r"(?![\d号栋幢楼室单])",
    re.IGNORECASE,
)
# 手机号填错了 points at no phone case.
_PHONES = re.compile(r"手机号码?|电话号?码?|(?<=[的把改换])手机(?=[改换填写打])")
_MISTYPED = re.compile(r"(?<![\dA-Za-z-])1\d{8,12}(?![\d号栋幢楼室])")
# 3单元50213800138000: a mobile number typed onto a door of two to four digits; not 单号, 手机号.
_RUN_ON = re.compile(
    r"(?P<door>(?:[栋幢座楼元层路街巷弄道村-]|(?<![单货款编机话])号)\d{2,4})(?=1[3-9]\d{9}(?!\d))"
)
_BREAK = "\n"
_PIECES = re.compile(r"[,，。;；!！?？\n\t|]+")

_LEAD = re.compile(
    r".*(?:改[成为到寄送]|换[成为到]|[寄送发邮]到|[寄送发]往|改寄|改送|转[寄到]|搬到了?"
    r"|(?:新|收货|收件|详细|我的?)?地址(?:改|换|写|填)?(?:一下)?(?:是|为|成|到)?|新址|所在(?:地区|省市区?)|应该?是|写成|挪到)"
    r"(?:在|了)?[:：\s]*"
)
_NOT = re.compile(
    r"(?:而?不是|不[寄送发]|别[寄送发]|不要[寄送发]?)[^,，。;；!！\n]*?(?=是|[,，。;；!！\n\s]|$)"
)
_OPENING = re.compile(
    r"(?:帮我|麻烦|请|把|就|是|在|到|给我|加上?|后面|前面|漏写|少写了?|改|换|寄|送|发|用|往|去"
    r"|(?:我|我们)(?:单位|公司|家|学校|宿舍)(?:里|这儿?|那儿?)?[吧哈]?)+"
)
_TAIL = re.compile(
    r"(?:去|对|这里|这儿|这边|那边|那里|代收|可以|行|好|能行|谢谢?|多谢|麻烦|拜托|[吧吗嘛呢哈啊呀啦哦了呗]|改一下|就行|急)+$"
)
_PLACE = re.compile(r"[省市区县州盟旗]|北京|上海|天津|重庆|新疆|西藏|内蒙古|广西|宁夏")
_PROVINCES = (
    "北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川"
    "|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_NAME_BEFORE = re.compile(rf"(?P<name>[一-龥]{{2,4}}?)(?={_PROVINCES})")
_GAP = re.compile(
    r"(?<=[省市区县州盟旗镇乡])[,，、/ ]+"
    r"(?=[一-龥]{1,10}?(?:市|区|县|州|盟|旗|镇|乡|街道|路|街|村|大道))"
)
_STREET = re.compile(
    r"(?:[路街道巷弄村镇乡组里]|胡同|大道|小区|花园|家园|大厦|广场|公寓|工业园|科技园|园区|学校|大学|中学|小学|医院|驿站|宿舍|新村)"
)
_DOOR = re.compile(
    r"(?:\d+|[A-Za-z]\d*|[一二三四五六七八九十百]+)(?:-\d+)*\s*(?:号|栋|幢|座|楼|单元|室|组|层|弄|门|支|期|区|库|排)"
)
_DISTRICT_ONLY = re.compile(
    r"[一-龥]{2,}?(?:省|自治区)?[一-龥]{2,}?(?:市|州|盟)[一-龥]{1,}?(?:区|县|市|旗)(?:[一-龥]{2,}(?:镇|乡|街道))?"
)
_ROOM = re.compile(r"[\dA-Za-z]+(?:-[\dA-Za-z]+)*")
_LABELLED = re.compile(
    r"(?:收件人|收货人|收件|收货的?|联系人|签收人|取件人|姓名|名字|(?<![小县])名称?(?=[:：]))"
    r"(?:的)?(?:姓名|名字|名)?(?:帮我|给我|请|就)?"
    r"(?:改|换|写|填|用|变|是|为|成|叫|应该是|对方|我妈的|[:：\s])*"
    r"(?P<name>[一-龥A-Za-z][一-龥A-Za-z·•. ]*)"
)
_NAME_WORD = re.compile(r"收件人|收货人|姓名|名字|全名|真名|[写打填]错.{0,2}姓|签收人|联系人")
_SHOULD_BE = re.compile(
    r"(?:应该?是|正确的?是|改成|改为|换成|写成?|[^不]是)(?P<name>[一-龥A-Za-z·•]{2,15}?)(?=$|[\s,，。;；!！]|不是)"
)
_TAKES = re.compile(
    r"(?:(?:[改换換]|变)(?:成|为|由)?|给|找|由|叫|让|写)?(?P<name>[一-龥A-Za-z·•]{2,12}?)(?:代?签?收|簽收|来收)(?!货|件|到|款|据|藏|费)(?:[了吧啊哈]|就行|$)"
)
_NAME_LEAD = re.compile(r"^(?:帮我|麻烦|请|把|给我|收货信息|都?[改换][成为]?|[是为写叫]|就)+")
_NAME_END = re.compile(
    r"(?:代?签?收|簽收|来收|收货|收件|就行|可以|谢谢|[吧吗哈啊呀啦哦了呗的])+$|\s.*$"
)


def label_in(text: str, entities: Mapping[str, tuple[str, ...]], *, asked: bool) -> dict[str, str]:
    """Those of `PARTS` that a message names.

    Args:
        text: the buyer's.
        entities: of NLU; they decide only where the words leave it open.
        asked: whether the label was asked for, so that a bare name or district is one.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    found: dict[str, str] = {}
    rest = _apart(_ORDER_NO.sub(_BREAK, plain))
    phone = _phone(rest, asked=asked)
    if phone:
        found["phone"] = phone.group(1 if phone.re is _PHONE_WORD else 0).strip()
        # The word before it goes too: 电话 is no name.
        rest = f"{rest[: phone.start()]}{_BREAK}{rest[phone.end() :]}"
    rest = _GAP.sub("", _NOT.sub(_BREAK, rest))
    address, rest = _address(rest, asked=asked)
    name = _recipient(rest, entities, alone=asked and not address, block=bool(address or phone))
    if name:
        found["recipient"] = name
    if address:
        found["address"] = address
    return {part: found[part] for part in PARTS if part in found}


def besides_label(text: str, entities: Mapping[str, tuple[str, ...]] | None = None) -> str:
    """What else a message says: an order may be pointed at there, and not by a street's name."""
    plain = _apart(unicodedata.normalize("NFKC", text[:LONGEST]))
    for number in (_MOBILE, _LANDLINE, _PHONE_WORD, _PHONES):
        plain = number.sub(_BREAK, plain)
    return _address(_GAP.sub("", plain), asked=False)[1].replace(_BREAK, " ").strip()


def _apart(text: str) -> str:
    """With a break between a door and the phone that was typed onto it."""
    return _RUN_ON.sub(rf"\g<door>{_BREAK}", text)


def _phone(text: str, *, asked: bool) -> re.Match[str] | None:
    for pattern in (_MOBILE, _LANDLINE, _PHONE_WORD, _MISTYPED):
        every = list(pattern.finditer(text))
        if every:
            # 旧号13800000000，新号13900000000: the last one is the new one.
            return every[-1]
    return re.search(r"(?<!\d)\d{7,13}(?!\d)", text) if asked and not _DOOR.search(text) else None


def _address(text: str, *, asked: bool) -> tuple[str, str]:
    """The address in one line, and the text without it."""
    kept: list[str] = []
    taken: list[str] = []
    for piece in _PIECES.split(text):
        line, before, after = _line(piece, asked=asked or bool(taken))
        if line:
            taken.append(line)
            kept += [before, after]
        else:
            kept.append(piece)
    joined = ""
    for line in taken:
        apart = " " if joined[-1:].isascii() and line[:1].isascii() and joined else ""
        joined += apart + line
    fits = _STREET.search(joined) or _DOOR.search(joined) or _DISTRICT_ONLY.search(joined)
    if not joined or not fits or len(joined) < 4:
        return "", text
    return joined, _BREAK.join(kept)


def _line(piece: str, *, asked: bool) -> tuple[str, str, str]:
    """The part of a piece that is of an address, with what stands before and after it."""
    words = piece.split(" ")
    marked = [place for place, word in enumerate(words) if _is_address(word, asked=asked)]
    if not marked:
        return "", piece, ""
    first, last = marked[0], marked[-1]
    while last + 1 < len(words) and (
        _ROOM.fullmatch(words[last + 1]) or _DOOR.match(words[last + 1])
    ):
        last += 1
    lead = _LEAD.match(words[first])
    start = lead.end() if lead else 0
    opening = _OPENING.match(words[first][start:])
    start += opening.end() if opening else 0
    named = _NAME_BEFORE.match(words[first][start:])
    if named and is_full_name(named["name"]):
        start += named.end()
    line = " ".join((words[first][start:], *words[first + 1 : last + 1])).strip()
    line, after = _without_name(line)
    line = _TAIL.sub("", line).strip(" :：")
    before = " ".join((*words[:first], words[first][:start]))
    return line, before, f"{after} {' '.join(words[last + 1 :])}".strip()


def _without_name(line: str) -> tuple[str, str]:
    """杭州市某路8号张三收 without 张三收."""
    for pattern in (
        r"(?<=[号室楼栋幢座元\d层村口])\s*(?P<name>(?![号室楼栋幢座层])[一-龥A-Za-z·]{2,6}?)(?:代?签?收)$",
        r"(?<=[号室楼栋幢座元\d层])\s*(?P<name>(?![号室楼栋幢座层])[一-龥]{2,4})$",
        r"(?:收件人|收货人|联系人).*$",
    ):
        found = re.search(pattern, line)
        if found and (
            "name" not in found.groupdict()
            or found.group().endswith("收")
            or is_full_name(found["name"])
        ):
            return line[: found.start()], found.group()
    return line, ""


def _is_address(word: str, *, asked: bool) -> bool:
    lead = _LEAD.match(word)
    body = _TAIL.sub("", word[lead.end() :] if lead else word)
    if _STREET.search(body) and (_DOOR.search(body) or _PLACE.search(body)):
        return True
    if _DISTRICT_ONLY.match(body):
        return True
    if not asked or len(body) < 3:
        return False
    return bool(_DOOR.search(body) or re.search(r"[省市区县镇乡村路街道]$", body))


def _recipient(
    text: str, entities: Mapping[str, tuple[str, ...]], *, alone: bool, block: bool
) -> str | None:
    known = entities.get("person_name", ())
    labelled = [found["name"] for found in _LABELLED.finditer(text)]
    if labelled or _NAME_WORD.search(text):
        labelled += [found["name"] for found in _SHOULD_BE.finditer(text)]
    for said in reversed(labelled):
        name = _trimmed(without_kin(said))
        if name and may_be_called(name):
            return name
    for found in _TAKES.finditer(text):
        name = _trimmed(found["name"])
        if is_full_name(name) or (name in known and may_be_called(name)):
            return name
    if not (block or alone):
        return None
    words = [_trimmed(without_kin(word)) for word in re.split(r"[\s,，。;；、:：]+", text)]
    sure = (word for word in words if is_called(word) or word in known)
    nickname = (word for word in words if alone and word.isalpha() and not word.isascii())
    return next(sure, None) or next(filter(may_be_called, nickname), None)


def _trimmed(said: str) -> str:
    """张三收 and 李女士谢谢 without what is no part of the name."""
    return _NAME_END.sub("", _NAME_LEAD.sub("", said.strip(" :：."))).strip(" :：.")
