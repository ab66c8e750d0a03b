"""A folder that is not there yet -> a company's first set of rules, which lints and passes its tests.

It is the shipped set with every policy rule but the one for secrets only watched (status `test`), an example of the
company's own words, and a page that says what to do next, in French or in English. Nothing is overwritten.
"""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from guard.errors import GuardError
from guard.terms import Lang

SHIPPED = Path(__file__).resolve().parent.parent / "rules"
"""The rules beside the code."""
FROM_THE_FIRST_DAY = frozenset({"redact-secrets"})
"""Policy rules in force at once: keys and tokens come back into the answer, and nobody misses them on the way."""
_STABLE = re.compile(r"^status: stable$", re.MULTILINE)
_PROJECTS: Mapping[Lang, str] = {
    Lang.FR: "# Un nom de code par ligne.\nProjet Alizé\n",
    Lang.EN: "# One code name a line.\nProject Kingfisher\n",
}

_DETECT: Mapping[Lang, str] = {
    Lang.FR: """\
# yaml-language-server: $schema=../.schema/detect.json
id: internal-project
title: Noms de code de projets
description: >-
  Les noms de code de lists/internal-projects.txt, mot pour mot. Remplacez l’exemple par ceux de l’entreprise.
status: stable
owner: security
date: 2026-11-23
references: [Charte informatique de l’entreprise]
falsepositives: [Un mot courant choisi comme nom de code]
detect:
  entity: INTERNAL_PROJECT
  classification: confidential
  words_from: internal-projects.txt
tests:
  match:
    - text: Le Projet Alizé sera annoncé en mars.
      finds: [Projet Alizé]
  no_match:
    - text: Le vent alizé souffle vers l’ouest.
      why: Le mot seul n’est pas le nom de code.
""",
    Lang.EN: """\
# yaml-language-server: $schema=../.schema/detect.json
id: internal-project
title: Code names of projects
description: >-
  The code names in lists/internal-projects.txt, word for word. Replace the example by the company's own.
status: stable
owner: security
date: 2026-11-23
references: [The company's rules on information]
falsepositives: [A common word chosen as a code name]
detect:
  entity: INTERNAL_PROJECT
  classification: confidential
  words_from: internal-projects.txt
tests:
  match:
    - text: Project Kingfisher will be announced in March.
      finds: [Project Kingfisher]
  no_match:
    - text: A kingfisher sat by the river.
      why: The word alone is not the code name.
""",
}
_POLICY: Mapping[Lang, str] = {
    Lang.FR: """\
# yaml-language-server: $schema=../.schema/policy.json
id: redact-internal-projects
title: Les noms de code de projets sont masqués
description: >-
  Un nom de code ne sort pas de l’entreprise. Il part sous un repère, et revient dans la réponse.
status: test
owner: security
date: 2026-11-23
references: [Charte informatique de l’entreprise]
when:
  entities: [INTERNAL_PROJECT]
then: redact
tests:
  - {entities: [INTERNAL_PROJECT], expect: redact}
  - {expect: allow}
""",
    Lang.EN: """\
# yaml-language-server: $schema=../.schema/policy.json
id: redact-internal-projects
title: Code names of projects are redacted
description: >-
  A code name does not leave the company. It leaves as a placeholder, and comes back in the answer.
status: test
owner: security
date: 2026-11-23
references: [The company's rules on information]
when:
  entities: [INTERNAL_PROJECT]
then: redact
tests:
  - {entities: [INTERNAL_PROJECT], expect: redact}
  - {expect: allow}
""",
}
_README: Mapping[Lang, str] = {
    Lang.FR: """\
# Les règles de l’entreprise

Une règle par fichier, relue comme du code, avec ses tests dedans.

1. **Aujourd’hui.** Mettez ce dossier sous git, vérifiez-le (`guard lint .`, `guard test .`), et démarrez avec
   `GUARD_RULES` sur ce dossier. Seuls les secrets sont masqués ; toutes les autres règles de `policy/` sont observées
   (`status: test`) : elles disent dans le journal ce qu’elles auraient fait, et ne décident rien. Ce qui ne peut pas
   être lu est bloqué.
2. **Cette semaine.** Remplacez les responsables (`owner`) par vos équipes, les noms de code de
   `lists/internal-projects.txt` par les vôtres, et dites dans `services/` quels services sont approuvés (`sanctioned`).
3. **Pendant un mois.** Regardez ce qui aurait été fait : `guard logs watched-rules --since 30d`.
4. **Ensuite.** Passez une règle à `status: stable`, d’abord pour une partie des gens (`rollout: 25%`), et regardez
   avant ce que cela change : `guard diff ANCIEN NOUVEAU --on log`. `guard explain RÈGLE --lang fr` dit ce qu’elle fait.
""",
    Lang.EN: """\
# The company's rules

One rule per file, reviewed like code, with its tests inside.

1. **Today.** Put this folder under git, check it (`guard lint .`, `guard test .`), and start with `GUARD_RULES` naming
   it. Only secrets are redacted; every other rule in `policy/` is watched (`status: test`): it says in the log what it
   would have done, and decides nothing. What cannot be read is blocked.
2. **This week.** Replace each `owner` by a team of yours and the code names in `lists/internal-projects.txt` by your
   own, and say in `services/` which services the company has approved (`sanctioned`).
3. **For a month.** Look at what would have been done: `guard logs watched-rules --since 30d`.
4. **Then.** Set a rule to `status: stable`, for some of the people at first (`rollout: 25%`), and look at what that
   changes before: `guard diff OLD NEW --on log`. `guard explain RULE` says what a rule does.
""",
}


def write(folder: Path, lang: Lang) -> int:
    """Make the folder; the number of files in it. GuardError when something is there already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GuardError(f"{folder} is there already, and not empty: nothing was written")
    if not SHIPPED.is_dir():
        raise GuardError(f"the rules that come with the guard are not at {SHIPPED}")
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns(".seal*"), dirs_exist_ok=True)
    for path in (folder / "policy").glob("*.yaml"):
        if path.stem not in FROM_THE_FIRST_DAY:
            path.write_text(_STABLE.sub("status: test", path.read_text("utf-8"), count=1), "utf-8")
    own = {
        "README.md": _README[lang],
        "lists/internal-projects.txt": _PROJECTS[lang],
        "detect/internal-project.yaml": _DETECT[lang],
        "policy/redact-internal-projects.yaml": _POLICY[lang],
    }
    for name, text in own.items():
        (folder / name).write_text(text, "utf-8")
    return sum(path.is_file() for path in folder.rglob("*"))
