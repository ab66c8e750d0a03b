from training.card import Run, card, write_card
from training.score import Count, Score

RUN = Run(
    version="9.9.9",
    seed=7,
    epochs=2,
    labels=("LOC", "PER"),
    counts={"winer": 10, "winer+names": 5, "template": 20, "record": 3, "plain": 2, "code": 1},
    words=1234,
    size=6_200_000,
    scores={"winer": Score({"ALL": Count(8, 10, 10), "PER": Count(8, 10, 10)}, {"PER": Count(9, 10, 10)})},
)


def test_the_card_names_the_sources_that_were_used_and_no_others():
    text = card(RUN)
    assert "WiNER-fr, Yoann Dupont" in text
    assert "CC BY 4.0" in text
    assert "CrossNER" not in text


def test_the_card_holds_the_figures_of_its_run():
    text = card(RUN)
    for piece in (
        "9.9.9",
        "LOC, PER",
        "6.2 MB",
        "41 training texts",
        "1,234 words",
        "25 texts",
        "| winer | 0.8 | 0.8 | 0.9 |",
    ):
        assert piece in text
    assert "{" not in text


def test_the_card_stands_beside_the_pipeline(tmp_path):
    write_card(tmp_path, RUN)
    assert (tmp_path / "CARD.md").read_text(encoding="utf-8") == card(RUN)
