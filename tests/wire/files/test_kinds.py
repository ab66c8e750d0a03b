"""A file is what its bytes say."""

import pytest

from guard.wire.files.kinds import of, of_text


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7", "pdf"),
        (b"junk before it %PDF-1.7", "pdf"),
        (b"PK\x03\x04", "zip"),
        (b"PK\x05\x06", "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
        (b"{\\rtf1", "rtf"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\xff\xd8\xff\xe0", "image"),
        (b"GIF89a", "image"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image"),
        (b"\x00\x00\x00\x1cftypheic", "image"),
        (b"RIFF\x00\x00\x00\x00WAVE", "media"),
        (b"OggS", "media"),
        (b"\xff\xfb\x90\x00", "media"),
        (b"\x1f\x8b\x08", "archive"),
        (b"Rar!\x1a\x07", "archive"),
        (b"x" * 257 + b"ustar", "archive"),
        (b"%!PS-Adobe", "unknown"),
        (b"\x7fELF", "unknown"),
        (b"", ""),
        (b"Bonjour", ""),
        (b"ID3;Nom", ""),
        (b"MZ et autres initiales", ""),
        ("\ufeffBonjour".encode("utf-16-le"), ""),
    ],
)
def test_the_beginning_of_a_file_tells_its_kind(data: bytes, kind: str) -> None:
    assert of(data) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"a": 1}', "json"),
        (" [1]", "json"),
        ("<!doctype html><p>", "markup"),
        ('<?xml version="1.0"?>', "markup"),
        ("<svg/>", "markup"),
        ("<- une flèche", "text"),
        ("From: a@b.fr\nTo: c@d.fr\nSubject: x\n\nBonjour", "mail"),
        ("Received: from x\r\n by y\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n", "mail"),
        ("Subject: x\n\nBonjour", "text"),
        ("Nom;IBAN", "text"),
        ("# Titre", "text"),
        ("", "text"),
    ],
)
def test_the_beginning_of_a_text_tells_its_kind(text: str, kind: str) -> None:
    assert of_text(text) == kind
