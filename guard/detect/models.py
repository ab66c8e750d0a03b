"""A folder with a model of GLiNER or of Hugging Face's transformers -> Presidio's own recognizer for it.

Both are optional extras (`pip install prompt-guard[gliner]`, `[transformers]`; several GB with PyTorch). The model is a
folder on this machine: nothing is looked up or downloaded, whatever the libraries would do by themselves.
"""

import os
from pathlib import Path

from presidio_analyzer import EntityRecognizer

from guard.errors import DetectError

KINDS = ("gliner", "transformers")
"""What a choice of GUARD_NLP may begin with, before a colon and a folder."""
_ASKED = {
    "person": "PERSON",
    "name": "PERSON",
    "location": "LOCATION",
    "city": "LOCATION",
    "organization": "ORGANIZATION",
    "company": "ORGANIZATION",
    "address": "ADDRESS",
    "date of birth": "DATE_OF_BIRTH",
}
"""What GLiNER is asked for, and Presidio's name of it."""


def recognizer(choice: str) -> EntityRecognizer:
    """The recognizer of a choice such as `gliner:/models/gliner-pii`, loaded; DetectError says what is missing."""
    kind, _, place = choice.partition(":")
    if kind not in KINDS or not place or not Path(place).is_dir():
        raise DetectError(
            "internal", f"GUARD_NLP wants {' or '.join(f'{kind}:FOLDER' for kind in KINDS)}, a model's folder"
        )
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
    try:
        return _gliner(place) if kind == "gliner" else _transformers(place)
    except ImportError:
        raise DetectError("internal", f"{kind} is not installed: pip install 'prompt-guard[{kind}]'") from None
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a model, nothing is analysed by it
        raise DetectError("internal", f"the model of names does not load ({type(error).__name__})") from None


def _gliner(place: str) -> EntityRecognizer:
    from presidio_analyzer.predefined_recognizers import GLiNERRecognizer

    made: EntityRecognizer = GLiNERRecognizer(model_name=place, entity_mapping=_ASKED, map_location="cpu")
    return made


def _transformers(place: str) -> EntityRecognizer:
    from presidio_analyzer.predefined_recognizers import HuggingFaceNerRecognizer

    made: EntityRecognizer = HuggingFaceNerRecognizer(model_name=place, device="cpu")
    return made
