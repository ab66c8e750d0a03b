from training.lists import lines, words


def test_an_underscore_is_a_space_and_comments_are_no_words():
    towns = words("towns_fr")
    assert "Le Havre" in towns
    assert not [town for town in towns if "_" in town or town.startswith("#")]


def test_lines_have_their_breaks_made_real():
    assert any("\n" in line for line in lines("plain_fr"))
    assert not [line for line in lines("plain_fr") if "\\n" in line]
