"""Deployment facts from the environment, read once by the doors. Rules say what is right; settings say where we are."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from guard.terms import Lang


def _shipped_rules() -> Path:
    here = Path("rules")
    return here if here.is_dir() else Path(__file__).resolve().parent.parent / "rules"


class Settings(BaseSettings):
    """Every field is read from `GUARD_` and its name in capitals; docs/operators.md lists them all."""

    model_config = SettingsConfigDict(env_prefix="GUARD_", frozen=True, extra="ignore", hide_input_in_errors=True)

    rules: Path = Field(default_factory=_shipped_rules, description="Folder of the rule files.")
    log_dir: Path = Field(default=Path("logs/events"), description="Folder the audit events are written to.")
    state_dir: Path = Field(
        default=Path("~/.prompt-guard"), description="Folder of the guard's CA and keys; mode 0700, never shared."
    )
    durability: Literal["kernel", "disk"] = Field(
        default="kernel",
        description="Who has an event before its request leaves: kernel (outlives a crash), disk (outlives a loss of "
        "power; some milliseconds each).",
    )
    log_reserve: int = Field(
        default=16 * 2**20, ge=0, description="Disk kept free for the log's last lines, in bytes; 0: none."
    )
    checkpoint_dir: Path | None = Field(
        default=None,
        description="Second folder for the log's checkpoints, on another machine: it shows when the log was cut off.",
    )
    retention_days: int = Field(
        default=365, ge=0, description="Days the log is kept; older ones are deleted, as an event says. 0: for ever."
    )
    identity: Literal["clear", "keyed", "split"] = Field(
        default="clear",
        description="How events name people: clear, keyed (a pseudonym), split (a pseudonym, and who it is in a file "
        "apart).",
    )
    keys_dir: Path | None = Field(
        default=None,
        description="Folder of the keys of fingerprints and pseudonyms, one for all nodes; default: in state_dir.",
    )
    store: str = Field(default="", description="Database URL; empty: SQLite in the state folder.")
    host: str = Field(default="127.0.0.1", description="Address the proxy listens on.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port the proxy listens on; 0 takes a free one.")
    node: str = Field(
        default="guard-1", pattern=r"^[A-Za-z0-9._-]{1,64}$", description="This machine's name in events."
    )
    language: Lang = Field(default=Lang.FR, description="Language of messages when the prompt does not tell (fr, en).")
    nlp: str = Field(
        default="auto",
        description="Pipeline that finds names: auto (an installed official one per language, else ours), builtin, "
        "none, a spaCy package or folder, or a model: gliner:FOLDER, transformers:FOLDER.",
    )
    workers: int = Field(default=2, ge=1, le=64, description="Analysis processes.")
    queue: int = Field(
        default=64, ge=1, description="Requests that may wait for an analysis process; one more gets 503."
    )
    analysis_seconds: float = Field(
        default=10.0,
        gt=0,
        description="Longest analysis of one request, in seconds, and as long again for each 100,000 characters.",
    )
    request_seconds: float = Field(default=120.0, gt=0, description="Longest decision on one request, in seconds.")
    grace_seconds: float = Field(
        default=10.0, ge=0, description="Wait for requests under way when stopping, in seconds."
    )
    max_body: int = Field(default=32 * 2**20, gt=0, description="Largest request body, in bytes, raw and decoded.")
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Loopback port for Prometheus metrics; 0 serves none."
    )
    upstream_ca: Path | None = Field(
        default=None, description="CA bundle (PEM) that services' certificates are checked against; default: certifi's."
    )
    upstream_map: str = Field(
        default="",
        description="Where to connect instead: `api.openai.com=127.0.0.1:9443`, comma-separated; names and "
        "certificates stay the service's own (tests, internal gateways).",
    )

    lists_key: Path | None = Field(
        default=None, description="Key of the hashed lists (exact data, documents); default: lists.key in state_dir."
    )

    @property
    def key(self) -> Path:
        """Where the key of the hashed lists is."""
        return self.lists_key.expanduser() if self.lists_key else self.state / "lists.key"

    @property
    def log_keys(self) -> Path:
        """The folder of the keys of fingerprints and pseudonyms."""
        return self.keys_dir.expanduser() if self.keys_dir else self.state / "log-keys"

    @property
    def state(self) -> Path:
        """The state folder with `~` resolved."""
        return self.state_dir.expanduser()
