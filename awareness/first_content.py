"""The landing page and the first article, in both languages. Editors change them; seeding again leaves them alone."""
from typing import Any

HOME: dict[str, str] = {
    "slug": "mehfooz",
    "heading_en": "Harmed online? Report it without giving your name.",
    "heading_ur": "آن لائن نقصان پہنچا ہے؟ نام بتائے بغیر رپورٹ کریں۔",
    "intro_en": "If someone is sharing your pictures, blackmailing you or threatening you, we can help get it taken down. "
                "You do not need an e-mail address, a phone number or a CNIC.",
    "intro_ur": "اگر کوئی آپ کی تصاویر پھیلا رہا ہے، آپ کو بلیک میل کر رہا ہے یا دھمکا رہا ہے تو ہم وہ مواد ہٹوانے میں مدد کر سکتے ہیں۔ "
                "ای میل، فون نمبر یا شناختی کارڈ کی ضرورت نہیں۔",
}


def steps(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"steps": [{"title": title, "text": text} for title, text in pairs]}


THREAT_EN: list[tuple[str, Any]] = [
    ("heading", "Do this first"),
    ("steps", steps(
        ("Do not pay, and send nothing more",
         "Money or another picture seldom ends it; it usually brings the next demand. You owe this person no answer."),
        ("Stop replying, but keep the chat",
         "Do not delete the conversation or your account yet. The messages show what was done to you."),
        ("Note who and where",
         "Write down the account name, the link and the date, and save the threats. If a picture shows someone under 18 "
         "undressed, do not copy or forward it to anybody, not even as proof."),
        ("Tell one person you trust",
         "Not the whole family, unless you want to. One person at your side makes the next hours easier."),
    )),
    ("heading", "Keep the pictures from spreading"),
    ("text", "<p>Your phone can turn each picture into a short code, a fingerprint. Platforms that take part recognise the same "
             "picture by this code and can block it. The picture itself stays on your phone.</p>"
             "<ul><li>We can do this with you: <a href=\"/en/report/\">start a report</a>. We do not ask your name.</li>"
             "<li>Were you under 18 in the picture? <a href=\"https://takeitdown.ncmec.org/\">Take It Down</a> also helps, "
             "free of charge.</li>"
             "<li>Were you 18 or older? <a href=\"https://stopncii.org/\">StopNCII</a> does the same for adults.</li></ul>"),
    ("heading", "What the law says"),
    ("text", "<p>The Prevention of Electronic Crimes Act protects a person’s dignity and modesty online. If you once sent a "
             "picture, or let someone take it, that gives nobody the right to spread it or to threaten you with it. "
             "The human rights helpline 1099 explains your choices free of charge.</p>"),
    ("note", {"kind": "note", "text": "Under 18? You can report without asking anyone’s permission, and reports about children "
                                      "are read before others."}),
    ("heading", "Talk to someone now"),
    ("note", {"kind": "warning", "text": "If someone may hurt you today, or you think of hurting yourself, call now. "
                                         "The pictures can wait; you come first."}),
    ("helplines", {"danger_only": False}),
]
THREAT_UR: list[tuple[str, Any]] = [
    ("heading", "سب سے پہلے یہ کریں"),
    ("steps", steps(
        ("پیسے نہ دیں اور مزید کچھ نہ بھیجیں",
         "پیسے یا ایک اور تصویر دینے سے بات کم ہی ختم ہوتی ہے؛ اکثر اس کے بعد نیا مطالبہ آتا ہے۔ اس شخص کو جواب دینا آپ پر لازم نہیں۔"),
        ("جواب دینا بند کریں، مگر بات چیت نہ مٹائیں",
         "ابھی نہ پیغامات مٹائیں اور نہ اپنا اکاؤنٹ بند کریں۔ یہی پیغامات بتاتے ہیں کہ آپ کے ساتھ کیا کیا گیا۔"),
        ("لکھ لیں کہ کون اور کہاں",
         "اکاؤنٹ کا نام، لنک اور تاریخ لکھ لیں اور دھمکی والے پیغامات محفوظ کر لیں۔ اگر تصویر میں 18 سال سے کم عمر کوئی عریاں ہو تو "
         "اسے کسی کو نہ بھیجیں اور نہ اس کی نقل بنائیں، ثبوت کے طور پر بھی نہیں۔"),
        ("کسی ایک بااعتماد فرد کو بتائیں",
         "پورے خاندان کو بتانا ضروری نہیں۔ ایک فرد بھی ساتھ ہو تو اگلے چند گھنٹے آسان ہو جاتے ہیں۔"),
    )),
    ("heading", "تصاویر کو پھیلنے سے روکیں"),
    ("text", "<p>آپ کا فون ہر تصویر کو ایک مختصر کوڈ، یعنی فنگر پرنٹ، میں بدل سکتا ہے۔ شریک پلیٹ فارم اسی کوڈ سے تصویر کو پہچان کر "
             "روک سکتے ہیں۔ تصویر خود آپ کے فون میں ہی رہتی ہے۔</p>"
             "<ul><li>اس میں ہم آپ کا ساتھ دیتے ہیں: <a href=\"/ur/report/\">رپورٹ شروع کریں</a>۔ ہم آپ کا نام نہیں پوچھتے۔</li>"
             "<li>تصویر کے وقت عمر 18 سال سے کم تھی؟ <a href=\"https://takeitdown.ncmec.org/ur/\">ٹیک اِٹ ڈاؤن</a> بھی مفت مدد کرتا ہے۔</li>"
             "<li>عمر 18 سال یا اس سے زیادہ تھی؟ <a href=\"https://stopncii.org/?lang=ur-pk\">اسٹاپ این سی آئی آئی</a> بالغ افراد کے لیے "
             "یہی کام کرتا ہے۔</li></ul>"),
    ("heading", "قانون کیا کہتا ہے"),
    ("text", "<p>الیکٹرانک جرائم کی روک تھام کا ایکٹ آن لائن دنیا میں انسان کی عزت اور وقار کی حفاظت کرتا ہے۔ اگر آپ نے کبھی خود تصویر "
             "بھیجی تھی یا کسی کو لینے دی تھی، تب بھی کسی کو حق نہیں کہ اسے پھیلائے یا اس سے آپ کو دھمکائے۔ جرم وہ کر رہا ہے جو یہ کر رہا "
             "ہے، آپ نہیں۔ انسانی حقوق ہیلپ لائن 1099 آپ کو مفت بتاتی ہے کہ آپ کیا کر سکتے ہیں۔</p>"),
    ("note", {"kind": "note", "text": "عمر 18 سال سے کم ہے؟ رپورٹ کرنے کے لیے کسی کی اجازت ضروری نہیں، اور بچوں سے متعلق رپورٹیں دوسروں سے "
                                      "پہلے پڑھی جاتی ہیں۔"}),
    ("heading", "ابھی کسی سے بات کریں"),
    ("note", {"kind": "warning", "text": "اگر آج کوئی آپ کو نقصان پہنچا سکتا ہے، یا آپ کو خود کو نقصان پہنچانے کے خیال آ رہے ہیں، تو ابھی کال کریں۔ "
                                         "تصاویر کا معاملہ بعد میں؛ پہلے آپ کی جان ہے۔"}),
    ("helplines", {"danger_only": False}),
]
THREAT: dict[str, Any] = {
    "slug": "threats-to-share-pictures",
    "heading_en": "If someone threatens to share your pictures",
    "heading_ur": "اگر کوئی آپ کی تصاویر پھیلانے کی دھمکی دے",
    "intro_en": "The crime is theirs, not yours. These four things help most, and you can begin with any of them.",
    "intro_ur": "جرم دھمکی دینے والے کا ہے، آپ کا نہیں۔ یہ چار کام سب سے زیادہ مدد دیتے ہیں؛ آپ کسی سے بھی شروع کریں۔",
    "body_en": THREAT_EN,
    "body_ur": THREAT_UR,
}
