import json

import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.training import Example

from training.pack import PackError, blended, pack, recognizer, rounded
from training.pipeline import blank


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    folder = tmp_path_factory.mktemp("state")
    nlp = blank()
    nlp.add_pipe("ner").add_label("PER")
    doc = nlp.make_doc("Zorblat dort")
    nlp.initialize(lambda: [Example.from_dict(doc, {"entities": [(0, 7, "PER")]})])
    config = nlp.config
    config["paths"]["train"] = str(folder)
    nlp.config = config
    nlp.to_disk(folder / "model-best")
    return folder / "model-best"


def test_what_is_packed_loads_and_holds_labels_only(state, tmp_path):
    size = pack(state, tmp_path / "p", "1.2.3")
    nlp = spacy.load(tmp_path / "p")
    assert (nlp.meta["version"], nlp.meta["name"]) == ("1.2.3", "bilingual")
    assert json.loads((tmp_path / "p" / "vocab" / "strings.json").read_text()) == ["PER"]
    assert size == sum(path.stat().st_size for path in (tmp_path / "p").rglob("*") if path.is_file())


def test_neither_a_training_word_nor_a_path_is_packed(state, tmp_path):
    pack(state, tmp_path / "p", "1.2.3")
    packed = b"".join(path.read_bytes() for path in (tmp_path / "p").rglob("*") if path.is_file())
    assert b"Zorblat" not in packed
    assert str(state.parent).encode() not in packed


def test_packing_anew_replaces_all_but_the_card(state, tmp_path):
    target = tmp_path / "p"
    target.mkdir()
    (target / "CARD.md").write_text("a card")
    (target / "old.bin").write_text("old")
    pack(state, target, "1.2.3")
    assert (target / "CARD.md").read_text() == "a card"
    assert not (target / "old.bin").exists()


def test_a_pipeline_that_went_on_keeps_a_third_of_the_first_one_s_weights(state):
    ours, theirs = spacy.load(state), spacy.load(state)
    weights = [(n, name) for n in recognizer(ours).model.walk() for name in n.param_names if n.has_param(name)]
    before = [node.get_param(name).copy() for node, name in weights]
    for node in recognizer(theirs).model.walk():
        for name in node.param_names:
            if node.has_param(name):
                node.set_param(name, node.get_param(name) + 3)
    blended(ours, theirs)
    for (node, name), old in zip(weights, before, strict=True):
        assert np.allclose(node.get_param(name), old + 1, atol=1e-5)


def test_pipelines_of_two_shapes_have_no_mean(state):
    other = spacy.load(state)
    other.remove_pipe("ner")
    other.add_pipe("ner", config={"model": {"@architectures": "spacy.TransitionBasedParser.v2", "hidden_width": 8,
        "state_type": "ner", "extra_state_tokens": False, "maxout_pieces": 2, "use_upper": True,
        "tok2vec": {"@architectures": "spacy.HashEmbedCNN.v2", "width": 8, "depth": 1, "embed_size": 20,
        "window_size": 1, "maxout_pieces": 2, "subword_features": True, "pretrained_vectors": None}}},
    ).add_label("PER")  # fmt: skip
    other.initialize(lambda: [Example.from_dict(other.make_doc("Zorblat dort"), {"entities": [(0, 7, "PER")]})])
    with pytest.raises(PackError, match="no mean"):
        blended(spacy.load(state), other)


def test_what_is_too_large_is_refused(state, tmp_path, monkeypatch):
    monkeypatch.setattr("training.pack.LIMIT", 1000)
    with pytest.raises(PackError, match="more than the 1000 that may be shipped"):
        pack(state, tmp_path / "p", "1.2.3")


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=20))
def test_rounding_keeps_a_weight_within_a_hundredth_and_rounds_once(weights):
    array = np.array(weights, dtype=np.float32)
    kept = rounded(array)
    assert np.allclose(kept, array, rtol=0.01, atol=1e-37)
    assert rounded(kept).tolist() == kept.tolist()
