"""Nothing in the analysis opens a connection."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import socket, sys
def refuse(*args, **kwargs):
    sys.stdout.write("connected"); sys.stdout.flush(); import os; os._exit(3)
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
socket.gethostbyname = refuse
from pathlib import Path
from guard.detect.engine import Analyzer
from guard.rules.load import load
from guard.terms import Role, Segment
text = "Mme Martin, a@example.co.uk, https://www.example.com/x, 01 99 00 12 34, FR76 3000 6000 0112 3456 7890 189"
found = Analyzer(load(Path("rules"))).analyze([Segment("body:", Role.USER, text)]).findings
sys.stdout.write(str(len(found) > 2))
"""


def test_no_name_is_looked_up_and_nobody_is_called() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, timeout=100, check=False)
    assert run.stdout == b"True"
