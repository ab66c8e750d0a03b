"""Models of optional libraries: what is said when they are not there, and that one really reads."""

import json
from pathlib import Path

import pytest

from guard.detect.models import recognizer
from guard.detect.names import Pipelines
from guard.errors import DetectError


@pytest.mark.parametrize("choice", ["gliner:", "transformers:/nowhere", "other:/tmp", "gliner"])
def test_a_choice_that_names_no_folder_is_said(choice: str) -> None:
    with pytest.raises(DetectError, match="gliner:FOLDER or transformers:FOLDER"):
        recognizer(choice)


@pytest.mark.parametrize("kind", ["gliner", "transformers"])
def test_what_does_not_load_is_said_without_its_text(tmp_path: Path, kind: str) -> None:
    """The library is missing, or the folder holds no model."""
    with pytest.raises(DetectError, match=r"is not installed: pip install|does not load \(\w+\)"):
        recognizer(f"{kind}:{tmp_path}")


@pytest.mark.extra
def test_a_small_transformers_model_finds_the_name_it_was_made_for(tmp_path: Path) -> None:
    """Made here: one word, one dimension, one label; no training, no download."""
    import torch
    from transformers import BertConfig, BertForTokenClassification, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ana", "ecris", "a", "stp"]
    BertTokenizerFast(vocab={word: n for n, word in enumerate(words)}).save_pretrained(tmp_path)
    config = BertConfig(
        vocab_size=len(words), hidden_size=4, num_hidden_layers=1, num_attention_heads=1, intermediate_size=4,
        id2label={0: "O", 1: "B-PER"}, label2id={"O": 0, "B-PER": 1},
    )  # fmt: skip
    model = BertForTokenClassification(config)
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
        model.bert.embeddings.LayerNorm.weight.fill_(1)
        model.bert.encoder.layer[0].attention.output.LayerNorm.weight.fill_(1)
        model.bert.encoder.layer[0].output.LayerNorm.weight.fill_(1)
        model.bert.embeddings.word_embeddings.weight[:, 0] = 1.0
        model.bert.embeddings.word_embeddings.weight[words.index("ana")] = torch.tensor([0.0, 1.0, 0.0, 0.0])
        model.classifier.weight[1, 1], model.classifier.bias[0] = 9.0, 5.0
    model.save_pretrained(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["architectures"] == ["BertForTokenClassification"]

    pipelines = Pipelines(f"transformers:{tmp_path}")
    text = "ecris a ana stp"
    with pipelines.zone():
        entities = pipelines.process_text(text, "fr").entities

    assert [(entity.label_, text[entity.start_char : entity.end_char]) for entity in entities] == [("PERSON", "ana")]
    assert pipelines.said == f"transformers:{tmp_path.name}"


@pytest.mark.extra
def test_a_small_gliner_model_finds_the_name_it_was_made_for(tmp_path: Path) -> None:
    """Made here, of 32 dimensions, and taught one sentence; no download."""
    import torch
    from gliner import GLiNER
    from transformers import BertTokenizerFast

    torch.manual_seed(1)
    asked = ["person", "location", "organization", "name", "address", "city", "company"]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ana", "ecris", "a", "stp", *asked]
    BertTokenizerFast(vocab={word: n for n, word in enumerate(words)}).save_pretrained(tmp_path)
    encoder = {
        "model_type": "bert", "vocab_size": len(words), "hidden_size": 32, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": 32,
    }  # fmt: skip
    config = {
        "model_name": str(tmp_path), "encoder_config": encoder, "hidden_size": 32, "dropout": 0.0, "max_width": 2,
        "num_rnn_layers": 0, "class_token_index": len(words) + 1,
    }  # fmt: skip
    model = GLiNER.from_config(config, backbone_from_pretrained=False)
    taught = {"tokenized_text": ["ecris", "a", "ana", "stp"], "ner": [(2, 2, "person")], "ner_labels": asked}
    collate = model.data_collator_class(model.config, data_processor=model.data_processor, prepare_labels=True)
    batch, learn = collate([taught]), torch.optim.Adam(model.parameters(), lr=0.003)
    for _ in range(100):
        learn.zero_grad()
        model(**batch).loss.backward()
        learn.step()
    model.save_pretrained(tmp_path)

    pipelines = Pipelines(f"gliner:{tmp_path}")
    text = "ecris a ana stp"
    with pipelines.zone():
        entities = pipelines.process_text(text, "fr").entities

    assert [text[entity.start_char : entity.end_char] for entity in entities if entity.label_ == "PERSON"] == ["ana"]
    assert pipelines.said == f"gliner:{tmp_path.name}"
