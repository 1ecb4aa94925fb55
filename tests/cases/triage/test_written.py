import pytest

from cases.models import WRITTEN_NAMES
from cases.triage.written import Written, detect

STORIES = {
    "ur": ["میرے سابق منگیتر نے میری نجی تصاویر ایک فیس بک پیج پر لگا دی ہیں اور وہ مجھے دھمکیاں دے رہا ہے۔",
           "وه ميري تصوير لگا رہا ہے", "میری نجی تصویر https://facebook.com/the/and/my لگا دی"],
    "roman_ur": ["Ek larka mujhe blackmail kar raha hai, us ke paas meri tasveerein hain.",
                 "meri pics facebook pe laga di hai usne plz help karo mujhe dar lag raha hai"],
    "en": ["Someone posted my private pictures on a page with twelve thousand followers.",
           "A man asks for 50,000 rupees by tonight or he sends the pictures to my family.",
           "fake account with my name and photos"],
    "ps": ["یو سړی زما عکسونه په فیسبوک کې خپاره کړي دي او ما ته ګواښونه کوي، زه ډېره وېرېږم چې څه وکړم.",
           "هغه زما نوم او تصوير په يوه پاڼه کې اچولی دی"],
    "sd": ["هڪ شخص منهنجي تصوير فيس بوڪ تي رکي آهي ۽ مون کي ڌمڪيون ڏئي رهيو آهي.", "منهنجو اڪائونٽ ڪنهن کسي ورتو آهي"],
    "other": ["", "12345 !!! 👀", "https://example.org/the/and/my", "Quelqu’un menace de publier une vidéo intime",
              "有人威胁要公开我的照片", "یک نفر عکسهای خصوصی مرا منتشر کرده است و تهدید میکند"],
}


@pytest.mark.parametrize(("language", "story"), [(language, story) for language, stories in STORIES.items() for story in stories])
def test_each_language_is_known_by_its_letters_and_words(language, story):
    assert detect(story) == language


def test_every_language_has_a_name():
    assert set(WRITTEN_NAMES) == {written.value for written in Written}
