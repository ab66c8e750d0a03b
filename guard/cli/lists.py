"""Commands on the company's own data: lists build, lists fingerprint."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from guard.cli.door import app, deployment, fail

if TYPE_CHECKING:
    from guard.rules.hashed import Hasher
    from guard.rules.schema import Table


Name = Annotated[str, typer.Option("--name", help="Name of the list: small letters, digits, hyphens.")]
Key = Annotated[Path | None, typer.Option("--key", help="File of the key, made when missing; GUARD_LISTS_KEY's.")]
Out = Annotated[Path | None, typer.Option("--out", help="File to write; lists/NAME.edm or .fp of GUARD_RULES.")]
lists = typer.Typer(no_args_is_help=True, help="Make lists of keyed hashes from the company's own data.")
app.add_typer(lists, name="lists")


@lists.command()
def build(
    file: Annotated[Path, typer.Argument(help="A CSV file with a line of column names.")],
    columns: Annotated[str, typer.Option(help="Columns to know, separated by commas.")],
    name: Name,
    together: Annotated[str, typer.Option(help="Columns that count only near another value of their row.")] = "",
    key: Key = None,
    out: Out = None,
) -> None:
    """Make an exact-match list from a CSV file (needs the file once; no clear value is kept).

    Example: guard lists build clients.csv --columns nom,prenom,iban --together nom,prenom --name customers
    """
    from guard import lists as making

    wanted = [column.strip() for column in columns.split(",") if column.strip()]
    paired = frozenset(column.strip() for column in together.split(",") if column.strip())
    if not wanted or not paired <= set(wanted):
        fail("--columns names the columns, and those of --together are among them", 2)
    hasher = _hasher(key)
    try:
        built = making.exact(making.rows(file, wanted), paired, hasher)
    except OSError as error:
        fail(f"{file}: cannot be read ({type(error).__name__})", 2)
    except making.ListError as error:
        fail(str(error), 2)
    path = _write_list(built.table, name, out)
    print(f"{path}: {built.values} values; {built.skipped} left out (too common, too short or too long)")


@lists.command()
def fingerprint(
    source: Annotated[Path, typer.Argument(help="A folder of .txt, .md and .csv files.")],
    name: Name,
    skip: Annotated[bool, typer.Option("--skip-unreadable", help="Other files are no problem.")] = False,
    key: Key = None,
    out: Out = None,
) -> None:
    """Make fingerprints of confidential documents (needs the folder once; no text is kept).

    Example: guard lists fingerprint contracts/ --name contracts
    """
    from guard import lists as making

    if not source.is_dir():
        fail(f"{source}: not a folder", 2)
    texts, skipped = making.readable(source)
    for path in skipped:
        print(f"{path}: skipped (not a text file that can be read)", file=sys.stderr)
    built = making.documents(texts, _hasher(key))
    path = _write_list(built.table, name, out)
    print(f"{path}: {len(texts)} documents, {built.values} fingerprints; {built.skipped} shared by many left out")
    raise SystemExit(1 if skipped and not skip else 0)


def _hasher(key: Path | None) -> "Hasher":
    from guard.rules.hashed import Hasher, made_key

    return Hasher(made_key(key or deployment().key))


def _write_list(table: "Table", name: str, out: Path | None) -> Path:
    from guard.rules.hashed import SUFFIXES, written

    if not name.replace("-", "").isalnum() or not name.isascii() or name != name.lower():
        fail("--name wants small letters, digits and hyphens", 2)
    suffix = next(suffix for suffix, kind in SUFFIXES.items() if kind == table.kind)
    path = out or deployment().rules / "lists" / f"{name}{suffix}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(f".{path.name}.new").write_text(written(table), "ascii")
        path.with_name(f".{path.name}.new").replace(path)
    except OSError as error:
        fail(f"{path}: cannot be written ({type(error).__name__})", 2)
    return path
