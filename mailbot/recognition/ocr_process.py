"""The process that reads images: they come in on standard input, words go out on standard output.

It runs by itself, so that what kills Tesseract (an image that it does not survive, memory, time)
never kills a worker, and so that it can do nothing but read (`mailbot.sandbox`); and it stays, so
that the models of the languages are loaded once.

A request is a line of JSON and, if `width` is given, the grey pixels of an image, row by row:
`{"check": ["nld"]}` is answered with the languages that lack; `{"width", "height", "languages",
"mode", "letters"}` with the words of the image; `{"width", "height", "orientation": true}` with
how the page must be turned.
"""

import json
import select
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO

import tesserocr

from mailbot.sandbox.confinement import confine

#: where distributions keep the models of Tesseract 5, after TESSDATA_PREFIX
_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
)
#: seconds without a request after which it ends and gives its memory back
_IDLE = 120.0
#: bytes of memory; Tesseract needs about 250 MB for a page in four languages
_MEMORY = 1_500_000_000
#: groups of languages that stay loaded, 20 to 60 MB each
_MAX_LOADED = 3
_TSV_COLUMNS = 12
_WORD_LEVEL = "5"

Api = Any
Row = tuple[str, float, float, float, float, float, int]


class Reader:
    """Tesseract with the languages that were asked for last."""

    def __init__(self) -> None:
        self._folder, self._installed = _find_models()
        self._loaded: OrderedDict[str, Api] = OrderedDict()

    def answer(self, request: dict[str, Any], pixels: bytes) -> dict[str, Any]:
        """Return what was asked for, as JSON types."""
        if "check" in request:
            return {"missing": [n for n in request["check"] if n not in self._installed]}
        image = (pixels, request["width"], request["height"], 1, request["width"])
        if "orientation" in request:
            return self._orientation(image)
        api = self._api("+".join(request["languages"]))
        api.SetPageSegMode(request["mode"])
        api.SetVariable("tessedit_char_whitelist", request.get("letters", ""))
        api.SetImageBytes(*image)
        try:
            return {"words": _words(api)}
        finally:
            api.Clear()

    def _orientation(self, image: tuple[bytes, int, int, int, int]) -> dict[str, Any]:
        """Return by how many degrees, clockwise, the page must be turned, and how sure that is."""
        if "osd" not in self._installed:
            return {"turn": 0, "sureness": 0.0}
        api = self._api("osd")
        api.SetPageSegMode(tesserocr.PSM.OSD_ONLY)
        api.SetImageBytes(*image)
        found = api.DetectOrientationScript() or {}
        api.Clear()
        return {
            "turn": (360 - int(found.get("orient_deg", 0))) % 360,
            "sureness": float(found.get("orient_conf", 0.0)),
        }

    def _api(self, languages: str) -> Api:
        if languages not in self._loaded:
            while len(self._loaded) >= _MAX_LOADED:
                self._loaded.popitem(last=False)[1].End()
            self._loaded[languages] = self._load(languages)
        self._loaded.move_to_end(languages)
        return self._loaded[languages]

    def _load(self, languages: str) -> Api:
        api = tesserocr.PyTessBaseAPI(init=False)
        # it would open a file to write to, and crashes where it may not
        api.SetVariable("debug_file", "")
        api.Init(path=self._folder, lang=languages)
        return api


def _find_models() -> tuple[str, frozenset[str]]:
    """Return the folder of the models and the names of the languages in it."""
    for folder in ("", *_FOLDERS):
        if folder and not Path(folder).is_dir():
            continue
        path, names = tesserocr.get_languages(folder)
        if names:
            return path, frozenset(names)
    return "", frozenset()


def _words(api: Api) -> list[Row]:
    """Return text, left, top, right, bottom, confidence and line of each word, in pixels."""
    api.Recognize()
    rows: list[Row] = []
    lines: dict[tuple[str, ...], int] = {}
    for line in api.GetTSVText(0).splitlines():
        fields = line.split("\t")
        if len(fields) != _TSV_COLUMNS or fields[0] != _WORD_LEVEL or not fields[11].strip():
            continue
        x, y, width, height, confidence = (float(field) for field in fields[6:11])
        number = lines.setdefault(tuple(fields[1:5]), len(lines))
        rows.append((fields[11].strip(), x, y, x + width, y + height, confidence / 100, number))
    return rows


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more, or none for a while."""
    reader = Reader()
    while select.select([requests], [], [], _IDLE)[0]:
        line = requests.readline()
        if not line:
            return
        request = json.loads(line)
        pixels = requests.read(request.get("width", 0) * request.get("height", 0))
        answers.write(json.dumps(reader.answer(request, pixels)).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    models = Path(_find_models()[0])
    confine(memory=_MEMORY, readable=[models])
    serve(sys.stdin.buffer, sys.stdout.buffer)
