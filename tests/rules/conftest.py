"""A small set of rules without a fault, one of each kind, for tests to spoil."""

from collections.abc import Callable
from pathlib import Path

import pytest

GOOD = {
    "detect/badge.yaml": """\
# yaml-language-server: $schema=../.schema/detect.json
id: badge
title: Badge number
description: The numbers on people's badges.
status: stable
owner: security
date: 2026-11-23
references: []
falsepositives: [none known]
detect:
  entity: BADGE
  classification: internal
  patterns:
    - name: B and four digits
      regex: '\\bB\\d{4}\\b'
      score: 0.9
tests:
  match: [{text: badge B1234, finds: [B1234]}]
  no_match: [{text: badge 1234, why: no letter}]
""",
    "uses/translation.yaml": """\
# yaml-language-server: $schema=../.schema/uses.json
id: translation
title: Translation
description: Turning a text into another language.
status: stable
owner: dpo
date: 2026-11-23
references: []
use:
  acts: {fr: [traduis], en: [translate]}
  objects: {fr: [texte], en: [text]}
tests:
  match: [Translate this text.]
  no_match: [{text: Hello, why: a greeting}]
""",
    "messages/no-badges.yaml": """\
# yaml-language-server: $schema=../.schema/messages.json
id: no-badges
title: Badges stay here
description: For a prompt that holds a badge number.
status: stable
owner: security
date: 2026-11-23
references: []
fr: {title: Badge, text: "Un numéro de badge ne sort pas ({id})."}
en: {title: Badge, text: "A badge number stays here ({id})."}
""",
    "policy/block-badges.yaml": """\
# yaml-language-server: $schema=../.schema/policy.json
id: block-badges
title: Badge numbers do not leave
description: Badge numbers open doors.
status: stable
owner: security
date: 2026-11-23
references: []
when:
  services: [example-api]
  uses: [translation]
  entities: [BADGE]
then: block
message: no-badges
tests:
  - {entities: [BADGE], uses: [translation], service: example-api, expect: block}
""",
    "services/example-api.yaml": """\
# yaml-language-server: $schema=../.schema/services.json
id: example-api
title: Example
description: A service that exists in tests.
status: stable
owner: security
date: 2026-11-23
references: []
provider: Example
hosts: [api.example.com]
channel: api
sanctioned: true
refusal: json-error
endpoints:
  - id: chat
    methods: [POST]
    path: /v1/chat
    family: json
    model: /model
    fields:
      - {path: /text, role: user}
tests:
  - {path: /v1/chat, body: '{"text":"Hello"}', endpoint: chat, reads: ["user: Hello"]}
""",
}


@pytest.fixture
def good() -> dict[str, str]:
    """The files by path."""
    return dict(GOOD)


@pytest.fixture
def lay(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Writes files by path and gives their folder."""

    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        return tmp_path

    return write
