"""In which language a report is written: by script, by letters that one language alone has, and by its commonest words. Pure.

Good enough to sort a queue by, and a member can set it right: a caseworker who reads Pashto should find the Pashto reports. Urdu
in Latin letters ("meri tasveer laga di hai") is how many people here write, and is told from English by words alone.
"""
import re
from collections.abc import Iterable
from enum import StrEnum


class Written(StrEnum):
    URDU = "ur"
    ROMAN_URDU = "roman_ur"
    ENGLISH = "en"
    PASHTO = "ps"
    SINDHI = "sd"
    OTHER = "other"


LETTERS = {                 # of the Arabic script; no other language of these three has them
    Written.PASHTO: frozenset("ټډړږښګڼېۍځڅ"),
    Written.SINDHI: frozenset("ٻڀٺٽٿڄڃڇڏڌڊڍڙڦڪڱڳڻ"),
    Written.URDU: frozenset("ٹڈڑںےۓ"),
}
WORDS = {
    Written.PASHTO: "دی ده دا زما زه چې په او نه يې یې سره مې ته هغه خپل کوي شوی لپاره خو دې څه نو یو وي",
    Written.SINDHI: "آهي آهن جو جي جا کي مان ۾ ۽ منهنجو منهنجي هو اهو ته سان تي نه ڪري هي ان کان آهيان وارو",
    Written.URDU: "ہے ہیں میں میری میرا میرے نے کی کا کے کو سے اور پر یہ وہ نہیں مجھے رہا رہی رہے تھا تھی ہوں اس ایک کہ کر بھی",
    Written.ROMAN_URDU: "hai hain mein meri mera mere ne ki ka ke ko se aur par ye yeh wo woh nahi nahin mujhe raha rahi rahe tha"
                        " thi hoon hun ek kar kr bhi kya kia karo krna karna tasveer tasweer tasveerein wala wali laga gaya gayi"
                        " mai kisi apni apna apne sath saath ho log ghar walon",
    Written.ENGLISH: "the and my is of a i was with that for he she they it on have has in been this someone me not are from his"
                     " her who what pictures photos account said sent will would want know an at by",
}
LATIN = (Written.ROMAN_URDU, Written.ENGLISH)
ARABIC = (Written.URDU, Written.PASHTO, Written.SINDHI)
KNOWN = {language: frozenset(words.split()) for language, words in WORDS.items()}
LINK = re.compile(r"(https?://|www\.|@)\S+", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+")
SCRIPT = {"ك": "ک", "ي": "ی", "ى": "ی"}      # Urdu from Arabic keyboards; the Sindhi and Pashto words above keep theirs
A_LETTER = 2            # a letter that one language alone has says as much as this many words
RARE = 10               # in a text of a language its commonest words are more than one of so many; in Persian Urdu's are not


def detect(text: str) -> Written:
    """The likeliest; OTHER when nothing speaks for any of the five, as in a story without words."""
    words = [word.casefold() for word in WORD.findall(LINK.sub(" ", text))]
    letters = "".join(words)
    arabic = sum("\u0600" <= letter <= "\u06ff" or "\u0750" <= letter <= "\u077f" for letter in letters)
    latin = sum(letter.isascii() for letter in letters)
    if max(arabic, latin) * 2 < len(letters) or not letters:
        return Written.OTHER
    scores = {language: score(language, words, letters) for language in (ARABIC if arabic >= latin else LATIN)}
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] * RARE > len(words) else Written.OTHER


def score(language: Written, words: Iterable[str], letters: str) -> int:
    found = sum(word in KNOWN[language] or plain(word) in KNOWN[language] for word in words)
    return found + A_LETTER * sum(letter in LETTERS.get(language, ()) for letter in letters)


def plain(word: str) -> str:
    """As Urdu spells it."""
    return "".join(SCRIPT.get(letter, letter) for letter in word)
