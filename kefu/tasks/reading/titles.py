"""The title, tax number and mailbox of an invoice in a message: 抬头某某公司，税号9133….

Says what the buyer means; `kefu.orders.quoting.invoices` refuses what will not do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from kefu.tasks.reading.names import may_be_called

LONGEST = 600  # letters; a title of 100, a number and a mailbox leave room for words
PERSONAL = "个人"

_ORDER_NO = re.compile(r"(?<![0-9A-Z])20\d{2}(?:[ -]?\d{4}){3}(?![0-9A-Z])")
_EMAIL = re.compile(r"[A-Za-z0-9_.+\-]+@[A-Za-z0-9\-.]*[A-Za-z0-9]")
_MAIL_WORD = re.compile(
    r"(?:电子)?(?:邮箱|邮件|信箱)(?:地址)?(?:是|为|改成|填|写|发|[:：\s])*(?P<email>[A-Za-z0-9_.+@\-]{3,64})"
)
_NUMBER_WORD = re.compile(
    r"(?:纳税人)?(?:识别号|税号|税务登记号|信用代码|统一代码)码?(?:是|为|改成|填|写|发你|[:：\s,，])*"
    r"(?P<number>[0-9A-Z](?:[ \-]?[0-9A-Z]){3,29})",
    re.IGNORECASE,
)
# GB 32100-2015 has 18 characters, older numbers 15, those of persons 20.
_NUMBER = re.compile(
    r"(?<![0-9A-Z@.])(?=[0-9]*[A-Z]|9[1-3])"
    r"(?P<number>[0-9A-Z]{15,20}|[0-9A-Z]{4}(?:[ \-][0-9A-Z]{4}){3}[ \-][0-9A-Z]{2})(?![0-9A-Z@])",
    re.IGNORECASE,
)
_OTHER_NUMBERS = re.compile(r"(?:账号|帐号|卡号|电话|手机)[号码:：是\s]*[\d\- ]{6,30}")
_STOP = r"[^,，。;；!！?？\n]"
_TITLE_WORD = re.compile(
    r"(?:(?:发票)?抬头|(?:公司|单位|企业)?(?:名称|全称|名字|名)|开给|开到|我们?(?:公司|单位)(?:是|叫)?|公司(?:是|叫)|单位(?:是|叫))"
    rf"(?:要|写|开|填|改|换|用|是|为|成|叫|就|给|[:：\s])*(?P<title>{_STOP}{{2,}})"
)
_COMPANY = re.compile(
    r"[\w()&·\-]{2,60}?(?:有限责任公司|股份有限公司|有限公司|分公司|公司|集团|合作社|事务所|工作室|研究院|研究所|委员会|协会|基金会|俱乐部"
    r"|幼儿园|小学|中学|大学|学院|学校|医院|卫生院|诊所|门诊部|银行|养老院|文化馆|图书馆|村委会|居委会|经营部|服务部|项目部|旅行社|商行|超市"
    r"|[厂店行部馆社局中心]中?心?)(?:[\w()]{0,8}?(?:分公司|分店|分部))?(?=$|[\s,，。;；!！]|的|税|普|专|纳|统|邮|发|开|谢|要|在|这)"
)
_LEAD = re.compile(
    r"^(?:(?:帮我|给我|麻烦|请|我要|我想|需要|想|要|把|那就|就)*(?:开|补|换|改)?(?:一?[张个])?(?:电子)?(?:普通|公司|单位|企业|增值税)?(?:的)?(?:发票|普票|票)?"
    r"(?:抬头|名称)?(?:开|写|改|换)?(?:给|到|为|是|的|(?<=[开写改换])成)*"
    r"(?:我们?(?:公司|单位|合作社|学校|医院)?(?:是|叫)?|(?:公司|单位)?(?:全称|名称|是|叫)"
    r"|(?<=公司)名|(?<=单位)名|[:：\s])*)"
)
_PERSONAL = re.compile(
    r"(?:个人|私人)(?:的|名义|发票|抬头|就行|就好|即可|名字|姓名|普票|[:：,，\s是写开为叫])*(?P<name>[一-龥·]{2,8})?"
)
_NOT_PERSONAL = re.compile(r"[别不].{0,4}个人")
_NO_PERSON = re.compile(
    r"发票|抬头|邮箱|电子|普票|可以|谢谢|就行|不用|公司|单位|税号|麻烦|订单|[吗吧呢的了开写要发]|个人"
)
_TAIL = re.compile(r"(?:的票|的发票|就行|就好|可以吗|可以|谢谢|[吧哈啊呀哦了的])+$")


def title_in(text: str, entities: Mapping[str, tuple[str, ...]], *, asked: bool) -> dict[str, str]:
    """`title`, `tax_number`, `email`, as far as a message names them.

    Args:
        text: the buyer's.
        entities: of NLU; a company that it finds decides where the words leave it open.
        asked: whether these were asked for, so that a bare name is a title.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    found: dict[str, str] = {}
    mail = _EMAIL.search(plain) or _MAIL_WORD.search(plain)
    if mail:
        found["email"] = mail.group("email" if mail.re is _MAIL_WORD else 0)
        plain = plain.replace(mail.group(), "\n")
    number = _NUMBER_WORD.search(plain)
    plain = plain if number else _OTHER_NUMBERS.sub("\n", _ORDER_NO.sub("\n", plain))
    number = number or _NUMBER.search(plain)
    if number:
        found["tax_number"] = re.sub(r"[ \-]", "", number["number"]).upper()
        plain = f"{plain[: number.start()]}\n{plain[number.end() :]}"
    title = _title(plain, entities, asked=asked)
    return {"title": title, **found} if title else found


def besides_title(text: str) -> str:
    """What else a message says: an order may be pointed at there, and not by a tea company."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    for pattern in (_EMAIL, _NUMBER_WORD):
        plain = pattern.sub("\n", plain)
    if not _ORDER_NO.search(plain):
        plain = _NUMBER.sub("\n", plain)
    return _COMPANY.sub("\n", _TITLE_WORD.sub("\n", plain)).replace("\n", " ").strip()


def _title(text: str, entities: Mapping[str, tuple[str, ...]], *, asked: bool) -> str | None:
    personal = _PERSONAL.search(text)
    company = _company(text, entities)
    if company and not (personal and not _NOT_PERSONAL.search(text)):
        return company
    if personal and not _NOT_PERSONAL.search(text):
        name = personal["name"] or next(iter(entities.get("person_name", ())), None)
        name = name or _before(text, personal.start())
        return name if name and not _NO_PERSON.search(name) else PERSONAL
    labelled = _TITLE_WORD.search(text)
    if labelled:
        title = _TAIL.sub("", labelled["title"].strip(" :：")).strip()
        if len(title) >= 2 and not re.search(r"怎么|什么|哪|发你|发给|税号|[写开填]错", title):
            return title.split("\n")[0].strip()
    if asked:
        words = [word for word in re.split(r"[\s,，。;；!！]+", text) if word]
        names = (word for word in words if may_be_called(word) and not word.isascii())
        return next((name for name in names if not _NO_PERSON.search(name)), None)
    return None


def _company(text: str, entities: Mapping[str, tuple[str, ...]]) -> str | None:
    known = [one for one in entities.get("company", ()) if one in text and len(one) >= 4]
    for found in _COMPANY.finditer(text):
        name = _LEAD.sub("", found.group())
        if len(name) >= 4 and not re.fullmatch(r"(?:我们?|你们?|公司|单位|学校|医院)+", name):
            longer = [one for one in known if name in one]
            return longer[0] if longer else name
    return known[0] if known else None


def _before(text: str, place: int) -> str | None:
    """张三，个人: the name before it."""
    words = re.split(r"[\s,，。;；:：]+", text[:place].strip(" ,，。;；:："))
    last = words[-1] if words else ""
    return last if re.fullmatch(r"[一-龥·]{2,4}", last) and not _NO_PERSON.search(last) else None
