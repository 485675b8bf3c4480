"""Tables for invented Chinese articles (see standin.prose). People and figures are made up."""

SPACE = ""
THEMES = ("market", "science", "rules", "work")
OTHER_THEMES = ("weather", "council")
FIXED = "sector move fall result duty job room sky event works model".split()
AUTHORS = "林晓舟 周雨桐 陈望川 何知微 沈若溪 吴平野 许听澜 郑嘉木".split()

GRAMMAR: dict[str, tuple[str, ...]] = {
    name: tuple(lines.split("|"))
    for name, lines in {
        "last": "赵|钱|孙|李|冯|蒋|韩|秦|吕|施|严|金|魏|陶|姜|谢|邹|苏|潘|葛",
        "first": "明远|思齐|若兰|子衿|云帆|书瑶|景行|安然|怀瑾|知夏|文涛|静姝|一鸣|清扬|以宁|向晚",
        "person": "{last}{first}",
        "city": "上海|深圳|成都|武汉|西安|南京|苏州|广州|青岛|厦门|合肥|长沙|重庆|杭州",
        "firm": "海棠研究院|青石资本|望江咨询|北辰证券|松间实验室|云梯科技|长亭基金|晨星事务所",
        "role": "{firm}分析师|{firm}负责人|长期研究{field}的学者|{city}一家企业的工程师|{firm}顾问",
        "field": "芯片产业|公共政策|机器学习|数据安全|教育技术|能源|国际贸易|云计算",
        "when": "本周|上周末|星期一|星期三|星期五|日前|近两周来|[#2-9]天前",
        "users": "医院|中小学|银行|小微企业|律师事务所|出版社|物流公司|图书馆|地方政务大厅|"
        "游戏公司",
        "name": "深度求索|DeepSeek|深度求索（DeepSeek）|深度求索公司",
        "model": "推理模型|最新版本|开放权重|手机应用|技术报告|免费服务|编程接口|小型模型",
        "topic": "{name}对{issue}没有作更多说明。|{role}{person}认为，{name}的长处在于{virtue}。|"
        "{city}有[#3-80]家{users}{when}试用了{name}，{found}。|谈到{name}能否{could}，"
        "{person}说{doubt}。|{name}公布的{model}数据经{firm}核对，{found}。|在{city}，"
        "{users}用{name}来{use}，{found}。",
        "issue": "数据存放的地点|训练所用的芯片|明年的计划|服务中断的原因|投资方的情况|"
        "海外用户的投诉",
        "virtue": "价格低廉|公开权重|团队年轻|用很少的算力完成训练|推理过程看得见|工程上的细致",
        "found": "多数人表示满意|约[#20-70]%的回答需要修改|节省的费用超过预期|意见并不一致|"
        "差距比想象的小|[#2-9]成用户愿意继续使用",
        "could": "保持领先|实现盈利|满足审计要求|走向海外|继续开放|训练出下一代模型",
        "doubt": "现在下结论还太早|机会大于一半|要由客户来决定|历史经验帮助不大|这个问题本身问错了",
        "use": "整理来信|起草会议纪要|检查代码|批改作业|回答咨询|阅读合同|规划路线|翻译手册",
        "quote": "“{claim}。”{role}{person}说。|{person}表示：“{claim}。”|也有人持不同看法，"
        "{role}{person}指出：“{claim}。”",
        "claim": "{thing}以前也见过，花了[#2-9]年才理顺|与其谈{thing}，不如先看{thing2}|"
        "{users}要的是{thing}，不是口号|我不会低估{thing}|谁掌握了{thing2}，谁就有主动权|"
        "真正的考验是{thing2}",
        "thing": "便宜的算力|价格战|开放权重|芯片短缺|宽松的规则|免费的建议|小团队的耐心|电价",
        "thing2": "信任|师资|数据归谁保管|采购流程|适用哪里的法律|旧习惯|老实的算术|竞争",
        "back": "{city}{when}征求了[#12-90]家{users}的意见。|{firm}估计，"
        "每年的费用在[#2-90]亿元左右。|一项对[#200-1900]家{users}的调查显示，[#31-78]%表示支持。|"
        "这项工作[#2-11]年前在{city}开始。|{firm}没有回应记者的提问。|"
        "{person}主持的另一份报告即将公布。",
        "view": "我对{thing}的看法已经改变。|应当承认，{thing2}比{thing}更重要。|"
        "把这归功于{thing}，未免简单。",
        "end": "{name}预计将公布更多关于{model}的内容。|{name}能否{could}，还要看{users}的选择。|"
        "下一步，{name}将在{city}接受检验。",
        "end_other": "下一次会议将在{city}举行。|更多情况有待公布。|{person}将在下月作出说明。",
        "market_title": "深度求索{move}，{city}{sector}股价{fall}|"
        "{sector}怎样面对DeepSeek的{move}|深度求索{move}引发{sector}价格战",
        "market_title_quiet": "{city}{sector}股价{fall}，投资者重新算账|"
        "一次{move}让{sector}措手不及",
        "market_lead": "深度求索{when}{move}之后，{city}的投资者抛售{sector}股票，"
        "股价{fall}[#2-19]%。|受DeepSeek{move}影响，{sector}{when}在{city}{fall}，"
        "市场对后市看法不一。",
        "market_news": "{sector}{when}{fall}[#2-17]%，为[#2009-2022]年以来最大波动。|"
        "{firm}把对{sector}的预测下调了[#3-20]%。|到中午，{city}市场成交[#20-380]亿元。|"
        "来自{users}的订单去年占{sector}销售额的[#11-60]%。|有[#3-30]只基金减持了{sector}。|"
        "{person}写道，{sector}的高利润率难以维持。",
        "sector": "芯片企业|数据中心|软件公司|云服务商|电力公司|服务器厂商",
        "move": "降价|发布新模型|公开技术报告|开放许可|突然更新",
        "fall": "下跌|回落|走低|震荡|跳水",
        "science_title": "深度求索的{result}是怎样做成的|{city}团队重复DeepSeek的{result}|"
        "年轻人与{result}：深度求索的做法",
        "science_title_quiet": "{city}实验室在旧设备上重复{result}|关于{result}的一篇论文",
        "science_lead": "{city}的研究人员用[#8-64]块旧芯片重复了深度求索报告的{result}。|"
        "深度求索公开{result}之后，{city}的一个小组用[#2-9]周时间弄清了其中哪一部分是新的。",
        "science_news": "训练用了[#20-70]天，其中[#3-9]天因停电中断。|"
        "{result}早在[#1991-2019]年就有人提出，当时没有条件尝试。|"
        "{person}在{city}的[#8-48]台机器上得到了同样的{result}。|论文作者共[#20-140]人，"
        "平均年龄[#24-31]岁。|{city}的学生入学第一学期就从{result}学起。|误差[#1-9]个百分点，"
        "来自一个标错的测试。",
        "result": "长推理链|内存节省|低精度训练|稀疏网络|蒸馏小模型|奖励方法",
        "rules_title": "{city}就{duty}询问深度求索|DeepSeek之后，{city}重新考虑{duty}|"
        "{duty}：深度求索面前的考题",
        "rules_title_quiet": "{city}起草聊天机器人{duty}规定|{duty}要不要先立规矩",
        "rules_lead": "{city}有关部门{when}就{duty}向深度求索提出[#3-30]个问题，要求限期答复。|"
        "{city}{when}起草的{duty}规定，将适用于DeepSeek和所有公开模型的同行。",
        "rules_news": "草案长[#19-160]页，[#3-40]次提到{duty}。|"
        "{users}就{duty}提交了[#40-900]条意见。|关于{duty}的听证会定在{city}举行。|{firm}说，"
        "{duty}每月要花{users}[#2-40]个小时。|{person}建议对{duty}先作试点。|"
        "法院上一次就{duty}作出判决是在[#1998-2023]年。",
        "duty": "隐私告知|年龄核验|训练数据版权|跨境数据|生成内容标识|错误回答的责任",
        "work_title": "{city}{job}怎样使用深度求索|DeepSeek走进{room}|深度求索替{job}省了多少时间",
        "work_title_quiet": "{city}{job}与机器相处的一个学期|{room}里的新同事",
        "work_lead": "对{city}的{job}来说，深度求索在[#3-20]周里从新鲜事变成了同事。|一项研究说，"
        "DeepSeek每周为{city}的{job}节省[#2-9]个小时，也带来新的烦恼。",
        "work_news": "{firm}的{job}交出了[#3-30]项工作，又收回[#1-9]项。|"
        "{person}在[#2-8]次课上培训了[#30-800]名{job}。|差错减少了[#5-40]%，后来又慢慢回升。|"
        "在{city}的一个{room}里，旧表格还留在抽屉里。|试点每月花费{users}[#3-90]万元。|"
        "有的{job}承认已经不再细读自己签字的文件。",
        "job": "教师|护士|会计|程序员|编辑|律师助理|调度员|药剂师",
        "room": "教室|病房|编辑部|后台办公室|实验室|阅览室",
        "weather_title": "{city}{sky}，{event}推迟|{sky}过后的{city}|"
        "{city}迎来[#3-40]年一遇的{sky}",
        "weather_lead": "{city}{when}出现{sky}，[#200-9000]户居民停电，{event}推迟举行。|"
        "{when}的{sky}让{city}降雨[#11-90]毫米。",
        "weather_news": "{city}附近水位上涨[#2-30]厘米。|开往{city}的列车晚点[#10-90]分钟。|"
        "保险公司预计收到[#40-700]起报案。|{person}说，这样的{sky}[#5-40]年一遇。|"
        "附近的农民倒是欢迎这场雨。|中午以前，工作人员清理了[#20-300]处积水。",
        "sky": "冰雹|大雾|雷雨|大风|倒春寒|高温",
        "event": "花展|集市|校运会|马拉松|书市|龙舟赛",
        "council_title": "{city}{works}再次推迟|谁来为{city}的{works}付钱|{city}{works}有了日期",
        "council_lead": "{city}{when}决定推迟{works}，理由是预算不足。|等了[#2-14]年，"
        "{city}的{works}终于有了日期，{person}{when}宣布。",
        "council_news": "{works}要花[#2-80]亿元，是最初估算的两倍。|"
        "附近居民收集了[#200-9000]个签名。|{person}要求在月底前拿出新方案。|"
        "{when}发现了一张[#1890-1960]年的{city}地图。|{firm}免费画了图纸。|"
        "[#12-90]家店铺希望改建停车场。",
        "works": "人行桥|游泳馆|有轨电车线|图书馆|海堤|公交站棚",
    }.items()
}
