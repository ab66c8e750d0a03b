"""Deployment facts from the environment, read once by the doors. Rules say what is right; settings say where we are."""

import stat
from collections.abc import Iterable
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
    evidence_keys: str = Field(
        default="",
        description="Public keys (age1…) of the investigators, who open evidence together with a witness; empty: none "
        "is kept.",
    )
    evidence_witnesses: str = Field(
        default="",
        description="Public keys (age1…) of the witnesses, such as the DPO; any one of them and any "
        "investigator open evidence.",
    )
    evidence_dir: Path | None = Field(
        default=None, description="Folder of the sealed prompts; default: evidence in state_dir."
    )
    evidence_days: int = Field(
        default=90, ge=1, description="Days evidence is kept; it is then deleted, as an event says."
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
    uses_model: str = Field(
        default="",
        description="spaCy package or folder with word vectors: uses that a text only resembles are logged, never "
        "decided on.",
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

    reverse: str = Field(
        default="",
        description="Doors in front of assistants: `8443=https://assistant.example.com`, comma-separated; clients call "
        "that port as they would the assistant. The host must stand in a file of rules/services.",
    )

    lists_key: Path | None = Field(
        default=None, description="Key of the hashed lists (exact data, documents); default: lists.key in state_dir."
    )

    reload_seconds: float = Field(
        default=2.0,
        ge=0,
        description="Seconds without a change after which changed rule files, and files about people, are read again; "
        "0: on SIGHUP only.",
    )
    ports: str = Field(
        default="80,443,1024-65535", description="Ports that clients may reach through the proxy, and ranges of them."
    )
    deny_destinations: str = Field(
        default="local",
        description="Addresses that clients may not reach through the proxy, after names are resolved: `local` (this "
        "machine, link-local, cloud metadata, multicast), `private` (RFC 1918 and the like), networks; empty: none.",
    )
    allow_destinations: str = Field(
        default="", description="Networks that may be reached although they are denied: `127.0.0.1/32,10.1.0.0/16`."
    )

    auth_unknown: Literal["ask", "group", "refuse"] = Field(
        default="ask",
        description="Who is not known: ask (for credentials where they can be checked, else the group `unknown`), "
        "group (never asks), refuse (asks, and where nothing can be checked refuses).",
    )
    auth_for: Literal["ai", "all"] = Field(
        default="ai", description="What needs to be known who asks: requests to AI services (ai), or any (all)."
    )
    auth_down: Literal["refuse", "unknown"] = Field(
        default="refuse",
        description="When a directory does not answer: refuse (503), or go on with the group `unknown`.",
    )
    auth_seconds: float = Field(
        default=300.0, ge=0, le=3600, description="How long checked credentials and groups are remembered, in seconds."
    )
    auth_timeout: float = Field(default=5.0, gt=0, le=60, description="Longest wait for a directory, in seconds.")
    auth_ca: Path | None = Field(
        default=None, description="CA bundle (PEM) for the directory and the issuer; default: the system's."
    )
    auth_passwords: Path | None = Field(
        default=None, description="File of `user:hash` lines, hashes as `guard password` makes them (argon2id)."
    )
    auth_ldap: str = Field(
        default="",
        description="Directories to ask, in turn: `ldaps://dc1.example.com,ldaps://dc2.example.com`; with ldap:// TLS "
        "is started before anything is said.",
    )
    auth_ldap_base: str = Field(default="", description="Where people and groups are: `dc=example,dc=com`.")
    auth_ldap_user: str = Field(
        default="(uid={user})",
        description="Filter that finds one person; Active Directory: `(sAMAccountName={user})`.",
    )
    auth_ldap_groups: str = Field(
        default="memberOf",
        description="Attribute that lists a person's groups, or a filter that finds them: `(member={dn})`.",
    )
    auth_ldap_bind: str = Field(default="", description="DN of the account that searches; empty: anonymous.")
    auth_ldap_password: Path | None = Field(default=None, description="File with the password of that account.")
    auth_issuer: str = Field(default="", description="Issuer of OpenID Connect tokens, as their `iss` says it.")
    auth_audience: str = Field(default="", description="Audience that tokens must be for, as their `aud` says it.")
    auth_keys: str = Field(default="", description="The issuer's keys (JWKS): a file, or an https address.")
    auth_user_claim: str = Field(default="preferred_username", min_length=1, description="Claim that names the user.")
    auth_groups_claim: str = Field(default="groups", description="Claim that lists the groups; empty: none.")
    auth_header: str = Field(
        default="", description="Header in which a front proxy names the user; it never leaves, whoever sends it."
    )
    auth_header_groups: str = Field(default="", description="Header with the user's groups, comma-separated.")
    auth_header_from: str = Field(
        default="", description="Networks of the front proxies; from anywhere else those headers count for nothing."
    )
    auth_addresses: Path | None = Field(
        default=None, description="File of networks and who is there: YAML, or CSV `network,user,groups`."
    )
    auth_groups: Path | None = Field(
        default=None, description="File of groups: YAML (group, then its users), or SCIM resources in JSON."
    )

    @property
    def key(self) -> Path:
        """Where the key of the hashed lists is."""
        return self.lists_key.expanduser() if self.lists_key else self.state / "lists.key"

    @property
    def evidence(self) -> Path:
        """The folder of the sealed prompts."""
        return self.evidence_dir.expanduser() if self.evidence_dir else self.state / "evidence"

    @property
    def log_keys(self) -> Path:
        """The folder of the keys of fingerprints and pseudonyms."""
        return self.keys_dir.expanduser() if self.keys_dir else self.state / "log-keys"

    @property
    def state(self) -> Path:
        """The state folder with `~` resolved."""
        return self.state_dir.expanduser()

    @property
    def secrets(self) -> tuple[Path, ...]:
        """Files and folders that nobody needs to read but the guard."""
        given = (self.auth_passwords, self.auth_ldap_password)
        return (self.state, self.key, self.log_keys, self.evidence, *(path for path in given if path is not None))


def exposed(paths: Iterable[Path]) -> list[Path]:
    """Those that everybody on this machine may read: no folder above them is closed."""
    return [
        path
        for path in paths
        if _may(path, stat.S_IROTH) and all(_may(one, stat.S_IXOTH) for one in path.absolute().parents)
    ]


def _may(path: Path, bit: int) -> bool:
    try:
        return bool(path.stat().st_mode & bit)
    except OSError:
        return False
