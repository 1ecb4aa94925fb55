"""The numbers we start with, and fall back on when the table is empty or the database does not answer.

Found in public sources on the day below; the ministry calls each one before launch. Those that two sources give
differently, or none confirms, have no date: they wait as drafts and are never a fallback.
"""
from datetime import date
from typing import Any

CHECKED, AGAIN = date(2026, 11, 22), date(2027, 2, 22)
ROUND_THE_CLOCK = {"hours_en": "24 hours, every day", "hours_ur": "چوبیس گھنٹے، ہر روز"}
URDU_ENGLISH = {"spoken_en": "Urdu, English", "spoken_ur": "اردو، انگریزی"}
DATED = {"last_verified_at": CHECKED, "verify_by": AGAIN}

VERIFIED: list[dict[str, Any]] = [
    {"phone": "15", "name_en": "Police", "name_ur": "پولیس", "for_danger": True, "order": 10,
     "purpose_en": "If someone is about to hurt you", "purpose_ur": "اگر کوئی آپ کو نقصان پہنچانے والا ہو",
     "source": "National emergency number", **ROUND_THE_CLOCK, **DATED},
    {"phone": "1122", "name_en": "Rescue", "name_ur": "ریسکیو", "for_danger": True, "order": 20,
     "purpose_en": "Ambulance and rescue", "purpose_ur": "ایمبولینس اور ہنگامی امداد",
     "source": "National emergency number", **ROUND_THE_CLOCK, **DATED},
    {"phone": "1121", "name_en": "Child Helpline", "name_ur": "چائلڈ ہیلپ لائن", "for_danger": True, "order": 30,
     "purpose_en": "A child in danger or being harmed; free call",
     "purpose_ur": "بچہ خطرے میں ہو یا اسے نقصان پہنچ رہا ہو؛ کال مفت ہے",
     "source": "PTA and UNICEF announcement, 2023 (brecorder.com)", **DATED},
    {"phone": "1099", "name_en": "Human rights helpline", "name_ur": "انسانی حقوق ہیلپ لائن", "order": 40,
     "purpose_en": "Free legal advice from the Ministry of Human Rights",
     "purpose_ur": "وزارتِ انسانی حقوق کی طرف سے مفت قانونی مشورہ",
     "source": "Ministry of Human Rights (urdupoint.com)", **URDU_ENGLISH, **DATED},
    {"phone": "0800-39393", "name_en": "Digital Rights Foundation", "name_ur": "ڈیجیٹل رائٹس فاؤنڈیشن", "order": 50,
     "purpose_en": "Online harassment: advice and support, in confidence",
     "purpose_ur": "آن لائن ہراسانی: رازداری کے ساتھ مشورہ اور مدد",
     "hours_en": "9 am to 5 pm, every day", "hours_ur": "صبح 9 سے شام 5 بجے تک، ہر روز",
     "source": "DRF helpline report, 2024", **URDU_ENGLISH, **DATED},
    {"phone": "1799", "name_en": "Cyber crime agency (NCCIA)", "name_ur": "سائبر کرائم ایجنسی (این سی سی آئی اے)",
     "order": 60,
     "purpose_en": "To file a criminal complaint; asks for your name and CNIC",
     "purpose_ur": "قانونی شکایت درج کروانے کے لیے؛ نام اور شناختی کارڈ پوچھا جاتا ہے",
     "source": "techlist.pk and servepak, 2025", **DATED},
    {"phone": "1043", "name_en": "Punjab women’s helpline", "name_ur": "پنجاب ویمن ہیلپ لائن", "province": "punjab", "order": 70,
     "purpose_en": "Advice and help for women in Punjab", "purpose_ur": "پنجاب میں خواتین کے لیے مشورہ اور مدد",
     "source": "Punjab Commission on the Status of Women", **DATED},
]
UNVERIFIED: list[dict[str, Any]] = [
    {"phone": "0311-7786264", "name_en": "Umang", "name_ur": "امنگ", "order": 80,
     "purpose_en": "Someone to talk to when everything is too much",
     "purpose_ur": "جب سب کچھ برداشت سے باہر ہو تو بات کرنے کے لیے",
     "source": "hourstv, 2024; another page gives this number to Rozan", **ROUND_THE_CLOCK},
    {"phone": "1098", "name_en": "Madadgaar", "name_ur": "مددگار", "order": 90,
     "purpose_en": "Children and women facing violence", "purpose_ur": "تشدد کا سامنا کرنے والے بچے اور خواتین",
     "source": "Not confirmed by any source yet"},
    {"phone": "0304-1111741", "name_en": "Rozan", "name_ur": "روزن", "order": 95,
     "purpose_en": "Counselling", "purpose_ur": "نفسیاتی مشاورت", "source": "Not confirmed by any source yet"},
]
