"""Reads parts of a scan by themselves: print that Tesseract left out, words that it doubts.

Cut out, made large and black on white, most of them are read well; a part costs 10 to 30 ms.
"""

from collections.abc import Sequence
from dataclasses import replace

from PIL import Image

from mailbot.recognition.layout import Box, Word
from mailbot.recognition.ocr_engine import Line, Mode, read_lines
from mailbot.recognition.unread_print import Print, find_unread, on_white

#: edge around a part in its heights, height in pixels in which it is read, growth at most
_EDGE, _HEIGHT, _MAX_GROWTH = 0.35, 48.0, 3.0
#: how well words must cover a line of print that was left out: else it is a picture
_WORTH = 0.4
#: share of a word that lies in a line of print to which it belongs
_MOSTLY = 0.5
#: sureness below which words, and words with digits, are read again; how many of one page
_DOUBTFUL, _DOUBTFUL_NUMBER, _MAX_WORDS = 0.65, 0.87, 40
#: by how much surer another reading must be
_SURER = 0.03
#: what this model does not know has no digits
_NUMBERS = ("eng",)


def read_left_out(
    image: Image.Image, lines: Sequence[Line], languages: Sequence[str]
) -> list[Line]:
    """Return the lines with the print of the image that they do not cover well read by itself."""
    every = [list(line) for line in lines]
    for line in find_unread(image, [word for words in every for word in words]):
        found = _read_part(image, (line.x0, line.y0, line.x1, line.y1), languages)
        before = line.cover(word for words in every for word in words)
        if line.cover(found) > max(before, _WORTH):
            every = [[word for word in words if not _is_part(word, line)] for words in every]
            every.append(found)
    return [words for words in every if words]


def _is_part(word: Word, line: Print) -> bool:
    return line.overlap(word) > _MOSTLY * (word.x1 - word.x0) * word.height


def read_doubtful(
    image: Image.Image, lines: Sequence[Line], languages: Sequence[str]
) -> list[Line]:
    """Return the lines with their least sure words read again, where that reading is surer."""
    doubtful = sorted(
        (word for line in lines for word in line if _is_doubtful(word)),
        key=lambda word: (not _has_digit(word), word.confidence),
    )
    better = {
        id(word): _better(image, word, _NUMBERS if _has_digit(word) else languages)
        for word in doubtful[:_MAX_WORDS]
    }
    return [[better.get(id(word), word) for word in line] for line in lines]


def _has_digit(word: Word) -> bool:
    return any(sign.isdigit() for sign in word.text)


def _is_doubtful(word: Word) -> bool:
    return word.confidence < (_DOUBTFUL_NUMBER if _has_digit(word) else _DOUBTFUL)


def _better(image: Image.Image, word: Word, languages: Sequence[str]) -> Word:
    """Return the word as it is read alone if that is one word and surer, else as it is."""
    found = _read_part(image, (word.x0, word.y0, word.x1, word.y1), languages)
    if len(found) != 1 or found[0].confidence < word.confidence + _SURER:
        return word
    if len(found[0].text) < len(word.text) - 1:  # a part was cut off
        return word
    return replace(word, text=found[0].text, confidence=found[0].confidence)


def _read_part(image: Image.Image, place: Box, languages: Sequence[str]) -> Line:
    """Return the words of one line at `place`, in the pixels of the image around it."""
    edge = (place[3] - place[1]) * _EDGE
    left, top = round(place[0] - edge), round(place[1] - edge)
    part = on_white(image.crop((left, top, round(place[2] + edge), round(place[3] + edge))))
    scale = min(_HEIGHT / max(part.height, 1), _MAX_GROWTH)
    size = (max(1, round(part.width * scale)), max(1, round(part.height * scale)))
    part = part.resize(size, Image.Resampling.BICUBIC)
    return [
        Word(
            word.text,
            left + word.x0 / scale,
            top + word.y0 / scale,
            left + word.x1 / scale,
            top + word.y1 / scale,
            word.confidence,
        )
        for line in read_lines(part, languages, Mode.LINE)
        for word in line
    ]
