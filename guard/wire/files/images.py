"""A picture -> the words on it, by tesseract in French and English, the texts in its properties, and those that stand
in its bytes where no reader of pictures looks: behind its end, in blocks that are not shown.

The picture goes to tesseract's standard input and its words come from the standard output: nothing is written to a
disk (law 6). Without tesseract a picture is unread, cause `image`.
"""

import io
import re
import shutil
import subprocess
from functools import lru_cache

from PIL import Image, UnidentifiedImageError

from guard.errors import WireError
from guard.wire.files.gathering import Gathering
from guard.wire.prose import words

_PIXELS = 40_000_000
_SECONDS = 15
_SMALL = 24
"""Pixels: a picture less high or wide holds no line of text."""
_FRAMES = 20
_IFDS = (0x8769, 0x8825)
"""Where EXIF keeps more: the camera's, and the place's (Exif 2.32 §4.6.3)."""
_LANGUAGES = ("fra", "eng")
_RUN = re.compile(r"[\x20-\x7e\u00a1-\u024f]{12,}")
"""Characters in a row that packed pixels hardly ever look like."""

Image.MAX_IMAGE_PIXELS = _PIXELS


@lru_cache(maxsize=1)
def readable() -> tuple[str, ...]:
    """The command that reads a picture; empty when tesseract, French or English is not installed."""
    command = shutil.which("tesseract")
    if command is None:
        return ()
    listed = subprocess.run([command, "--list-langs"], capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603 - a program found by its name, no text of anybody's
    if not set(_LANGUAGES) <= set(listed.stdout.split()):
        return ()
    return (command, "stdin", "stdout", "-l", "+".join(_LANGUAGES))


def read(data: bytes, out: Gathering) -> str:
    """Put its words and properties in `out`."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            _properties(picture, out)
            _beside(data, out)
            frames = getattr(picture, "n_frames", 1)
            for number in range(min(frames, _FRAMES)):
                picture.seek(number)
                look(picture, f"picture/{number}", out)
            if frames > _FRAMES:
                out.unread("image")
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise WireError("image", "a picture the guard does not read") from None
    except (OSError, SyntaxError, ValueError, EOFError):
        raise WireError("corrupt-file", "a picture that is broken") from None
    return "image"


def look(picture: Image.Image, where: str, out: Gathering) -> None:
    """The words on one picture."""
    command = readable()
    out.bounds.images -= 1
    if not command or out.bounds.images < 0 or picture.width * picture.height > _PIXELS:
        out.unread("image")
        return
    if picture.width < _SMALL or picture.height < _SMALL:
        return
    png = io.BytesIO()
    _on_white(picture).save(png, "PNG", compress_level=1)
    try:
        heard = subprocess.run(list(command), input=png.getvalue(), capture_output=True, timeout=_SECONDS, check=True)  # noqa: S603 - our own command; the picture is its input
    except subprocess.SubprocessError:
        out.unread("image")
        return
    out.text(where, heard.stdout.decode("utf-8", "replace"))


def _on_white(picture: Image.Image) -> Image.Image:
    """In greys, on white where it is transparent."""
    if "A" in picture.getbands() or "transparency" in picture.info:
        over = picture.convert("RGBA")
        paper = Image.new("RGBA", over.size, "white")
        paper.alpha_composite(over)
        return paper.convert("L")
    return picture.convert("L")


def _properties(picture: Image.Image, out: Gathering) -> None:
    exif = picture.getexif()
    values = [*exif.values(), *(value for ifd in _IFDS for value in exif.get_ifd(ifd).values()), *picture.info.values()]
    texts = [text for value in values if (text := _said(value))]
    out.text("properties", "\n".join(dict.fromkeys(texts)))


def _beside(data: bytes, out: Gathering) -> None:
    runs = _RUN.findall(data.decode("utf-8", "replace"))
    out.text("beside", "\n".join(run for run in runs if words(run)))
    out.text("beside@", "\n".join(run for run in runs if not words(run)), declared=False)


def _said(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes) and len(value) < 2**20:
        text = value.decode("utf-16-le" if value[1:2] == b"\0" else "utf-8", "ignore")
        return "".join(char if char.isprintable() else " " for char in text)
    return ""
