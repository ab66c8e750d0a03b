"""The gold sets are well formed, and the measures of names count as they say."""

import importlib.util
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
import spacy

ROOT = Path(__file__).resolve().parents[2]
GOLD = ROOT / "benchmarks" / "gold"
LANGS = ("fr", "en")
MARKED = ("chat", "mail", "cv", "table", "lower", "code")
BARE = ("empty", "public")
ENTITIES = {"PERSON", "LOCATION", "ORGANIZATION"}
TITLES = set(
    "m m. mr mr. mme mme. mrs mrs. ms ms. mlle miss madame monsieur mademoiselle sir dr dr. docteur doctor pr prof"
    " prof. me maître herr frau señor señora".split()
)
LEAST = {"chat": 60, "empty": 80} | dict.fromkeys(("mail", "cv", "table", "lower", "code", "public"), 20)
FILES = [f"{register}_{lang}" for register in (*MARKED, *BARE) for lang in LANGS]


def rows(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (GOLD / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def spans(row: dict[str, object]) -> list[tuple[str, int, int]]:
    listed = row["spans"]
    assert isinstance(listed, list)
    return [(span["entity"], span["start"], span["end"]) for span in listed]


def test_every_set_is_there_and_no_other() -> None:
    assert sorted(path.stem for path in GOLD.glob("*.jsonl")) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_set_is_large_enough_and_says_what_it_is(name: str) -> None:
    register, lang = name.split("_")
    lines = rows(name)
    assert len(lines) >= LEAST[register]
    assert all(set(line) == {"text", "spans", "register", "lang"} for line in lines)
    assert {(line["register"], line["lang"]) for line in lines} == {(register, lang)}


@pytest.mark.parametrize("name", FILES)
def test_spans_lie_inside_the_text_in_order_and_apart(name: str) -> None:
    for row in rows(name):
        text, end = str(row["text"]), 0
        for entity, start, stop in spans(row):
            assert entity in ENTITIES
            assert end <= start < stop <= len(text)
            end = stop


@pytest.mark.parametrize("name", FILES)
def test_a_span_is_a_whole_name_without_its_title(name: str) -> None:
    for row in rows(name):
        text = str(row["text"])
        for entity, start, end in spans(row):
            value = text[start:end]
            assert value == value.strip(" \t\n,;:'\"«»()")
            assert not value.endswith(("'s", "’s"))
            assert not text[start - 1 : start].isalnum()
            assert not text[end : end + 1].isalnum()
            if entity == "PERSON":
                words = value.casefold().split()
                assert words[0] not in TITLES
                assert words[-1] not in TITLES


@pytest.mark.parametrize("name", [f"{register}_{lang}" for register in BARE for lang in LANGS])
def test_sets_without_names_mark_none(name: str) -> None:
    assert not [span for row in rows(name) for span in spans(row)]


def test_no_text_comes_twice() -> None:
    texts = Counter(" ".join(str(row["text"]).casefold().split()) for name in FILES for row in rows(name))
    assert [text for text, times in texts.items() if times > 1] == []


@pytest.mark.parametrize("lang", LANGS)
def test_a_language_has_enough_names_of_each_kind(lang: str) -> None:
    found = Counter(entity for name in MARKED for row in rows(f"{name}_{lang}") for entity, _, _ in spans(row))
    assert found["PERSON"] >= 100
    assert found["ORGANIZATION"] >= 60
    assert found["LOCATION"] >= 60


@pytest.fixture(scope="module")
def names() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmark_of_names", ROOT / "benchmarks" / "names.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It knows three names, and calls all else nothing."""
    folder = tmp_path_factory.mktemp("pipeline") / "three"
    nlp = spacy.blank("xx")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns(  # type: ignore[attr-defined]
        [
            {"label": "PER", "pattern": "Priscilla"},
            {"label": "LOC", "pattern": "Rouen"},
            {"label": "DATE", "pattern": "lundi"},
        ]
    )
    nlp.to_disk(folder)
    return folder


def test_a_pipeline_s_labels_become_entities_and_others_are_left_out(names: ModuleType, pipeline: Path) -> None:
    read = names.alone(str(pipeline))
    assert read("Priscilla part lundi à Rouen") == [("PERSON", 0, 9), ("LOCATION", 23, 28)]


def test_scores_count_exact_spans_characters_and_touches(names: ModuleType) -> None:
    row = names.Row("Jean Dupont, Lyon", (("PERSON", 0, 11), ("LOCATION", 13, 17)), "fr")
    found = [("PERSON", 0, 4), ("ORGANIZATION", 13, 17)]
    scores = names.measure([row], lambda _: found)
    assert scores["PERSON"] == {
        "gold": 1,
        "precision": 0.0,
        "recall": 0.0,
        "f1": 0.0,
        "char_precision": 100.0,
        "char_recall": 36.4,
        "touched": 100.0,
    }
    assert scores["LOCATION"]["precision"] is None
    assert scores["LOCATION"]["touched"] == 100.0
    assert scores["ORGANIZATION"]["recall"] is None
    assert scores["one class"]["f1"] == 50.0
    assert scores["all"]["f1"] == 0.0


def test_a_perfect_reader_of_a_gold_set_scores_a_hundred(names: ModuleType) -> None:
    texts = names.rows(GOLD / "chat_fr.jsonl")
    answers = {row.text: list(row.spans) for row in texts}
    scores = names.measure(texts, answers.__getitem__)
    assert {scores[entity]["f1"] for entity in (*ENTITIES, "all", "one class")} == {100.0}


def test_false_hits_are_counted_by_ten_prompts_and_touched_ones_once(names: ModuleType) -> None:
    texts = [names.Row("a", lang="fr"), names.Row("b", lang="fr"), names.Row("c", lang="en"), names.Row("d", lang="en")]
    found = {"a": [("PERSON", 0, 1), ("LOCATION", 0, 1)], "b": [], "c": [("PERSON", 0, 1)], "d": [("PERSON", 0, 1)]}
    assert names.false_hits(texts, found.__getitem__) == 10.0
    shares = {"any": 75.0, "PERSON": 75.0, "LOCATION": 25.0, "ORGANIZATION": 0.0, "en": 100.0, "fr": 50.0}
    assert names.touched(texts, found.__getitem__) == shares


def test_public_sets_and_ordinary_prompts_are_read_in_their_own_form(names: ModuleType) -> None:
    public = names.Row.of('{"text": "Rouen dort", "ents": [[0, 5, "LOC"], [6, 10, "MISC"]], "src": "x"}')
    assert public == names.Row("Rouen dort", (("LOCATION", 0, 5),))
    assert names.Row.of('{"text": "Bonjour", "lang": "fr", "kind": "prompt"}') == names.Row("Bonjour", (), "fr")


def printed(
    names: ModuleType, options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    monkeypatch.setattr(sys, "argv", ["names.py", *options])
    names.main()
    return capsys.readouterr().out


def test_the_quick_run_prints_one_object_of_ratios(
    names: ModuleType,
    pipeline: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("test_winer", "test_wikigold", "test_wnut"):
        (tmp_path / f"{name}.jsonl").write_text('{"text": "à Rouen", "ents": [[2, 7, "LOC"]]}\n', encoding="utf-8")
    ordinary = tmp_path / "ordinary.jsonl"
    ordinary.write_text('{"text": "Rouen"}\n{"text": "bonjour"}\n', encoding="utf-8")
    options = ["--quick", "--json", "--pipeline", str(pipeline), "--data", str(tmp_path), "--benign", str(ordinary)]
    ratios = json.loads(printed(names, options, monkeypatch, capsys))
    assert ratios["alone_test_winer_f1"] == 1.0
    assert ratios["alone_ordinary_prompts_touched"] == 0.5
    assert ratios["alone_chat_fr_organization_f1"] == 0.0
    assert ratios["alone_empty_fr_false_hits_per_10"] == 0.0
    assert ratios["alone_words_per_second_short"] > 0
    assert ratios["megabytes"] > 0


@pytest.mark.bench
def test_the_whole_run_shows_every_set_and_the_guard_beside_the_pipeline(
    names: ModuleType, pipeline: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = printed(names, ["--guard", "--pipeline", str(pipeline)], monkeypatch, capsys)
    for name in FILES:
        assert shown.count(f" {name} ") >= 2


@pytest.mark.bench
@pytest.mark.timeout(600)
def test_new_words_take_no_memory_and_long_pastes_cost_what_short_ones_do(
    names: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = json.loads(printed(names, ["--cost", "--json"], monkeypatch, capsys))
    taken, spent = shown["megabytes_taken"], shown["milliseconds_per_thousand_characters"]
    assert taken["after_3000"] - taken["after_300"] < 10
    assert spent["code_1000k"] < 1.5 * spent["code_100k"]
    assert max(cost for name, cost in spent.items() if "run" in name) < spent["prose_40k"]


def test_a_pipeline_that_is_not_there_is_a_usage_error() -> None:
    command = [sys.executable, "benchmarks/names.py", "--pipeline", "no/such/folder"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "no/such/folder" in done.stderr
    assert "Traceback" not in done.stderr
