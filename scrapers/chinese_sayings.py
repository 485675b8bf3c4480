"""Who says a Chinese quotation: "X说", "X表示：", "据X介绍", "她说" and whom that can mean.

Chinese sets no space and no capital, so a name is read where its place shows it: before a verb of
saying, after a profession, with an age or a courtesy, with the dot of a foreign name. Names start
with one of the common family names; two characters count only after a profession.
"""

import re

from scrapers.names import MASK, MASK_END
from scrapers.sayings import UNNAMED, Saying

HAN = r"[\u4e00-\u9fff]"
_FAMILIES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤"
    "骆关冼甄阮岑文温尤司柯殷翁施倪柴祝樊颜庄章鲁葛聂齐"
    "張劉陳楊黃趙吳孫馬羅鄭許韓馮鄧蔣葉蘇呂盧鐘譚陸范賈韋鄒龍賀顧龔邵萬錢嚴湯駱關顏莊魯聶齊"
)
_DOUBLE = "欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|司徒|东方|夏侯|皇甫|尉迟|公孙|慕容|令狐"
# What starts like a family name and is none, and what no given name ends in.
_NOT_NAMES = re.compile(
    r"^(?:方面|白宫|白宮|高通|高盛|高层|高科|安全|金融|金额|金价|程序|任何|何时|何人|江苏|江西|江浙|石油|马上|马来|"
    r"文章|文件|文化|文中|温度|龙头|关于|關於|关键|关税|毛利|严格|严重|向来|万科|万达|武汉|武器|成本|方案|方式|时间|于是|"
    r"陆续|章程|施工|雷军方|史上|余额|夏季|庄园|齐声|曾经|周末|周一|周二|周三|周四|周五|周六|周日|许多|任务|贺信)"
    r"|[他她我你它这那们]|(?:官|书|书记|体|界|师|部|局|院|会|會|社|台|报|報|网|網|行|司|团|團|厅|廳|署|委|所|校|店|方|面|者|员|們|们|人|士|商|厂|级|层|中|后|前|时|也|都|还|曾|则|便|就|并|又|再|的|地|得|是|在|和|与|对|将|已|称|说|表)$"
)
_ROLE = (
    "教授|研究员|研究員|分析师|分析師|策略师|老师|老師|教师|教師|医生|醫生|护士长|护士|记者|工程师|工程師|"
    "创始人|創辦人|创办人|董事长|总裁|總裁|执行官|總經理|总经理|发言人|發言人|主任|部长|总理|总统|总统|老板|"
    "律师|学者|专家|議員|议员|工作者|裁缝|茶农|主席|院长|院士|校长|会长|局长|司长|经理|博士|院長|主编|作者|"
    "CEO|创始合伙人|合伙人|设计师|程序员|开发者|员工|市民|居民|村民|学生|作家|导演|店主|负责人|顾问"
)
_NAME = rf"(?:(?:{_DOUBLE}){HAN}{{1,2}}|[{_FAMILIES}]{HAN}{{1,2}})"
_LONG = rf"(?:(?:{_DOUBLE}){HAN}{{1,2}}|[{_FAMILIES}]{HAN}{{2}})"
_FOREIGN = rf"{HAN}{{1,6}}(?:[·‧•]{HAN}{{1,6}}){{1,3}}"
_COURTESY = (
    rf"(?:[{_FAMILIES}](?:婆婆|太太|太|伯|叔|姨|奶奶|爷爷|大爷|大妈|大姐|先生|女士|小姐|老师|教授|医生|博士|主任)"
    rf"|[阿老小][{_FAMILIES}芷](?!师|板|家|人|是|的))"
)
_VERB = (
    r"(?:说道|说|說|表示|指出|认为|認為|强调|強調|告诉|告訴|写道|寫道|坦言|回应|回應|透露|介绍|介紹|提到|补充|补充道|"
    r"直言|解释|解釋|称|稱|呼吁|呼籲|担心|擔心|看来|感叹|回忆|问道|问|問|答|反问|警告|提醒|建议|笑称|总结)"
)
_BEFORE_VERB = re.compile(
    rf"(?P<name>{_FOREIGN}|(?:{_DOUBLE}){HAN}{{1,2}}|{_COURTESY}|[{_FAMILIES}]{HAN}{{1,2}})"
    rf"(?:(?:也|还|曾|则|在|对|對|向|就|于|日前|近日|今天|昨日|随后|接受)[^，。；！？：]{{0,24}}?)?{_VERB}"
)
_SHOWN = re.compile(
    rf"(?:{_ROLE})(?P<a>{_FOREIGN}|{_LONG}|[{_FAMILIES}]{HAN})(?={_VERB}|[，、。（(的在是对對就也还曾于担属])"
    rf"|(?:^|[，。；！？、的\s])(?P<b>{_LONG})(?=今年|现年|，\d|，[一二三四五六七八九十]+岁|（\d)"
    rf"|(?P<c>{_COURTESY})|(?P<d>{_FOREIGN})|(?P<e>{_LONG})(?={_VERB})"
)
_PRONOUN = re.compile(
    rf"(?:^|[，。；！？、\s{MASK_END}])在?(?P<pronoun>他们|她们|他|她)[^，。；！？：]{{0,10}}?{_VERB}"
)
_CLAUSES = re.compile(r"[。！？；\n]")
_SAYS = re.compile(_VERB)
_TERM = re.compile(
    r"(?:改成|改为|改名|名为|取名|叫做|叫作|题为|所谓|称为|稱為|称作|誉为|视为|解释成|理解成|当成|写成|做成|一面|一套|一句|"
    r"成为|作为|属于)(?:了)?$"
)


def saying(before: str, words: str, after: str) -> Saying | None:
    """Who says `words`, by the masked paragraph before and after them; None where it is silent."""
    clause = re.split(r"[，。；！？：]", after.lstrip("，, "), maxsplit=1)[0]
    if re.search(rf"{_VERB}(?:道|的)?$", clause) and MASK not in clause:
        return _speaker(clause)
    sentence = _CLAUSES.split(before.rstrip("：:，, "))[-1]
    ends = sentence.rfind(MASK_END)
    sentence = sentence[ends + 1 :]
    if _SAYS.search(sentence) and re.search(r"[：:，,]\s*$|" + _VERB + r"(?:道)?$", before):
        return _speaker(sentence)
    if words[-1:] in "。！？" and not sentence.strip(MASK):
        return _said_before(before)
    return None


def introduced(words: str, before: str, after: str) -> bool:
    """Whether a phrase in marks is speech and no term: it is a sentence, or is said by a verb."""
    if _TERM.search(before[-8:]):
        return False
    if re.search(r"[，。！？；]", words):
        return True
    return bool(
        re.search(rf"{_VERB}(?:道|{HAN})?[：:，,]?$", before[-8:]) or saying("", words, after)
    )


def named(text: str) -> list[str]:
    """The persons whom a text names, each once, in its order; foreign names whole."""
    found: list[str] = []
    for match in _SHOWN.finditer(text):
        name = next(group for group in match.groups() if group)
        if _is_name(name) and name not in found:
            found.append(name)
    return found


def _is_name(name: str) -> bool:
    return not _NOT_NAMES.search(name) or bool(re.fullmatch(_COURTESY, name))


def _speaker(clause: str) -> Saying:
    if match := _PRONOUN.search(clause):
        plural = len(match["pronoun"]) > 1
        return UNNAMED if plural else Saying(pronoun=match["pronoun"])
    names = [match["name"] for match in _BEFORE_VERB.finditer(clause)]
    names = [name for name in names if _is_name(name)] or named(clause)
    return Saying(name=names[-1]) if len(set(names)) == 1 else UNNAMED


def _said_before(before: str) -> Saying | None:
    """A whole sentence quoted after one in which somebody says something: "X认为，…。“…”"."""
    sentences = [s for s in _CLAUSES.split(before.replace(MASK_END, "。")) if s.strip(MASK)]
    if not sentences:
        return None
    clause = re.split(r"[，：]", sentences[-1], maxsplit=1)[0]
    return _speaker(clause) if re.search(rf"{_VERB}$", clause) else None
