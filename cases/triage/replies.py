"""Templates to start with. Data, because the reporter's language counts. Blanks and passages: cases.triage.blanks."""
from dataclasses import dataclass, field

from cases.priority import Harm
from cases.workflow import Status

BLACKMAIL = [Harm.SEXTORTION.value]
IMAGES = [Harm.INTIMATE_IMAGES.value, Harm.DEEPFAKE.value, Harm.PRIVATE_IMAGES.value, Harm.IMPERSONATION.value]
THREATS = [Harm.HONOUR_THREAT.value, Harm.BLASPHEMY_ACCUSATION.value, Harm.STALKING.value, Harm.DOXXING.value]
NEW, REVIEW, OUTSIDE, CLOSED = Status.NEW.value, Status.IN_REVIEW.value, Status.WAITING_OUTSIDE.value, Status.CLOSED.value


@dataclass(frozen=True)
class Ready:
    name_en: str
    name_ur: str
    text_en: str
    text_ur: str
    harms: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)


REPLIES = (
    Ready(
        "We are reading your report", "ہم آپ کی رپورٹ پڑھ رہے ہیں",
        "We have read your report. What happened is not your fault: the wrong is done by the person doing this. "
        "We are working on it now and will write to you here.[[ We work {hours}.]]",
        "ہم نے آپ کی رپورٹ پڑھ لی ہے۔ جو ہوا اس میں آپ کا قصور نہیں: جرم وہ کر رہا ہے جو یہ کر رہا ہے، آپ نہیں۔ "
        "ہم اس پر کام کر رہے ہیں اور آپ کو یہیں لکھیں گے۔[[ ہمارے اوقات: {hours}۔]]",
        statuses=[NEW, REVIEW]),
    Ready(
        "Do not pay", "پیسے نہ دیں",
        "Please do not pay and do not send anything more. Paying rarely ends it. Do not delete the chat: keep it as proof, "
        "then block the person. If they name a time, tell us here.",
        "براہِ کرم پیسے نہ دیں اور مزید کچھ نہ بھیجیں۔ پیسے دینے سے یہ کم ہی رکتا ہے۔ چیٹ نہ مٹائیں، یہ ثبوت ہے؛ "
        "پھر اس شخص کو بلاک کر دیں۔ اگر وہ کوئی وقت بتائے تو ہمیں یہاں بتائیں۔",
        harms=BLACKMAIL),
    Ready(
        "Which link or account", "کون سا لنک یا اکاؤنٹ",
        "Can you send us the link of the page or the name of the account? Copy it as it stands; you need not open it again.",
        "کیا آپ ہمیں اس صفحے کا لنک یا اکاؤنٹ کا نام بھیج سکتے ہیں؟ جیسا ہے ویسا ہی کاپی کر دیں؛ دوبارہ کھولنے کی ضرورت نہیں۔",
        harms=IMAGES, statuses=[NEW, REVIEW]),
    Ready(
        "May we ask the platform", "کیا ہم پلیٹ فارم سے کہیں",
        "May we ask the platform in the ministry's name to remove it? Your name is not given. "
        "You can say yes, no, or change your answer at any time on this page.",
        "کیا ہم وزارت کی طرف سے پلیٹ فارم کو اسے ہٹانے کا کہہ سکتے ہیں؟ آپ کا نام نہیں دیا جاتا۔ "
        "اسی صفحے پر ہاں یا نہیں کہیں؛ جواب کسی بھی وقت بدلا جا سکتا ہے۔",
        harms=IMAGES, statuses=[NEW, REVIEW]),
    Ready(
        "Are you safe", "کیا آپ محفوظ ہیں",
        "Are you safe where you are now? If you are in danger, call 15. For someone to talk to, call 1099. "
        "You do not have to be alone with this.",
        "کیا آپ اس وقت جہاں ہیں وہاں محفوظ ہیں؟ اگر خطرہ ہو تو 15 پر کال کریں۔ بات کرنے کے لیے 1099 پر کال کریں۔ "
        "اس مشکل میں ہم آپ کے ساتھ ہیں۔",
        harms=THREATS),
    Ready(
        "The platform was asked", "پلیٹ فارم سے کہہ دیا گیا",
        "We have asked {platform} to remove it.[[ Our reference there is {reference}.]][[ We look again on {next_check}.]] "
        "If you see it anywhere else, send us the link here.",
        "ہم نے {platform} سے اسے ہٹانے کو کہا ہے۔[[ وہاں ہمارا حوالہ نمبر {reference} ہے۔]]"
        "[[ ہم {next_check} کو دوبارہ دیکھیں گے۔]] "
        "اگر یہ کہیں اور نظر آئے تو لنک یہیں بھیج دیں۔",
        statuses=[OUTSIDE]),
    Ready(
        "The platform has not answered yet", "پلیٹ فارم نے ابھی جواب نہیں دیا",
        "{platform} has not answered yet. You need do nothing: we stay at it[[ and look again on {next_check}]].",
        "{platform} نے ابھی جواب نہیں دیا۔ آپ کو کچھ کرنے کی ضرورت نہیں: ہم اس کے پیچھے ہیں"
        "[[ اور {next_check} کو دوبارہ دیکھیں گے]]۔",
        statuses=[OUTSIDE]),
    Ready(
        "It is removed", "مواد ہٹا دیا گیا",
        "{platform} has removed it. If you see it again, press “It is online again” on this page: we begin again at once, and "
        "you need not explain anything anew.",
        "{platform} نے اسے ہٹا دیا ہے۔ اگر یہ پھر نظر آئے تو اسی صفحے پر «یہ دوبارہ آ گیا ہے» دبائیں: ہم فوراً دوبارہ شروع کریں "
        "گے، اور آپ کو کچھ بھی نئے سرے سے بتانے کی ضرورت نہیں۔",
        statuses=[REVIEW, OUTSIDE, CLOSED]),
    Ready(
        "Another body can help", "دوسرا ادارہ مدد کر سکتا ہے",
        "What you wrote is serious, but another body can do more about it than we can. We, {unit}, can pass it on if you say yes "
        "on this page, under “What we may do”. Nothing is passed on without your yes.",
        "آپ نے جو لکھا وہ سنجیدہ ہے، مگر دوسرا ادارہ اس میں ہم سے زیادہ کر سکتا ہے۔ ہم، {unit}، اسے آگے بھیج سکتے ہیں اگر آپ اسی "
        "صفحے پر «ہم کیا کر سکتے ہیں» کے نیچے ہاں کہیں۔ آپ کی ہاں کے بغیر کچھ آگے نہیں جاتا۔",
        statuses=[REVIEW]),
)
