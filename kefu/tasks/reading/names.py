"""Whether a word is what a parcel's recipient may be called: a full name, 小陈, 李女士, 阿May."""

from __future__ import annotations

import re

# 《百家姓》 as far as people still bear the names, with the common ones that it lacks.
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤"
    "滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜"
    "郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程邢裴陆荣翁荀甄曲家封储靳邴松井段富巫乌焦巴牧山谷"
    "车侯全班仰秋仲伊宫宁仇栾甘厉祖武符刘景詹束龙叶幸司黎薄印白怀蒲从鄂索咸籍赖卓蔺屠蒙池乔阴闻党翟谭贡劳姬申扶堵冉宰郦雍桑桂濮牛寿通边扈燕冀尚农"
    "温别庄晏柴瞿阎连习艾鱼容向古易慎戈廖庾终居衡步都耿满弘匡国文寇广禄欧沃利蔚越隆师巩聂晁勾敖融冷辛阚那简饶曾沙养鞠丰关查后荆红游竺权盖益桓公"
    "肖付涂佟佘迟鹿么覃岳海初仝代闫岩植邝麦苟原楚晋帅缑亢况有商牟展买哈晓闻檀於仉督"
)
_DOUBLE_SURNAMES = (
    "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|长孙|宇文|司徒"
    "|令狐|端木|百里|呼延|南宫|夏侯|澹台|独孤|闻人|完颜|赫连"
)
_FULL = re.compile(rf"(?:(?:{_DOUBLE_SURNAMES})[一-龥]{{1,2}}|[{_SURNAMES}][一-龥]{{1,2}})")
_TITLE = r"先生|女士|小姐|老师|师傅|阿姨|叔叔|大姐|大哥|经理|医生|同学|姐|哥|叔|姨|总|工"
_CALLED = re.compile(
    rf"[小老阿大][一-龥]{{1,2}}|[小老阿][A-Za-z]{{2,15}}"
    rf"|(?:{_DOUBLE_SURNAMES}|[一-龥])[一-龥]?(?:{_TITLE})"
)
_WITH_DOT = re.compile(r"[一-龥]{1,15}(?:[·•.][一-龥]{1,15}){1,3}")
_LATIN = re.compile(r"[A-Za-z]{2,15}(?: [A-Za-z]{1,15}){0,3}")
_KIN = re.compile(
    r"(?:我|咱|俺|他|她)的?(?:老[公婆爸妈]|爱人|对象|儿子|女儿|闺女|姑娘|[爸妈爹娘姐哥弟妹]+|男友|女友|"
    r"男朋友|女朋友|朋友|室友|舍友|同事|婆婆|媳妇)的?"
)
# Letters that sentences have and names have not, and words that begin like a name.
_NEVER = re.compile(
    r"[改换換寄送收退买拍吗呢吧啊哦嗯哈您你我他她它这那哪什怎不没别第个把被让给的了着姓错谢]"
    r"|[省市区县州镇乡村路街巷]$|地址|电话|手机|名字|确认|快递|门口|新家|老家|公司|学校|单位|宿舍|一下|一个|一点|一样"
    r"|^(?:明[天儿]|后天|周[一二三四五六日天末]|马上|方便|安全|高兴|时间|何时|应该|常用|全部|单独|单元|东门|家里|古城|农村"
    r"|白天|晚上|都行|都好|就行|加急|急用|云南|江苏|江西|安徽|宁夏|吉林|广东|广西|山东|山西|贵阳|海南|海口|苏州|温州|常州|金华|南京|成都|黄山"
    r"|麻烦|常规|平时|平信|全要|连续|连夜|都要|都改|和原|何况|解放|终于|从前|向来|别人|党员|安排|成功)"
)
_IN_SENTENCES = re.compile(r"[想要有是行好可对就都还也和到从在再先写填发货单号码错办查等看]")


def is_full_name(word: str) -> bool:
    """A surname and one or two characters, none of which only sentences have: 张三, 欧阳静."""
    if _WITH_DOT.fullmatch(word):
        return True
    return _FULL.fullmatch(word) is not None and not _NEVER.search(word)


def is_called(word: str) -> bool:
    """A full name, or 小陈, 李女士."""
    return is_full_name(word) or (_CALLED.fullmatch(word) is not None and not _NEVER.search(word))


def may_be_called(word: str) -> bool:
    """The same, and 大熊 or Anna Li: for where a name was asked for."""
    if is_called(word) or _LATIN.fullmatch(word):
        return True
    chinese = re.fullmatch(r"[一-龥]{2,4}", word) is not None
    return chinese and not _NEVER.search(word) and not _IN_SENTENCES.search(word)


def without_kin(words: str) -> str:
    """`我老公 赵国强` without 我老公, who has no name for a courier."""
    return _KIN.sub("", words).strip()
