"""Forty reports that nobody made, over every harm, unit and status. Written to be believable, not to be repeated."""
from dataclasses import dataclass

from cases.priority import Danger, Harm

H, D = Harm, Danger
LINK = "https://{platform}.example/{n}"      # a reserved domain: no link here leads anywhere


@dataclass(frozen=True)
class Report:
    language: str
    harm: Harm
    age: int | None
    story: str
    hours: int                               # how long ago it came in
    path: str = "new"                        # a key of demonstration.paths.PATHS
    platforms: tuple[str, ...] = ("facebook",)
    then: int | None = None                  # age when the pictures were taken
    dangers: tuple[Danger, ...] = ()
    pictures: int = 0
    same_as: int = 0                         # shares its first picture with the report of this number
    relation: str = "me"
    woman: bool = False
    conflict: str = ""
    message: str = ""                        # what the reporter wrote later
    screenshots: int = 0                     # files added: drawn chats


REPORTS: tuple[Report, ...] = (
    Report("ur", H.INTIMATE_IMAGES, 24, "ایک فیس بک پیج پر میری نجی تصاویر لگائی گئی ہیں۔ پیج کے بارہ ہزار فالوورز ہیں۔ میں نے گھر میں کسی کو نہیں بتایا۔", 110, "escalated_silent",
           pictures=3, screenshots=2, message="کیا وہ لوگ جان جائیں گے کہ رپورٹ میں نے کی ہے؟"),
    Report("en", H.SEXTORTION, 22, "A man I met online recorded our video call and wants 50,000 rupees by tonight or he sends it to my family.", 3, dangers=(D.DEADLINE,),
           platforms=("whatsapp", "instagram"), pictures=1),
    Report("ur", H.SEXTORTION, 16, "وہ کہتا ہے اگر میں نے اور تصاویر نہ بھیجیں تو وہ پرانی تصاویر میرے اسکول کے گروپ میں ڈال دے گا۔", 2, dangers=(D.DEADLINE,), platforms=("snapchat",),
           then=16, pictures=2, woman=True),
    Report("ur", H.HONOUR_THREAT, 21, "خاندان کے کچھ لوگوں کو میری دوستی کا پتا چل گیا ہے۔ میسج آ رہے ہیں کہ انجام برا ہو گا۔", 1, dangers=(D.LIFE,), platforms=("whatsapp",)),
    Report("ur", H.BLASPHEMY_ACCUSATION, 29, "محلے کے ایک گروپ میں میرے بارے میں جھوٹ پھیلایا جا رہا ہے اور لوگ میرے گھر کا پتا مانگ رہے ہیں۔", 1, "in_review", dangers=(D.LIFE,),
           platforms=("facebook", "whatsapp")),
    Report("en", H.DEEPFAKE, 27, "Someone put my face on explicit pictures with an app and posts them under my company's page.", 30, "escalated", platforms=("x",), pictures=2),
    Report("ur", H.PRIVATE_IMAGES, 25, "میری منگنی کی تصاویر جن میں دوپٹہ نہیں ہے، ایک جعلی اکاؤنٹ پر لگا دی گئی ہیں۔", 20, "in_review", platforms=("instagram", "tiktok"), pictures=1, woman=True),
    Report("ur", H.IMPERSONATION, 31, "میرے نام اور تصویر سے جعلی پروفائل بنا کر میرے جاننے والوں سے پیسے مانگے جا رہے ہیں۔", 50, "waiting_reporter"),
    Report("en", H.IMPERSONATION, 45, "A copy of my clinic's profile is asking patients for advance payments.", 200, "closed_removed"),
    Report("ur", H.GROOMING, 12, "میری بیٹی سے ایک اجنبی روز بات کرتا ہے اور ملنے کو کہہ رہا ہے۔", 2, dangers=(D.ABUSE,), platforms=("tiktok",), relation="my_child"),
    Report("ur", H.BULLYING, 14, "کلاس کے لڑکے میری تصویر پر میم بنا کر گروپ میں ڈالتے ہیں۔ میں اسکول نہیں جانا چاہتی۔", 26, "in_review", platforms=("whatsapp",), dangers=()),
    Report("en", H.BULLYING, 15, "They made a page to make fun of how I speak. Every day there is a new video.", 70, "waiting_outside", platforms=("tiktok",)),
    Report("ur", H.DOXXING, 33, "میرا گھر کا پتا، فون نمبر اور شناختی کارڈ کی تصویر ایک پوسٹ میں ڈال دی گئی ہے۔", 9, platforms=("x",)),
    Report("en", H.DOXXING, 38, "My phone number was posted in a group with ten thousand members. I get calls all night.", 40, "escalated_form", screenshots=1),
    Report("ur", H.STALKING, 23, "ایک سابق ساتھی ہر نئے اکاؤنٹ سے مجھے ڈھونڈ لیتا ہے اور بتاتا ہے کہ میں آج کہاں تھی۔", 16, "in_review", platforms=("instagram", "tiktok")),
    Report("en", H.STALKING, 28, "He comments under everything I post, from new accounts, for two years now.", 300, "closed_not_removed", platforms=("instagram",)),
    Report("ur", H.OUTING, 20, "میری نجی گفتگو کے اسکرین شاٹ میرے گھر والوں کو بھیجنے کی دھمکی دی جا رہی ہے۔", 8, platforms=("whatsapp",)),
    Report("en", H.OUTING, 26, "My private chats were posted in our university group without my permission.", 90, "online_again", platforms=("facebook",)),
    Report("ur", H.ACCOUNT_TAKEN, 41, "میرا واٹس ایپ کسی اور کے قبضے میں ہے اور وہ میرے نمبر سے پیسے مانگ رہا ہے۔", 5, platforms=("whatsapp",)),
    Report("en", H.ACCOUNT_TAKEN, 35, "I lost my Instagram after clicking a link. It now posts investment scams.", 120, "closed_not_for_us", platforms=("instagram",)),
    Report("ur", H.INTIMATE_IMAGES, 30, "طلاق کے بعد سابق شوہر نے ہماری نجی تصاویر دوستوں کو بھیج دی ہیں۔", 14, "in_review", platforms=("whatsapp",), pictures=2, woman=True),
    Report("en", H.INTIMATE_IMAGES, 19, "The same pictures I reported elsewhere are now on a second page.", 10, "in_review", platforms=("facebook", "tiktok"), pictures=1, same_as=1, screenshots=1),
    Report("ur", H.INTIMATE_IMAGES, 23, "تصاویر اس وقت کی ہیں جب میں سولہ سال کی تھی۔ اب دوبارہ پھیلائی جا رہی ہیں۔", 6, then=16, platforms=("telegram",), pictures=1),
    Report("ur", H.CHILD_IMAGERY, None, "ایک ٹیلی گرام چینل میں بچوں کی غلط تصاویر بیچی جا رہی ہیں۔ میں نے کچھ محفوظ نہیں کیا۔", 4, platforms=("telegram",), relation="someone_else"),
    Report("en", H.CHILD_IMAGERY, None, "An account offers pictures of children for money. I only have its name.", 100, "referred", platforms=("x",), relation="someone_else"),
    Report("ur", H.SEXTORTION, 34, "نوکری کے انٹرویو کے بہانے ویڈیو کال کی اور اب بلیک میل کر رہے ہیں۔", 28, "escalated", platforms=("tiktok",), pictures=1),
    Report("en", H.SEXTORTION, 17, "I am 17. I paid twice and he still asks for more. I can't sleep and don't want to live like this.", 1, dangers=(D.SELF_HARM, D.DEADLINE),
           platforms=("instagram",), then=17, pictures=1),
    Report("ur", H.DEEPFAKE, 15, "کسی نے میری تصویر ایپ سے بدل کر گندی بنا دی ہے اور پورے اسکول میں بھیج دی ہے۔", 12, "in_review", then=15, platforms=("whatsapp",), pictures=2),
    Report("ur", H.BULLYING, 52, "میرے بارے میں جھوٹی باتیں لکھی جاتی ہیں اور گالیاں دی جاتی ہیں۔", 150, "waiting_reporter"),
    Report("en", H.BULLYING, 24, "Organised trolling after I spoke at an event. Hundreds of insulting comments.", 75, "waiting_outside", platforms=("x",)),
    Report("ur", H.IMPERSONATION, 27, "ایک سرکاری افسر میری تصاویر سے جعلی اکاؤنٹ چلا رہا ہے۔ مجھے پولیس سے ڈر لگتا ہے۔", 22, "in_review", conflict="police", pictures=1, same_as=7),
    Report("en", H.STALKING, 36, "The person who follows me works in your ministry. Please be careful who reads this.", 7, conflict="ministry"),
    Report("ur", H.DOXXING, 40, "دفتر کے ایک شخص نے میری درخواست کی کاپی سوشل میڈیا پر ڈال دی۔", 45, "waiting_outside", conflict="ministry"),
    Report("en", H.HONOUR_THREAT, 19, "My cousins found my account and say they will bring me home. I am staying with a friend.", 2, "in_review", dangers=(D.LIFE,), platforms=("whatsapp",)),
    Report("ur", H.GROOMING, 13, "گیم میں ملنے والا ایک شخص میرے بیٹے کو تحفے بھیجتا ہے اور کہتا ہے کسی کو نہ بتانا۔", 18, "in_review", platforms=("discord",), relation="my_child"),
    Report("ur", H.OTHER, 60, "میری دکان کے بارے میں آن لائن جھوٹے تبصرے لکھے جا رہے ہیں۔", 96, "closed_not_for_us"),
    Report("en", H.PRIVATE_IMAGES, 33, "Photos of me at home without a hijab were taken from my phone at a repair shop and shared.", 34, "escalated_refused", platforms=("facebook",), pictures=2, woman=True),
    Report("ur", H.INTIMATE_IMAGES, 26, "ویب سائٹ پر تصاویر لگی ہیں۔ میں نے خود لکھا تھا مگر کسی نے جواب نہیں دیا۔", 110, "closed_removed", platforms=("pornhub",), pictures=1,
           message="شکریہ، اب لنک نہیں کھلتا۔"),
    Report("en", H.OUTING, 22, "I wrote last week. I have decided to withdraw this.", 170, "withdrawn"),
    Report("ur", H.SEXTORTION, 20, "میں پہلے بھی لکھ چکی ہوں، یہ وہی معاملہ ہے۔", 48, "duplicate", platforms=("instagram",), pictures=1, same_as=2),
    Report("en", H.BULLYING, 30, "A seller sent me insults after a bad review. He has stopped since I blocked him.", 130, "stopped"),
    Report("ur", H.OTHER, 44, "میں صرف یہ جاننا چاہتا ہوں کہ اپنے بچوں کے فون کیسے محفوظ رکھوں۔", 140, "advised"),
    Report("en", H.OUTING, 29, "Our chats are on three pages. Two of them were taken down.", 160, "partly", platforms=("facebook",)),
    Report("ur", H.IMPERSONATION, 37, "کسی نے میرے نام سے ایک اکاؤنٹ بنایا ہے، مگر مجھے اس کا نام یاد نہیں۔", 190, "no_answer"),
    Report("en", H.ACCOUNT_TAKEN, 48, "I think somebody reads my messages, but I cannot say where.", 150, "nothing_found"),
)
