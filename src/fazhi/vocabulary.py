"""The word lists that the specification names, as data: for the linter, the rule counts and the rule baseline.

The lists of rules 4 and 5 are examples, not definitions: a word from them never decides a label.
"""

import re


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(word for line in lines for word in line.split())


# Rule 4: verbs of action.
MEASURE_VERBS = _words(
    "印发 制定 建立 开展 组织 举办 推进 推动 推行 加强 强化 深化 完善 健全 规范 优化 落实 审查 办理 受理",
    "收到 审结 查处 化解 评查 清理 公开 发布 培训 学习 配合 接受 坚持",
)
# Rule 5: verbs of effect.
EFFECT_VERBS = _words(
    "提升 提高 增强 降低 减少 缓解 解决 实现 达到 做到 确保 保障 保证 维护 促进 助力 避免 防止 形成 取得",
    "荣获 获评 获得 入选 被评为 被列为 位列 排名 放大 好转 保持",
)
# Rule 6: words that open a frame.
FRAME_WORDS = _words("以 按照 根据 围绕 针对 结合 依托 在 今年以来 为 为了 通过 随着 对 聚焦 立足 从 本着 旨在")
# Rule 7: words by which a shortcoming is usually known.
SHORTCOMING_SIGNS = _words(
    "不足 不够 不高 薄弱 匮乏 滞后 有待 需要加强 需加强 差距 仍然 突出 短板 弱项 问题 欠缺 缺乏 不强 不到位",
    "不平衡 不充分 不完善 不健全 不规范 不及时 不深 不全 不严 不实 不均 较低 偏低 亟待 亟需 尚未 困难",
)
# Rule 13, a closed list: indicator names are metrics also where no number stands beside them.
INDICATOR_ENDINGS = _words("率 比例 满意度 排名 次数 人数 金额")
# Rule 12: verbs that govern a metric and begin none, whatever the noun; 办理, 调解 or 抽查 may (调解案件).
GOVERNING_VERBS = _words(
    "开展 收到 举办 召开 举行 提出 取消 公布 制定 拟定 修订 出台 废止 审结 发现 发出 聘请 选聘 聘用 设立 设置 发布",
    "收缴 追回 挽回 接待 建成 清退 组建 听取 约谈 查出 收集 征集 制作 收回 制发 走访 列席 配发 下发 印发 印制 编印",
    "编写 汇编 节约 节省 下达 提交 邀请 投入 核减 退还 交办 购置 接听 讲授 引进 悬挂 张贴 摆放 代书 代写 惠及 出动",
    "查获 取缔",
)
# Adverbs that may stand before a verb without changing anything (rule 5).
ADVERBS = _words(
    "有效 切实 全面 不断 进一步 持续 积极 大力 深入 扎实 着力 充分 严格 认真 及时 依法 稳步 有力 显著 明显",
    "逐步 基本 统筹 努力 继续 始终 坚决 全力 主动 牢固 率先 初步 顺利",
)

_ADVERB = f"(?:{'|'.join(ADVERBS)})*"
STARTS_WITH_MEASURE_VERB = re.compile(f"^{_ADVERB}(?:{'|'.join(MEASURE_VERBS)})")
STARTS_WITH_EFFECT_VERB = re.compile(f"^{_ADVERB}(?:{'|'.join(EFFECT_VERBS)})")
STARTS_WITH_FRAME_WORD = re.compile(f"^(?:{'|'.join(FRAME_WORDS)})")
SHORTCOMING_SIGN = re.compile("|".join(SHORTCOMING_SIGNS))
# 执法效率 ends like an indicator and is none.
ENDS_LIKE_INDICATOR = re.compile(f"(?:{'|'.join(INDICATOR_ENDINGS)})(?<!效率)$")
# Words by which a heading tells that what follows lies ahead. 突出工作重点 tells of what was done.
PLAN_HEADING = re.compile(
    "计划|打算|安排|思路|下一步|下步|下一?年度?|下阶段|展望|来年|今后|明年|新的一年|努力方向"
    "|(?<!突出)(?<!聚焦)(?<!围绕)(?<!紧扣)(?<!把握)工作重点|工作目标"
)
SHORTCOMING_HEADING = re.compile("不足|问题|短板|困难|差距|薄弱")
