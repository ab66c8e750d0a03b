"""Commands on texts: lines in, lines out."""

import json
import os
import sys
from collections.abc import Callable
from subprocess import CompletedProcess, run

type Guard = Callable[..., CompletedProcess[str]]


def test_scan_reads_and_writes_json_lines(guard: Guard) -> None:
    lines = [{"id": 7, "text": "Mail : jean.dupont@exemple.fr"}, {"id": "b", "text": "Bonjour", "lang": "fr"}]
    done = guard("scan", stdin="\n".join(map(json.dumps, lines)))

    assert done.returncode == 0
    first, second = map(json.loads, done.stdout.splitlines())
    assert set(first) == {"id", "findings", "classification", "uses"}
    [finding] = first["findings"]
    assert set(finding) == {"entity", "start", "end", "score", "rule", "classification"}
    assert (finding["entity"], finding["start"], finding["end"]) == ("EMAIL_ADDRESS", 7, 29)
    assert second == {"id": "b", "findings": [], "classification": "public", "uses": []}


def test_scan_names_a_bad_line_and_goes_on(guard: Guard) -> None:
    done = guard("scan", stdin='{"id":1}\nnot json\n{"id":3,"text":"a"}\n')

    assert done.returncode == 2
    assert [line.split(":")[1] for line in done.stderr.splitlines()] == ["1", "2"]
    assert json.loads(done.stdout)["id"] == 3


def test_an_analysis_keeps_to_one_core() -> None:
    """More threads make small matrices wait for each other; the commands say so before numpy is loaded."""
    asked = "import sys, os, guard.cli.door; print('numpy' in sys.modules, os.environ['OPENBLAS_NUM_THREADS'])"
    env = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = run([sys.executable, "-c", asked], env=env, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "1"]
