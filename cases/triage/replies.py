"""Ready replies to start with: name → (name in Urdu, text in English, text in Urdu).

Data, because the reporter's language counts."""

REPLIES: dict[str, tuple[str, str, str]] = {
    "We are reading your report": (
        "ہم آپ کی رپورٹ پڑھ رہے ہیں",
        "We have read your report. What happened is not your fault: the wrong is done by the person doing this. "
        "We are working on it now and will write to you here.",
        "ہم نے آپ کی رپورٹ پڑھ لی ہے۔ جو ہوا اس میں آپ کا قصور نہیں: جرم وہ کر رہا ہے جو یہ کر رہا ہے، آپ نہیں۔ "
        "ہم اس پر کام کر رہے ہیں اور آپ کو یہیں لکھیں گے۔"),
    "Do not pay": (
        "پیسے نہ دیں",
        "Please do not pay and do not send anything more. Paying rarely ends it. Do not delete the chat: keep it as proof, "
        "then block the person. If they name a time, tell us here.",
        "براہِ کرم پیسے نہ دیں اور مزید کچھ نہ بھیجیں۔ پیسے دینے سے یہ کم ہی رکتا ہے۔ چیٹ نہ مٹائیں، یہ ثبوت ہے؛ "
        "پھر اس شخص کو بلاک کر دیں۔ اگر وہ کوئی وقت بتائے تو ہمیں یہاں بتائیں۔"),
    "Which link or account": (
        "کون سا لنک یا اکاؤنٹ",
        "Can you send us the link of the page or the name of the account? Copy it as it stands; you need not open it again.",
        "کیا آپ ہمیں اس صفحے کا لنک یا اکاؤنٹ کا نام بھیج سکتے ہیں؟ جیسا ہے ویسا ہی کاپی کر دیں؛ دوبارہ کھولنے کی ضرورت نہیں۔"),
    "May we ask the platform": (
        "کیا ہم پلیٹ فارم سے کہیں",
        "May we ask the platform in the ministry's name to remove it? Your name is not given. "
        "You can say yes, no, or change your answer at any time on this page.",
        "کیا ہم وزارت کی طرف سے پلیٹ فارم کو اسے ہٹانے کا کہہ سکتے ہیں؟ آپ کا نام نہیں دیا جاتا۔ "
        "اسی صفحے پر ہاں یا نہیں کہیں؛ جواب کسی بھی وقت بدلا جا سکتا ہے۔"),
    "Are you safe": (
        "کیا آپ محفوظ ہیں",
        "Are you safe where you are now? If you are in danger, call 15. For someone to talk to, call 1099. "
        "You do not have to be alone with this.",
        "کیا آپ اس وقت جہاں ہیں وہاں محفوظ ہیں؟ اگر خطرہ ہو تو 15 پر کال کریں۔ بات کرنے کے لیے 1099 پر کال کریں۔ "
        "اس مشکل میں ہم آپ کے ساتھ ہیں۔"),
}
