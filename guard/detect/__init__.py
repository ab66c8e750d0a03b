"""Text -> Findings and Uses: Presidio with recognizers made of YAML rules, in supervised worker processes."""

import os

# One analysis, one core: with more threads, small matrices wait for each other, nine times as long on a busy machine.
# It counts only before numpy is loaded, so it stands where every door comes by first.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
