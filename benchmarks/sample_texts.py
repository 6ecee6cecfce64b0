"""Names and messages as people of many tongues write them, made up by chance."""

from dataclasses import dataclass
from random import Random

# What the largest message of an app may hold.
LONGEST = 2000
# The words of a message: half of all have five or fewer, one in a hundred more than forty.
WORDS_MEAN, WORDS_SPREAD = 1.7, 0.9

EMOJI = (
    *("😀", "😂", "🥰", "😭", "🤔", "🙈", "👍", "👋", "🙏", "🎉", "🔥", "🌊", "🍕", "☕", "🐈"),
    # Made of several characters each.
    *("❤️", "👩\u200d🚀", "🏳️\u200d🌈", "🇮🇸", "👨\u200d👩\u200d👧"),
)


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language: words for messages, names for people, and what stands between words."""

    words: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    space: str = " "
    stop: str = "."


def _tongue(words: str, first: str, last: str, *, space: str = " ", stop: str = ".") -> Tongue:
    return Tongue(tuple(words.split()), tuple(first.split()), tuple(last.split()), space, stop)


TONGUES = (
    _tongue(
        "the a and we you it is was are not for with on at to from this that have had will can go "
        "come see take bring home work train harbour morning evening tomorrow today later coffee "
        "bread garden rain sun music book ticket key window street really maybe thanks sorry good "
        "fine great late early never always soon again already meeting picture weekend friend",
        "Ada Bea Carl Dora Emil Fay Gus Hugo Iris Jon Kit Lena Max Nora Otto Pia Ruth Sam",
        "Ash Brook Carver Dale Elm Finch Grove Hill Ives Lake Marsh North Oak Poole Reed Stone",
    ),
    _tongue(
        "ich du wir ihr das die der und oder nicht mit auf zum vom haben sein kommen gehen sehen "
        "bringen morgen heute abend später schon wieder immer vielleicht danke bitte gut schön "
        "Straßenbahn Bahnhof Küche Frühstück Wochenende Geburtstag Schlüssel Fenster Regen Sonne",
        "Jörg Käthe Moritz Anneliese Günther Ulrike Sören Heike",
        "Müller Weiß Groß Köhler Böhm Jäger Schäfer Strauß",
    ),
    _tongue(
        "я ты мы вы это что как где когда не да нет уже ещё завтра сегодня вечером утром спасибо "
        "хорошо ладно приходи позвони поезд книга окно чай снег лето работа дома потом опять "
        "всегда никогда",
        "Анна Борис Вера Глеб Дарья Егор Жанна Илья",
        "Берёзкин Волков Громова Зайцев Лисицына Морозов Орлова Снегирёв",
    ),
    _tongue(
        "أنا أنت نحن هذا ذلك في من على مع غدا اليوم مساء صباح شكرا جميل بيت كتاب قهوة قطار مطر شمس "
        "نعم لا ربما لاحقا دائما أبدا صديق شارع مفتاح",
        "ليلى سامر هدى كريم نور ياسين سلمى فارس",
        "الحداد النجار الخطيب البستاني الصباغ السباعي",
    ),
    _tongue(
        "אני אתה אנחנו זה לא כן היום מחר בערב בבוקר תודה טוב יופי בית ספר קפה רכבת גשם שמש אולי "
        "תמיד אף פעם חבר רחוב מפתח חלון",
        "נועה איתן מאיה יונתן תמר גיל",
        "אלון ברק כרמי דקל ארז",
    ),
    _tongue(
        "我 你 他们 我们 今天 明天 晚上 早上 谢谢 好的 不是 可以 一起 回家 工作 火车 咖啡 下雨 "
        "太阳 音乐 书 钥匙 窗户 街道 真的 也许 总是 已经 再见 朋友",
        "伟 芳 娜 敏 静 强 磊 洋",
        "王 李 张 刘 陈 杨 赵 黄",
        space="",
        stop="。",
    ),
    _tongue(
        "मैं तुम हम यह वह नहीं हाँ आज कल शाम सुबह धन्यवाद अच्छा घर काम किताब चाय बारिश धूप रेल शायद हमेशा "
        "कभी दोस्त सड़क चाबी खिड़की",
        "अनिल मीरा रवि सीता किरण नीला",
        "शर्मा वर्मा गुप्ता जोशी पटेल",
    ),
    _tongue(
        "εγώ εσύ εμείς αυτό όχι ναι σήμερα αύριο βράδυ πρωί ευχαριστώ καλά σπίτι δουλειά βιβλίο "
        "καφές τρένο βροχή ήλιος ίσως πάντα ποτέ φίλος δρόμος κλειδί παράθυρο",
        "Άννα Γιώργος Ελένη Κώστας Μαρία Νίκος",
        "Δάφνης Ελάτης Κήπος Λίμνη Πεύκος",
    ),
)
# Who talks English, German and so on, out of a hundred.
SHARES = (45, 15, 12, 8, 4, 8, 4, 4)


def a_tongue(rng: Random) -> Tongue:
    """Return one of the languages, the frequent ones more often."""
    return rng.choices(TONGUES, SHARES)[0]


def a_name(rng: Random, tongue: Tongue) -> str:
    """Return what a person of this language calls themselves: one word, two, or with a picture."""
    first = rng.choice(tongue.first_names)
    return rng.choice([first, f"{first} {rng.choice(tongue.last_names)}", f"{first} 🌻"])


def a_message(rng: Random, tongue: Tongue) -> str:
    """Return the text of one message."""
    if rng.random() < 0.04:
        return "".join(rng.choices(EMOJI, k=rng.randint(1, 4)))
    count = 1 + int(rng.lognormvariate(WORDS_MEAN, WORDS_SPREAD))
    words = rng.choices(tongue.words, k=count)
    ends = ["", tongue.stop, "!", "?", " " + rng.choice(EMOJI), "\nhttps://example.org/" + words[0]]
    end = rng.choices(ends, (40, 30, 8, 10, 10, 2))[0]
    # Long messages have paragraphs.
    space = tongue.space if count < 40 else tongue.space + "\n" * (rng.random() < 0.1)
    return (space.join(words) + end)[:LONGEST]
