import gzip
import io
import re
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import WireError
from guard.wire.encoding import Decoder, decode

TEXT = '{"messages":[{"role":"user","content":"Où est passé le café ?"}]}'.encode() * 3
LIMIT = 1_000_000


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def named_gzip(data: bytes) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile("Jean Dupont.json", "wb", fileobj=out) as file:
        file.write(data)
    return out.getvalue()


CODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd,
}
SKIPPABLE = bytes.fromhex("502a4d18") + (6).to_bytes(4, "little") + b"hidden"

READABLE = {
    "no coding": (None, TEXT),
    "empty header": ("", TEXT),
    "identity": ("identity", TEXT),
    "gzip": ("gzip", gzip.compress(TEXT)),
    "x-gzip in capitals": ("X-GZIP", gzip.compress(TEXT)),
    "gzip of several members": ("gzip", gzip.compress(TEXT[:9]) + gzip.compress(b"") + gzip.compress(TEXT[9:])),
    "deflate": ("deflate", zlib.compress(TEXT)),
    "deflate without its frame": ("deflate", raw_deflate(TEXT)),
    "brotli": ("br", brotli.compress(TEXT)),
    "zstd": ("zstd", zstd(TEXT)),
    "zstd of several frames": ("zstd", zstd(TEXT[:9]) + zstd(TEXT[9:])),
    "gzip twice": ("gzip, gzip", gzip.compress(gzip.compress(TEXT))),
    "gzip then brotli": ("gzip,br", brotli.compress(gzip.compress(TEXT))),
    "three codings and identity": ("zstd, ,identity,\tgzip, br", brotli.compress(gzip.compress(zstd(TEXT)))),
}

UNREADABLE = {
    "a Python codec that is no coding": ("rot13", TEXT),
    "another": ("hex", TEXT.hex().encode()),
    "an unknown one under a known one": ("hex, gzip", gzip.compress(TEXT.hex().encode())),
    "compress": ("compress", b"\x1f\x9d\x90"),
    "a no-break space in the name": ("gzip\xa0", gzip.compress(TEXT)),
    "four codings": ("gzip, gzip, gzip, gzip", gzip.compress(TEXT)),
    "truncated gzip": ("gzip", gzip.compress(TEXT)[:-9]),
    "gzip without its checksum": ("gzip", gzip.compress(TEXT)[:-8]),
    "gzip with a wrong checksum": ("gzip", gzip.compress(TEXT)[:-8] + b"\0\0\0\0" + gzip.compress(TEXT)[-4:]),
    "three bytes of gzip": ("gzip", b"\x1f\x8b\x08"),
    "gzip and plain text": ("gzip", gzip.compress(TEXT) + b"IBAN"),
    "gzip and half a member": ("gzip", gzip.compress(TEXT) + gzip.compress(TEXT)[:12]),
    "gzip with a file name": ("gzip", named_gzip(TEXT)),
    "a second member with a file name": ("gzip", gzip.compress(TEXT) + named_gzip(TEXT)),
    "too many members": ("gzip", gzip.compress(b"") * 4097),
    "deflate and plain text": ("deflate", zlib.compress(TEXT) + b"IBAN"),
    "deflate without frame, and plain text": ("deflate", raw_deflate(TEXT) + b"IBAN"),
    "zlib with a dictionary": ("deflate", bytes.fromhex("78bb00000001") + raw_deflate(TEXT)),
    "truncated deflate": ("deflate", zlib.compress(TEXT)[:-1]),
    "brotli and plain text": ("br", brotli.compress(TEXT) + b"IBAN"),
    "truncated brotli": ("br", brotli.compress(TEXT)[:-1]),
    "zstd and plain text": ("zstd", zstd(TEXT) + b"IBAN"),
    "truncated zstd": ("zstd", zstd(TEXT)[:-1]),
    "zstd with a wrong checksum": ("zstd", zstd(TEXT)[:-4] + b"\0\0\0\0"),
    "zstd with a frame nobody reads": ("zstd", SKIPPABLE + zstd(TEXT)),
    "zstd with one after it": ("zstd", zstd(TEXT) + SKIPPABLE),
    "zstd with a window of 16 MiB": ("zstd", bytes.fromhex("28b52ffd0470") + b"\x01\x00\x00"),
    "plain text that says gzip": ("gzip", TEXT),
    "nothing inside gzip inside brotli": ("gzip, br", brotli.compress(b"")),
}


def cause(call: Callable[[], object]) -> str:
    with pytest.raises(WireError) as caught:
        call()
    assert not re.search("IBAN|Dupont|Où", str(caught.value))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value.cause


def outcome(call: Callable[[], bytes]) -> bytes | str:
    """What it gives, or the cause of its WireError."""
    try:
        return call()
    except WireError as error:
        return error.cause


def fed(content_encoding: str | None, body: bytes, step: int) -> bytes:
    decoder = Decoder(content_encoding)
    pieces = [decoder.feed(body[start : start + step]) for start in range(0, len(body), step)]
    return b"".join(pieces) + decoder.flush()


@pytest.mark.parametrize(("coding", "body"), READABLE.values(), ids=READABLE)
def test_every_coding_gives_the_plain_body(coding: str | None, body: bytes) -> None:
    assert decode(body, coding, LIMIT) == TEXT


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize(("coding", "body"), READABLE.values(), ids=READABLE)
def test_an_answer_is_the_same_however_it_is_cut(coding: str | None, body: bytes, step: int) -> None:
    assert fed(coding, body, step) == TEXT


@pytest.mark.parametrize(("coding", "body"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_not_whole_and_known_is_refused(coding: str, body: bytes) -> None:
    assert cause(lambda: decode(body, coding, LIMIT)) == "encoding"


LENIENT = {"gzip with a file name", "a second member with a file name"}


@pytest.mark.parametrize("step", [1, 100_000])
@pytest.mark.parametrize("name", sorted(UNREADABLE.keys() - LENIENT))
def test_so_it_is_in_an_answer(name: str, step: int) -> None:
    coding, body = UNREADABLE[name]
    assert cause(lambda: fed(coding, body, step)) == "encoding"


def test_an_answer_may_have_a_file_name_in_its_header() -> None:
    assert fed("gzip", named_gzip(TEXT), 1) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "br, zstd", "unheard-of", None])
def test_no_body_is_no_body_in_every_coding(coding: str | None) -> None:
    assert decode(b"", coding, LIMIT) == b""


def test_an_answer_without_a_body_ends_well() -> None:
    decoder = Decoder("gzip")
    assert decoder.feed(b"") + decoder.flush() == b""


@pytest.mark.parametrize("coding", CODERS)
def test_the_limit_is_the_largest_body_that_passes(coding: str) -> None:
    plain = bytes(range(256)) * 400
    body = CODERS[coding](plain)
    assert decode(body, coding, len(plain)) == plain
    assert cause(lambda: decode(body, coding, len(plain) - 1)) == "too-large"


def test_a_plain_body_has_the_same_limit() -> None:
    assert decode(b"12345", None, 5) == b"12345"
    assert cause(lambda: decode(b"123456", None, 5)) == "too-large"


def test_an_inner_layer_has_the_same_limit() -> None:
    body = gzip.compress(gzip.compress(b"x" * 50) * 300)
    assert len(body) < 1000 < len(gzip.decompress(body))
    assert cause(lambda: decode(body, "gzip, gzip", 1000)) == "too-large"


@pytest.mark.parametrize("coding", CODERS)
def test_a_bomb_costs_little_memory(coding: str) -> None:
    bomb = CODERS[coding](bytes(60_000_000))
    tracemalloc.start()
    try:
        assert cause(lambda: decode(bomb, coding, LIMIT)) == "too-large"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000 + 2 * LIMIT


@pytest.mark.parametrize("coding", CODERS)
def test_a_burst_in_an_answer_is_refused(coding: str) -> None:
    decoder = Decoder(coding)
    assert cause(lambda: decoder.feed(CODERS[coding](bytes(20_000_000)))) == "too-large"


def test_a_long_answer_is_not_a_burst() -> None:
    compressor = zlib.compressobj(wbits=31)
    decoder = Decoder("gzip")
    total = 0
    for _ in range(40):
        total += len(decoder.feed(compressor.compress(bytes(2**20)) + compressor.flush(zlib.Z_SYNC_FLUSH)))
    decoder.feed(compressor.flush())
    decoder.flush()
    assert total == 40 * 2**20


def test_an_event_of_a_stream_is_not_held_back() -> None:
    compressor = zlib.compressobj(wbits=31)
    decoder = Decoder("gzip")
    first = compressor.compress(b"data: 1\n\n") + compressor.flush(zlib.Z_SYNC_FLUSH)
    assert decoder.feed(first) == b"data: 1\n\n"


CODINGS = st.lists(
    st.sampled_from(["gzip", "x-gzip", "deflate", "br", "zstd", "identity", "", "hex"]) | st.text(max_size=4),
    max_size=4,
).map(",".join)
PREFIXES = st.sampled_from([b"", b"\x1f\x8b\x08\x00", b"\x78\x9c", bytes.fromhex("28b52ffd"), *map(zstd, (b"", TEXT))])


@given(coding=st.none() | CODINGS, prefix=PREFIXES, noise=st.binary(max_size=200), step=st.integers(1, 50))
def test_no_bytes_raise_anything_but_a_wire_error(coding: str | None, prefix: bytes, noise: bytes, step: int) -> None:
    body = prefix + noise
    whole = outcome(lambda: decode(body, coding, LIMIT))
    if body and not isinstance(whole, str):
        assert fed(coding, body, step) == whole


@given(
    plain=st.binary(max_size=3000),
    layers=st.lists(st.sampled_from(sorted(CODERS)), max_size=3),
    spot=st.integers(0, 10_000),
    bit=st.integers(0, 7),
)
def test_a_flipped_bit_never_escapes_as_another_error(plain: bytes, layers: list[str], spot: int, bit: int) -> None:
    body = plain
    for layer in layers:
        body = CODERS[layer](body)
    assert decode(body, ",".join(layers), LIMIT) == plain
    if body:
        broken = bytearray(body)
        broken[spot % len(body)] ^= 1 << bit
        assert len(outcome(lambda: decode(bytes(broken), ",".join(layers), LIMIT))) <= LIMIT
