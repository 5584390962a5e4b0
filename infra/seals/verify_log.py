"""Verify an exported log (.mlog), or a proof of one event, with plain Python 3.9 or newer; meant to be read.

    python3 verify_log.py shop.mlog [--vkey KEY] [--checkpoint HELD]    the key you were given, what you kept earlier
    python3 verify_log.py event.tlog-proof --vkey KEY

Every hash is recomputed from the bytes, so that nothing has to be believed but the key; without --vkey, that of
the file itself. Whoever exports a log signs its end; one that was cut off behind an earlier checkpoint is a sound log
of its beginning, and a checkpoint that you kept shows that there was more. Exit code 0: sound; 1: not; 2: no file.
"""

import argparse, base64, gzip, hashlib, json, sys, uuid, zlib
from typing import IO, Optional, cast


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


# Ed25519 as RFC 8032, section 5.1, has it: some milliseconds a signature, of which there are few.
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
Point = tuple[int, int, int, int]
D, ROOT_OF_MINUS_ONE = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)


def point_of(data: bytes) -> Point:
    number = int.from_bytes(data, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    squared = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(squared, (P + 3) // 8, P)
    if (x * x - squared) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if y >= P or (x * x - squared) % P or (x == 0 and sign):
        raise ValueError("a key or a signature is no point of the curve")
    return (x := P - x if x & 1 != sign else x), y, 1, x * y % P


def plus(one: Point, other: Point) -> Point:
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % P, (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    result = (0, 1, 1, 0)
    for bit in bin(number)[:1:-1]:
        result, point = plus(result, point) if bit == "1" else result, plus(point, point)
    return result


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(key: bytes, text: bytes, signature: bytes) -> bool:
    """Whether the holder of this key signed the text."""
    scalar = int.from_bytes(signature[32:], "little")
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % ORDER
    left = times(scalar, BASE)
    right = plus(point_of(signature[:32]), times(challenge, point_of(key)))
    return scalar < ORDER and len(signature) == 64 and all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


class Tree:
    """The Merkle tree of RFC 6962, section 2.1, as the complete subtrees on its left."""

    def __init__(self, size: int, frontier: list[bytes]) -> None:
        if len(frontier) != bin(size).count("1"):
            raise ValueError("the frontier has not as many hashes as the size takes")
        self.size, self.frontier = size, frontier

    def add(self, leaf: bytes) -> None:
        node, size = sha256(b"\x00", leaf), self.size
        while size & 1:
            node, size = sha256(b"\x01", self.frontier.pop(), node), size >> 1
        self.frontier.append(node)
        self.size += 1

    def root(self) -> bytes:
        root = self.frontier[-1] if self.frontier else sha256()
        for node in self.frontier[-2::-1]:
            root = sha256(b"\x01", node, root)
        return root


def root_of_proof(index: int, size: int, leaf: bytes, path: list[bytes]) -> Optional[bytes]:
    """The root that a path leads to from the leaf at an index (RFC 9162, section 2.1.3.2)."""
    node, last = sha256(b"\x00", leaf), size - 1
    for one in path:
        if index & 1 or index == last:
            node = sha256(b"\x01", one, node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = sha256(b"\x01", node, one)
        index, last = index >> 1, last >> 1
    return node if last == 0 <= index else None


def key_of(vkey: str) -> tuple[str, bytes]:
    """The log's name and the public key that a verifier key says."""
    origin, number, encoded = [*vkey.split("+", 2), "", ""][:3]
    key = base64.b64decode(encoded, validate=True)
    if len(key) != 33 or key[0] != 1 or number != sha256(origin.encode(), b"\n", key)[:4].hex():
        raise ValueError("the key is none of Ed25519 for this log")
    return origin, key[1:]


def read_checkpoint(note: bytes, vkey: str, in_any_life: bool = False) -> tuple[int, bytes]:
    """Size and root that a note says, if it is of this log and signed with its key; restores begin another life."""
    (origin, key), (text, _, signatures) = key_of(vkey), note.decode(errors="replace").partition("\n\n")
    if text.count("\n") != 2:
        raise ValueError("what should be a checkpoint is none")
    name, size, root = text.split("\n")
    origin = name if in_any_life and name.rpartition("/")[0] == origin.rpartition("/")[0] else origin
    lines = [line.rpartition(" ") for line in signatures.splitlines()]
    signed = [base64.b64decode(line[2], validate=True) for line in lines if line[0] == "\u2014 " + origin]
    own = [one[4:] for one in signed if one[:4] == sha256(origin.encode(), b"\n\x01", key)[:4]]
    if name != origin or not any(is_signed(key, (text + "\n").encode(), signature) for signature in own):
        raise ValueError(f"a checkpoint of {size} events of {name} is not signed with the key of this log")
    return int(size), base64.b64decode(root, validate=True)


def lost(size: int, restored: list[int]) -> str:
    """Why a checkpoint that was kept need not fit, as the log itself says: it was restored from before that."""
    seam = next((one for one in restored if one <= size), None)
    return f"; at {seam} the log says that it was restored: of what you kept, {seam} on is lost" if seam else ""


class Reader:
    """Reads lines and stretches of bytes, and keeps the hash of all of them before the last line."""
    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.hash = file, hashlib.sha256()

    def line(self) -> bytes:
        line = self.file.readline(65536)
        return line if line.startswith(b"end ") else self.read(line, line.endswith(b"\n"))[:-1]

    def stretch(self, length: int) -> bytes:
        return self.read(data := self.file.read(length), len(data) == length)

    def read(self, data: bytes, is_whole: bool) -> bytes:
        if not is_whole:
            raise ValueError("the file ends in the midst of something")
        self.hash.update(data)
        return data

    def digest(self, field: bytes) -> bytes:
        """The hash of what a field announces: of the bytes that follow, or what stands for those withheld."""
        if field.startswith(b"-"):
            return bytes.fromhex(field[1:].decode())
        data = self.stretch(int(field) + 1)
        if data[-1:] != b"\n":
            raise ValueError("what the event says is longer or shorter than its length")
        return sha256(data[:-1])


def event_hash(previous: bytes, stream_id: str, numbers: list[int], kind: bytes, *payload: bytes) -> bytes:
    """The hash of an event; its numbers are its position, its version in its stream, and when it was recorded."""
    place, version, recorded_at = (number.to_bytes(8, "big", signed=True) for number in numbers)
    event = place + uuid.UUID(stream_id).bytes + version + recorded_at + len(kind).to_bytes(4, "big") + kind
    return sha256(previous, event, *payload)


def next_hash(reader: Reader, fields: list[bytes], position: int, previous: bytes) -> bytes:
    """The hash of the event at a position, recomputed from its bytes and compared with the one it states."""
    number, stream, version, recorded_at, kind, stated, state, metadata = fields
    payload = reader.digest(state), reader.digest(metadata)
    made = event_hash(previous, stream.decode(), [position, int(version), int(recorded_at)], kind, *payload)
    if number != b"%d" % position or made.hex().encode() != stated:
        raise ValueError("the event was altered, or is not the one that stood here")
    return made


def verify_log(file: IO[bytes], vkey: Optional[str], held: Optional[bytes]) -> str:
    """Read the whole file. Returns what there is to say of it; raises ValueError."""
    reader, head = Reader(file), dict[str, str]()
    for name, _, value in iter(lambda: reader.line().decode(errors="replace").partition(" "), ("", "", "")):
        if name in head or (not head and (name, value) != ("mipos-log", "1")):
            raise ValueError("the head is not that of a log of version 1")
        head[name] = value
    first, last = map(int, head["events"].split())
    position, chained, sealed, restored = first - 1, bytes.fromhex(head["before"]), first - 1, list[int]()
    without_state, without_metadata = list[int](), list[int]()
    if (vkey or head["vkey"]) != head["vkey"]:
        raise ValueError("the file names another key than you were given: " + head["vkey"])
    begins_otherwise = first == 1 and chained != sha256(uuid.UUID(head["company"]).bytes)
    begins_otherwise |= head["origin"].split("/")[-2:-1] != [head["company"]]
    if key_of(head["vkey"])[0] != head["origin"] or head["layout"] != "2" or begins_otherwise:
        raise ValueError("the head is not that of this company's log")
    tree = Tree(first - 1, [bytes.fromhex(one) for one in head.get("frontier", "").split()])
    try:
        kept = (0, b"") if held is None else read_checkpoint(held.replace(b"\r\n", b"\n"), head["vkey"], in_any_life=True)
    except ValueError as error:
        raise ValueError(f"what you kept does not help: {error}") from None
    while True:
        if tree.size == kept[0] and held is not None and tree.root() != kept[1]:
            raise ValueError(f"positions 1 to {kept[0]}: not what the checkpoint that you kept says" + lost(kept[0], restored))
        kind, _, rest = reader.line().partition(b" ")
        try:
            if kind == b"event":
                position += 1
                fields = rest.split(b" ")
                chained = next_hash(reader, fields, position, chained)
                tree.add(chained)
                restored += [position] if fields[4] == b"logs.Log.Restored" else []
                without_state += [position] if fields[6].startswith(b"-") else []
                without_metadata += [position] if fields[7].startswith(b"-") else []
            elif kind == b"checkpoint":
                if read_checkpoint(reader.stretch(int(rest)), head["vkey"]) != (position, tree.root()):
                    raise ValueError(f"positions {sealed + 1} to {position}: not what was sealed")
                sealed = position
            else:
                break
        except (ValueError, OverflowError, EOFError, zlib.error) as error:
            raise ValueError(f"at position {position}: {error}") from None
    end = b"%d %s\n" % (last - first + 1, reader.hash.hexdigest().encode())
    if kind != b"end" or position != last or rest != end or file.read(1):
        raise ValueError(f"after position {position}: the end is not that of this file")
    if kept[0] > position or (held is not None and kept[0] < first - 1):
        raise ValueError(f"you kept a checkpoint of {kept[0]} events, and these are {first} to {position}" + lost(kept[0], restored))
    if sealed < max(first, last):
        raise ValueError(f"positions {sealed + 1} to {last}: chained only, and signed by nobody; whoever exports a log signs its end")
    said = f"positions {first} to {last}, each chained to the one before, sealed up to {sealed}."
    said += f"\nWhat you kept of {kept[0]} events is its beginning." if held is not None else ""
    for places, what in (without_state, "What they say"), (without_metadata, "Who did it, and when"):
        said += f"\n{what} is withheld of {len(places)} events, first at {places[0]}." if places else ""
    said += "".join(f"\nAt position {one} the log says that it was restored." for one in restored)
    return said + ("" if vkey else "\nBy the key in the file; compare it with yours: " + head["vkey"])


def verify_proof(text: bytes, vkey: str) -> str:
    """Verify that an event is in a log. Returns what is proved of it; raises ValueError."""
    lines, is_whole, note = text.partition(b"\n\n")
    if not is_whole:
        raise ValueError("the proof ends before its checkpoint")
    _, extra, place, *path = lines.decode().split("\n")
    event = json.loads(base64.b64decode(extra[len("extra ") :], validate=True))
    digests = {name: event.get(name + "_sha256") or sha256(event[name].encode()).hex() for name in ("state", "metadata")}
    state, metadata = (bytes.fromhex(one) for one in digests.values())
    numbers, kind = [event[name] for name in ("position", "stream_version", "recorded_at")], event["type"].encode()
    leaf = event_hash(bytes.fromhex(event["previous"]), event["stream_id"], numbers, kind, state, metadata)
    (size, root), index = read_checkpoint(note, vkey), int(place[len("index ") :])
    hashes = [base64.b64decode(one, validate=True) for one in path]
    if index != numbers[0] - 1 or not 0 <= index < size or root_of_proof(index, size, leaf, hashes) != root:
        raise ValueError("the event is not in the log that the checkpoint is of")
    return f"{event['type']} of {event['stream_id']} is the event at position {event['position']} of {size}."


def verify_file(path: str, vkey: Optional[str], held: Optional[bytes]) -> str:
    """What there is to say of a log or a proof, also compressed with gzip; raises ValueError, OSError."""
    with open(path, "rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    try:
        with (gzip.open if is_packed else open)(path, "rb") as file:
            begin = file.read(22)
        with (gzip.open if is_packed else open)(path, "rb") as file:
            if begin.startswith(b"mipos-log "):
                return verify_log(cast("IO[bytes]", file), vkey, held)
            if begin != b"c2sp.org/tlog-proof@v1":
                raise ValueError("this is neither an exported log nor a proof as a file (format=tlog-proof)")
            if not vkey or held is not None:
                raise ValueError("a proof is compared with --vkey, the key of the log as it was given to you, and nothing else")
            return verify_proof(file.read(), vkey)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(str(error)) from None
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"what it should say is missing: {error}") from None


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="the exported log, also compressed with gzip, or a proof")
    parser.add_argument("--vkey", help="the key of the log as it was given to you; a proof needs it")
    parser.add_argument("--checkpoint", help="a file with a checkpoint that you kept")
    asked = parser.parse_args()
    try:
        held = open(asked.checkpoint, "rb").read() if asked.checkpoint is not None else None
        print("SOUND:", verify_file(asked.file, asked.vkey, held))
    except ValueError as error:
        sys.exit(f"NOT SOUND: {error}")
    except OSError as error:
        parser.error(str(error))
