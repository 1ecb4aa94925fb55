"""How long a closed case is kept unless the ministry says otherwise. Plain data; `manage.py retention_schedules` seeds it.

The least and the most are our own limits until the ministry sets legal ones: a receipt code opens the inbox for 180 days after
closing, so nothing goes before; ten years is what no purpose of this portal needs.
"""
from dataclasses import dataclass

LEAST_DAYS, MOST_DAYS = 180, 3650


@dataclass(frozen=True)
class Period:
    """`unit` "": every unit without one of its own. Names and reasons as (English, Urdu)."""
    unit: str
    outcome: str                # cases.workflow.Outcome
    days: int
    name: tuple[str, str]
    reason: tuple[str, str]


PERIODS = (
    Period("", "withdrawn", 180, ("Withdrawn", "واپس لی گئی"),
           ("The reporter asked us to stop; only the promise that the code opens the inbox for 180 days keeps it here.",
            "رپورٹ کنندہ نے کام روکنے کو کہا؛ یہ صرف اس وعدے کی وجہ سے رکھی ہے کہ کوڈ 180 دن تک کام کرے گا۔")),
    Period("", "not_for_us", 180, ("Not for this ministry", "اس وزارت کا کام نہیں"),
           ("We did no work on it; the reporter must still be able to read where to go.",
            "ہم نے اس پر کام نہیں کیا؛ رپورٹ کنندہ ابھی پڑھ سکے کہ کہاں جانا ہے۔")),
    Period("", "duplicate", 180, ("Duplicate", "دہرائی گئی رپورٹ"),
           ("The other report of the same person holds all that matters.", "اسی شخص کی دوسری رپورٹ میں سب کچھ موجود ہے۔")),
    Period("", "removed", 365, ("Removed", "مواد ہٹایا گیا"),
           ("Pictures often come back within a year; then the case is opened again instead of told again.",
            "تصویریں اکثر ایک سال کے اندر دوبارہ آ جاتی ہیں؛ تب سب کچھ پھر سے بتانا نہیں پڑتا۔")),
    Period("", "partly", 730, ("Partly removed", "کچھ مواد ہٹایا گیا"),
           ("The rest is still online: a new rule or a complaint can make a second try possible.",
            "باقی مواد ابھی آن لائن ہے: نئے قانون یا شکایت سے دوبارہ کوشش ہو سکتی ہے۔")),
    Period("", "stopped", 365, ("It has stopped", "سلسلہ رک گیا"),
           ("It may begin again within a year; then the case is opened again instead of told again.",
            "ایک سال کے اندر دوبارہ شروع ہو سکتا ہے؛ تب سب کچھ پھر سے بتانا نہیں پڑتا۔")),
    Period("", "advised", 180, ("Advice given", "مشورہ دیا گیا"),
           ("Nothing more was to be done; the reporter must still be able to read the advice.",
            "مزید کچھ کرنا نہیں تھا؛ رپورٹ کنندہ ابھی مشورہ پڑھ سکے۔")),
    Period("", "no_answer", 365, ("No answer", "جواب نہیں ملا"),
           ("Who could not write may come back within a year.", "جو لکھ نہ سکا وہ ایک سال کے اندر واپس آ سکتا ہے۔")),
    Period("", "nothing_found", 180, ("Nothing found", "کچھ نہیں ملا"),
           ("There was nothing to act on; the reporter must still be able to tell us more.",
            "کارروائی کے لیے کچھ نہیں تھا؛ رپورٹ کنندہ ابھی مزید بتا سکے۔")),
    Period("", "not_removed", 730, ("Not removed", "مواد نہیں ہٹا"),
           ("The content is still online: a new rule or a complaint can make a second try possible.",
            "مواد ابھی آن لائن ہے: نئے قانون یا شکایت سے دوبارہ کوشش ہو سکتی ہے۔")),
    Period("", "referred", 1825, ("Referred to an authority", "ادارے کو بھیجی گئی"),
           ("An investigation or a trial may ask for it for years; a hold keeps it longer where one does.",
            "تفتیش یا مقدمے میں کئی سال تک اس کی ضرورت پڑ سکتی ہے؛ اس سے زیادہ کے لیے روک لگائی جاتی ہے۔")),
    Period("children", "removed", 1095, ("Removed, a child", "مواد ہٹایا گیا، بچہ"),
           ("Pictures of children are passed on for years; the fingerprint must still be known when they return.",
            "بچوں کی تصویریں برسوں پھیلتی رہتی ہیں؛ واپس آئیں تو ان کا فنگر پرنٹ پہچانا جائے۔")),
    Period("children", "not_removed", 1825, ("Not removed, a child", "مواد نہیں ہٹا، بچہ"),
           ("As above, and the child may want to act when grown.", "وہی وجہ، اور بچہ بڑا ہو کر خود کارروائی کرنا چاہے گا۔")),
)
