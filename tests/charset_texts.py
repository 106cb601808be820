"""Doctor Q&A in five languages: the page in the edoctor layout, and what is to be read from it."""

# Prose in other scripts stands on lines of its own length.
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import dataclass

PAGE = """<!DOCTYPE html>
<html lang="{language}"><head>{meta}<title>{title} - Internal Medicine</title>
<style>p {{ margin: 0 }}</style></head>
<body><nav><a href="/">Home</a></nav>
<h1>{title} - Internal Medicine</h1><p>Share to:</p>
<h2>{ask}</h2><p>{question}</p>
<p>{asker}, 20~29 year old female. Ask Date: 2003/10/20</p>
<h3>Dr. {doctor} reply Internal Medicine</h3><p>{answer}</p><p>Reply Date: 2003/10/21</p>
<h2>More Info</h2><p>{more}</p></body></html>"""


@dataclass(frozen=True)
class Case:
    """One case; ``question``, ``answer`` and ``more`` are one paragraph each."""

    language: str
    title: str
    ask: str
    question: str
    asker: str
    doctor: str
    answer: str
    more: str

    def html(self, meta: str = "") -> str:
        return PAGE.format(meta=meta, **vars(self))

    def short(self, meta: str = "") -> str:
        """A page of one sentence."""
        return f"<html><head>{meta}</head><body><p>{self.question[: self.question.index(' ') + 1]}</p></body></html>"

    @property
    def native(self) -> str:
        return self.question


TRADITIONAL = Case(
    "zh-TW",
    "再生不良性貧血的治療方式",
    "請問再生不良性貧血可以治好嗎？",
    "醫師您好，我今年二十五歲，最近常常覺得頭暈、疲倦，走路也會喘。 上個月到醫院抽血檢查，醫師說我的紅血球、白血球與血小板都偏低，"
    "懷疑是再生不良性貧血，還要做骨髓切片才能確定。想請問這種病會不會遺傳？需要住院多久？平常飲食要注意什麼？謝謝您的回覆。",
    "小莉",
    "曾國森",
    "您好：再生不良性貧血是骨髓無法製造足夠血球的疾病，除了輸血等支持性療法以外，主要有骨髓移植與免疫抑制劑兩種治療。"
    "前者受限於病人的年齡以及是否有合適的捐贈者；後者約有一半的病人會有反應，通常在四個月之內可以看到效果。"
    "建議您盡快到血液科門診詳細檢查，不要自行服用來路不明的藥物。祝您早日康復！",
    "這種疾病並不常見，每一百萬人當中每年大約只有兩到三位新的病人，年輕人與老年人比較容易發生。大部分的病人找不到明確的原因，"
    "少數與藥物、病毒感染或化學物質有關。",
)
SIMPLIFIED = Case(
    "zh-CN",
    "长期失眠应该怎么办",
    "晚上总是睡不着，要不要吃药？",
    "医生您好，我最近三个月晚上总是睡不着觉，躺在床上两三个小时都没有睡意。 第二天上班没有精神，记忆力也越来越差，"
    "有时候还会心慌、出汗。我试过喝牛奶、泡脚，效果都不明显。请问我这种情况需要吃安眠药吗？长期吃会不会上瘾？"
    "家里老人说可以吃中药调理，不知道有没有用，谢谢医生。",
    "王女士",
    "陈建国",
    "你好，失眠的原因很多，常见的有工作压力大、情绪紧张、生活不规律等。建议先从改变生活习惯开始：每天按时起床，"
    "中午不要睡得太久，下午以后不要喝咖啡和浓茶，睡觉前一个小时不要看手机。如果两周以后还没有好转，可以到医院神经内科或者睡眠门诊看一看，"
    "在医生的指导下使用药物，一般不会上瘾，但是不要自己随便加量或者突然停药。",
    "成年人每天需要七到八个小时的睡眠。偶尔一两天睡不好对身体没有太大的影响，不必过分担心，越担心反而越睡不着。",
)
JAPANESE = Case(
    "ja",
    "花粉症の薬と眠気について",
    "眠くならない薬はありますか？",
    "毎年春になると、くしゃみと鼻水が止まらず、目もかゆくなって困っています。 市販の薬を飲むと少し楽になりますが、"
    "昼間にとても眠くなってしまい、仕事に集中できません。車を運転することも多いので心配です。"
    "眠くなりにくい薬や、薬以外の治療法があれば教えていただけないでしょうか。よろしくお願いいたします。",
    "ハナコ",
    "山田太郎",
    "ご質問ありがとうございます。最近は眠気の少ない抗ヒスタミン薬がいくつもありますので、耳鼻咽喉科を受診して相談してみてください。"
    "症状が強い場合には、点鼻薬や点眼薬を組み合わせることもあります。また、花粉の多い日はマスクと眼鏡を使い、"
    "帰宅したらすぐに顔を洗うだけでも症状はかなり軽くなります。どうぞお大事になさってください。",
    "スギ花粉は二月から四月にかけて多く飛びます。症状が出る前から薬を飲み始めると、シーズン中の症状を軽くすることができます。",
)
KOREAN = Case(
    "ko",
    "두통이 자주 생기는 이유",
    "약을 먹어도 두통이 계속됩니다",
    "안녕하세요 선생님, 저는 회사에 다니는 서른 살 여성입니다. 두 달 전부터 오후만 되면 머리가 아프고 속이 메스꺼워서 일을 하기가 힘듭니다. "
    "진통제를 먹으면 잠깐 괜찮아지지만 다음 날 다시 아픕니다. 혹시 큰 병은 아닌지 걱정이 되어서 질문을 드립니다. "
    "어느 병원에 가서 어떤 검사를 받아야 할까요? 답변 부탁드립니다.",
    "민지",
    "김영수",
    "안녕하세요. 말씀하신 증상은 긴장성 두통이나 편두통일 가능성이 높습니다. 진통제를 일주일에 세 번 이상 드시면 오히려 두통이 더 심해질 수 있으니 "
    "주의하셔야 합니다. 잠을 충분히 자고 물을 자주 마시며, 한 시간에 한 번은 자리에서 일어나 목과 어깨를 풀어 주세요. "
    "그래도 나아지지 않으면 신경과에서 진료를 받아 보시기 바랍니다.",
    "두통은 아주 흔한 증상이며 대부분은 위험하지 않습니다. 그러나 갑자기 심한 두통이 생기거나 열이 나고 말이 어눌해지면 바로 응급실로 가야 합니다.",
)
FRENCH = Case(
    "fr",
    "Fièvre élevée après une opération",
    "À partir de quelle température faut-il s’inquiéter ?",
    "Bonjour docteur, j’ai été opérée de l’appendicite il y a dix jours et, depuis hier soir, j’ai de la fièvre : 38,7 °C. "
    "La cicatrice est rouge et légèrement gonflée, mais je n’ai pas très mal. Ma mère m’a conseillé d’attendre, car le médecin"
    " généraliste n’est disponible qu’à la fin de la semaine. Dois-je aller aux urgences dès maintenant ? Merci d’avance pour"
    " votre réponse, ça m’inquiète beaucoup.",
    "Zoé",
    "François Lefèvre",
    "Bonjour, une fièvre supérieure à 38,5 °C après une opération doit être contrôlée rapidement. La rougeur et le gonflement"
    " peuvent être le signe d’une infection de la plaie, qui se traite très bien lorsqu’elle est prise à temps. Appelez le"
    " service où vous avez été opérée : un médecin de garde répondra même la nuit. En attendant, évitez l’effort, buvez"
    " régulièrement et notez votre température matin et soir. Bon rétablissement !",
    "Une légère élévation de la température pendant les deux premiers jours est fréquente et sans gravité. Au-delà, ou si des"
    " frissons apparaissent, il est préférable de consulter.",
)
RUSSIAN = Case(
    "ru",
    "Болит спина после работы",
    "Нужно ли делать снимок позвоночника?",
    "Здравствуйте, доктор! Мне тридцать два года, работаю за компьютером. Последние полгода к вечеру сильно болит поясница,"
    " иногда боль отдаёт в левую ногу. После выходных становится легче, но в понедельник всё начинается сначала. Пробовала мази"
    " и массаж, помогает ненадолго. Скажите, пожалуйста, к какому врачу мне лучше обратиться и какие обследования пройти?"
    " Можно ли заниматься плаванием? Заранее благодарю за ответ.",
    "Мария",
    "Сергей Иванов",
    "Добрый день! Судя по описанию, речь идёт о перегрузке мышц спины, но боль в ноге нужно обязательно показать неврологу."
    " Врач осмотрит вас и решит, требуется ли томография. Плавать можно и даже полезно, если движения не вызывают боли."
    " Каждый час вставайте из-за стола и делайте простую разминку. Если появится онемение или слабость в ноге, обращайтесь"
    " за помощью немедленно. Будьте здоровы!",
    "Боль в пояснице хотя бы раз в жизни испытывает большинство людей. В девяти случаях из десяти она проходит сама в течение"
    " нескольких недель и не требует операции.",
)

# Python's name of the encoding, the label that pages declare for it, a text that it can write.
ENCODINGS: tuple[tuple[str, str, Case], ...] = (
    ("utf-8", "utf-8", TRADITIONAL),
    ("utf-8", "utf-8", FRENCH),
    ("utf-8", "utf-8", RUSSIAN),
    ("big5", "big5", TRADITIONAL),
    ("big5hkscs", "big5-hkscs", TRADITIONAL),
    ("gbk", "gbk", SIMPLIFIED),
    ("gb2312", "gb2312", SIMPLIFIED),
    ("gb18030", "gb18030", SIMPLIFIED),
    ("gb18030", "gb18030", TRADITIONAL),
    ("shift_jis", "shift_jis", JAPANESE),
    ("euc_jp", "euc-jp", JAPANESE),
    ("iso2022_jp", "iso-2022-jp", JAPANESE),
    ("euc_kr", "euc-kr", KOREAN),
    ("cp1252", "windows-1252", FRENCH),
    ("cp1252", "iso-8859-1", FRENCH),
    ("koi8-r", "koi8-r", RUSSIAN),
    ("cp1251", "windows-1251", RUSSIAN),
)
