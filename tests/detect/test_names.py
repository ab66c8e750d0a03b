"""Pipelines: which is chosen, what they find, and that nothing of a text stays."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from guard.detect import names
from guard.detect.names import Pipelines, chosen
from guard.errors import DetectError
from guard.terms import Lang

BOTH = "Peux-tu écrire à Sophie Lambert ? And please call Daniel Okafor in Doncaster."


@pytest.fixture(scope="module")
def builtin() -> Pipelines:
    return Pipelines("builtin")


def found(pipelines: Pipelines, text: str, lang: str = "fr") -> list[tuple[str, str]]:
    with pipelines.zone():
        entities = pipelines.process_text(text, lang).entities
    return [(entity.label_, text[entity.start_char : entity.end_char]) for entity in entities]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_one_pipeline_reads_both_languages_whatever_the_guess(builtin: Pipelines, lang: str) -> None:
    assert found(builtin, BOTH, lang) == [
        ("PERSON", "Sophie Lambert"),
        ("PERSON", "Daniel Okafor"),
        ("LOCATION", "Doncaster"),
    ]


def test_both_languages_share_one_object() -> None:
    one, other = Pipelines("builtin"), Pipelines("builtin")

    assert one.get_nlp("fr") is one.get_nlp("en") is other.get_nlp("fr")


def test_nothing_is_found_without_a_pipeline() -> None:
    none = Pipelines("none")

    assert found(none, BOTH) == []
    assert none.said == "none"
    assert none.is_loaded()


def official(folder: Path, lang: str, label: str, word: str) -> Path:
    """A small pipeline that calls one word a name."""
    nlp = spacy.blank(lang)
    nlp.add_pipe("entity_ruler", name="ner").add_patterns([{"label": label, "pattern": word}])  # type: ignore[attr-defined]
    nlp.to_disk(folder)
    return folder


def test_a_folder_is_read_for_both_languages_and_its_labels_become_presidios(tmp_path: Path) -> None:
    pipelines = Pipelines(str(official(tmp_path / "mine", "en", "GPE", "Atlantis")))

    assert (
        found(pipelines, "from Atlantis", "en") == found(pipelines, "vers Atlantis", "fr") == [("LOCATION", "Atlantis")]
    )
    assert pipelines.said == "mine"


def test_labels_that_are_no_names_are_left_aside(tmp_path: Path) -> None:
    assert found(Pipelines(str(official(tmp_path / "days", "en", "DATE", "Monday"))), "on Monday") == []


def test_auto_prefers_an_installed_official_pipeline_of_a_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spacy.util, "is_package", lambda name: name in ("en_core_web_sm", "en_core_web_lg"))

    assert chosen("auto") == {Lang.EN: "en_core_web_lg", Lang.FR: "builtin"}
    monkeypatch.setattr(names, "_loaded", lambda name: spacy.blank("en"))
    assert Pipelines("auto").said == "en=en_core_web_lg fr=builtin"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package as spaCy's own are built, installed: it calls one word a place."""
    name = "en_core_web_sm"
    (tmp_path / name).mkdir()
    official(tmp_path / name / "data", "en", "GPE", "Atlantis")
    (tmp_path / name / "__init__.py").write_text(
        "from pathlib import Path\nfrom spacy.util import load_model_from_path\n"
        "def load(**overrides):\n    return load_model_from_path(Path(__file__).parent / 'data', **overrides)\n"
    )
    (tmp_path / f"{name}-3.8.0.dist-info").mkdir()
    (tmp_path / f"{name}-3.8.0.dist-info" / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: 3.8.0\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield name
    sys.modules.pop(name, None)
    names._loaded.cache_clear()


def test_an_installed_official_pipeline_reads_its_language_and_ours_the_other(installed: str) -> None:
    pipelines = Pipelines("auto")

    assert pipelines.said == f"en={installed} fr=builtin"
    assert found(pipelines, "From Atlantis with Daniel Okafor", "en") == [("LOCATION", "Atlantis")]
    assert found(pipelines, "Depuis Dole avec Daniel Okafor", "fr")[-1] == ("PERSON", "Daniel Okafor")


def test_auto_takes_ours_where_none_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacy.util, "is_package", lambda name: False)

    assert Pipelines("auto").said == "builtin"


def test_a_choice_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DetectError, match="GUARD_NLP names no pipeline"):
        Pipelines(str(tmp_path / "nowhere"))


def test_a_pipeline_without_names_is_refused(tmp_path: Path) -> None:
    spacy.blank("fr").to_disk(tmp_path / "blank")

    with pytest.raises(DetectError, match="finds no names"):
        Pipelines(str(tmp_path / "blank"))


def test_a_broken_pipeline_is_refused_by_the_kind_of_its_error(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text('{"lang": "en"}')

    with pytest.raises(DetectError, match=r"does not load \(\w+\)"):
        Pipelines(str(tmp_path))


def test_words_met_in_a_zone_are_forgotten(builtin: Pipelines) -> None:
    strings = builtin.get_nlp("fr").vocab.strings
    found(builtin, "Bonjour Zwirbelkanaille")
    before = len(strings)
    found(builtin, "Kanailletzwirbel et Brimborion-Xylo parlent à Grutzfadel")

    assert len(strings) == before
    assert "Grutzfadel" not in strings


def test_the_shipped_pipeline_is_small_and_holds_no_vocabulary() -> None:
    files = [path for path in (Path(names.__file__).parent / "bilingual").rglob("*") if path.is_file()]

    assert sum(path.stat().st_size for path in files) <= 8_000_000
    assert next(path for path in files if path.name == "strings.json").stat().st_size < 1_000


@given(st.text(max_size=200))
def test_places_are_inside_the_text_whatever_it_is(text: str) -> None:
    pipelines = Pipelines("builtin")
    with pipelines.zone():
        for name in pipelines.process_text(text, "fr").entities:
            assert 0 <= name.start_char < name.end_char <= len(text)
