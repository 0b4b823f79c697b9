"""Writes small Outlook .msg files (MS-CFB version 3, MS-OXMSG), enough for readers to open."""

import struct
from dataclasses import dataclass
from typing import Union

Tree = dict[str, Union[bytes, "Tree"]]

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@dataclass(frozen=True, kw_only=True)
class Message:
    """What stands in an Outlook message."""

    subject: str = ""
    text: str = ""
    html: bytes = b""
    #: compressed as in MS-OXRTFCP
    rtf: bytes = b""
    #: the headers it travelled with
    headers: str = ""
    #: name and SMTP address
    sender: tuple[str, str] = ("", "")
    to: tuple[str, ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()
    embedded: tuple["Message", ...] = ()
    #: strings are 8-bit (cp<code_page>) if given, else Unicode
    code_page: int = 0


def build_msg(message: Message) -> bytes:
    """Return `message` as a .msg file."""
    return write_cfb(_tree(message, is_top=True))


def _tree(message: Message, *, is_top: bool) -> Tree:
    page, sender = message.code_page, message.sender
    texts = {0x0037: message.subject, 0x1000: message.text, 0x007D: message.headers}
    tree = _strings(texts | {0x0C1A: sender[0], 0x5D01: sender[1]}, page)
    if message.html:
        tree["__substg1.0_10130102"] = message.html
    if message.rtf:
        tree["__substg1.0_10090102"] = message.rtf
    for at, address in enumerate(message.to):
        inner = _strings({0x3001: address, 0x39FE: address}, page)
        inner["__properties_version1.0"] = bytes(8) + _number(0x0C15, 1)
        tree[f"__recip_version1.0_#{at:08X}"] = inner
    attached = [_file(name, content, page) for name, content in message.files]
    attached += [_embedded(_tree(one, is_top=False)) for one in message.embedded]
    for at, inner in enumerate(attached):
        tree[f"__attach_version1.0_#{at:08X}"] = inner
    counts = struct.pack("<8xIIII", *(len(message.to), len(attached)) * 2)
    numbers = _number(0x3FFD, page) if page else b""
    tree["__properties_version1.0"] = counts + (bytes(8) if is_top else b"") + numbers
    return tree


def _file(name: str, content: bytes, code_page: int) -> Tree:
    inner = _strings({0x3707: name}, code_page)
    inner["__substg1.0_37010102"] = content
    inner["__properties_version1.0"] = bytes(8) + _number(0x3705, 1)
    return inner


def _embedded(message: Tree) -> Tree:
    properties = bytes(8) + _number(0x3705, 5)
    return {"__substg1.0_3701000D": message, "__properties_version1.0": properties}


def _strings(texts: dict[int, str], code_page: int) -> Tree:
    kind, charset = ("001E", f"cp{code_page}") if code_page else ("001F", "utf-16-le")
    return {f"__substg1.0_{key:04X}{kind}": t.encode(charset) for key, t in texts.items() if t}


def _number(property_id: int, value: int) -> bytes:
    return struct.pack("<HHIII", 0x0003, property_id, 6, value, 0)


@dataclass
class _Entry:
    name: str
    kind: int
    content: bytes = b""
    child: int = _FREE
    right: int = _FREE
    start: int = _END


def write_cfb(tree: Tree) -> bytes:
    """Return `tree` (names to contents or storages) as a compound file."""
    entries = [_Entry("Root Entry", 5)]
    _add(entries, 0, tree)
    streams = [one for one in entries if one.kind == 2]
    mini, mini_fat = bytearray(), []
    for one in streams:
        if one.content and len(one.content) < _CUTOFF:
            one.start = len(mini) // _MINI
            mini_fat += _chain(one.start, _count(one.content, _MINI))
            mini += _padded(one.content, _MINI)
    mini_fat_bytes = _padded(struct.pack(f"<{len(mini_fat)}I", *mini_fat), _SECTOR, b"\xff")
    directory_sectors = -(-len(entries) * 128 // _SECTOR)
    big = [one for one in streams if len(one.content) >= _CUTOFF]
    placed = [mini_fat_bytes, bytes(mini), *(one.content for one in big)]
    others = directory_sectors + sum(_count(one, _SECTOR) for one in placed)
    fat_sectors = 1
    while fat_sectors * 128 < others + fat_sectors:
        fat_sectors += 1
    fat = [_FAT] * fat_sectors
    body = bytearray()

    def place(content: bytes, sectors: int) -> int:
        start = len(fat)
        fat.extend(_chain(start, sectors))
        body.extend(_padded(content, _SECTOR))
        return start if sectors else _END

    directory_start = place(bytes(directory_sectors * _SECTOR), directory_sectors)
    mini_fat_start = place(mini_fat_bytes, _count(mini_fat_bytes, _SECTOR))
    entries[0].start = place(bytes(mini), _count(mini, _SECTOR))
    for one in big:
        one.start = place(one.content, _count(one.content, _SECTOR))
    sizes = [len(mini) if one.kind == 5 else len(one.content) for one in entries]
    directory = b"".join(_entry_bytes(one, size) for one, size in zip(entries, sizes, strict=True))
    body[: directory_sectors * _SECTOR] = _padded(directory, _SECTOR)
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6),
        *(0, fat_sectors, directory_start, 0, _CUTOFF, mini_fat_start),
        *(_count(mini_fat_bytes, _SECTOR), _END, 0, 0),
    )
    table = [*range(fat_sectors), *[_FREE] * (109 - fat_sectors)]
    head = header + struct.pack("<108I", *table[1:])
    padded_fat = fat + [_FREE] * (fat_sectors * 128 - len(fat))
    return head + struct.pack(f"<{len(padded_fat)}I", *padded_fat) + bytes(body)


def _add(entries: list[_Entry], parent: int, tree: Tree) -> None:
    """Add the children of one storage as a chain of right siblings, in the order of MS-CFB."""
    previous = -1
    for name in sorted(tree, key=lambda one: (len(one), one.upper())):
        value, at = tree[name], len(entries)
        if isinstance(value, bytes):
            entries.append(_Entry(name, 2, value))
        else:
            entries.append(_Entry(name, 1))
            _add(entries, at, value)
        if previous < 0:
            entries[parent].child = at
        else:
            entries[previous].right = at
        previous = at


def _entry_bytes(one: _Entry, size: int) -> bytes:
    name = one.name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII36xIII",
        *(name, len(name) + 2, one.kind, 1, _FREE, one.right, one.child),
        *(one.start if one.kind != 1 else 0, size, 0),
    )


def _chain(start: int, count: int) -> list[int]:
    return [*range(start + 1, start + count), _END] if count else []


def _count(content: bytes | bytearray, size: int) -> int:
    return -(-len(content) // size)


def _padded(content: bytes | bytearray, size: int, fill: bytes = b"\0") -> bytes:
    return bytes(content) + fill * (-len(content) % size)
