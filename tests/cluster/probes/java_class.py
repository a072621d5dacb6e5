"""Writes Probe.class: the Java runtimes that come as wheels have no compiler, and a probe needs a few lines of Java.

In Java it would read:

    public static void main(String[] words) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = lines.readLine()) != null;) {
            try {
                System.out.println(Arrays.toString(InetAddress.getAllByName(line)));
            } catch (UnknownHostException reason) {
                System.out.println(reason);
            }
        }
    }

Version 49 of the format, that of Java 5, is the last one whose code needs no stack maps (JVM specification, 4.10).
"""

import struct

MAJOR, PUBLIC_STATIC, PUBLIC = 49, 9, 1
NEW, DUP, GETSTATIC, INVOKEVIRTUAL, INVOKESPECIAL, INVOKESTATIC = 0xBB, 0x59, 0xB2, 0xB6, 0xB7, 0xB8
ASTORE_1, ALOAD_1, ASTORE_2, ALOAD_2, ASTORE_3, ALOAD_3 = 0x4C, 0x2B, 0x4D, 0x2C, 0x4E, 0x2D
IFNULL, GOTO, RETURN = 0xC6, 0xA7, 0xB1


class Pool:
    """The constants of a class, each once; an index begins at 1."""

    def __init__(self) -> None:
        self.entries: list[bytes] = []

    def _index(self, entry: bytes) -> int:
        if entry not in self.entries:
            self.entries.append(entry)
        return self.entries.index(entry) + 1

    def text(self, text: str) -> int:
        """A text: tag 1, its length, its bytes."""
        return self._index(struct.pack(">BH", 1, len(text)) + text.encode())

    def named(self, name: str) -> int:
        """A class: tag 7."""
        return self._index(struct.pack(">BH", 7, self.text(name)))

    def member(self, tag: int, owner: str, name: str, kind: str) -> int:
        """A field (tag 9) or a method (tag 10) of a class, with its name and type (tag 12)."""
        name_and_type = self._index(struct.pack(">BHH", 12, self.text(name), self.text(kind)))
        return self._index(struct.pack(">BHH", tag, self.named(owner), name_and_type))


def probe() -> bytes:
    """The class Probe."""
    pool = Pool()

    def new(name: str) -> bytes:
        return struct.pack(">BHB", NEW, pool.named(name), DUP)

    def get(owner: str, name: str, kind: str) -> bytes:
        return struct.pack(">BH", GETSTATIC, pool.member(9, owner, name, kind))

    def call(how: int, owner: str, name: str, kind: str) -> bytes:
        return struct.pack(">BH", how, pool.member(10, owner, name, kind))

    out = get("java/lang/System", "out", "Ljava/io/PrintStream;")
    begin = b"".join(
        [
            new("java/io/BufferedReader"),
            new("java/io/InputStreamReader"),
            get("java/lang/System", "in", "Ljava/io/InputStream;"),
            call(INVOKESPECIAL, "java/io/InputStreamReader", "<init>", "(Ljava/io/InputStream;)V"),
            call(INVOKESPECIAL, "java/io/BufferedReader", "<init>", "(Ljava/io/Reader;)V"),
            bytes([ASTORE_1]),
        ]
    )
    read = bytes([ALOAD_1]) + call(INVOKEVIRTUAL, "java/io/BufferedReader", "readLine", "()Ljava/lang/String;")
    ask = b"".join(
        [
            out,
            bytes([ALOAD_2]),
            call(INVOKESTATIC, "java/net/InetAddress", "getAllByName", "(Ljava/lang/String;)[Ljava/net/InetAddress;"),
            call(INVOKESTATIC, "java/util/Arrays", "toString", "([Ljava/lang/Object;)Ljava/lang/String;"),
            call(INVOKEVIRTUAL, "java/io/PrintStream", "println", "(Ljava/lang/String;)V"),
        ]
    )
    complain = b"".join(
        [
            bytes([ASTORE_3]),
            out,
            bytes([ALOAD_3]),
            call(INVOKEVIRTUAL, "java/io/PrintStream", "println", "(Ljava/lang/Object;)V"),
        ]
    )
    top = len(begin)
    asked = top + len(read) + 5  # behind the two instructions that keep the line and leave the loop
    handler = asked + len(ask) + 3
    end = handler + len(complain) + 3
    keep = struct.pack(">BBBh", ASTORE_2, ALOAD_2, IFNULL, end - (asked - 3))
    code = b"".join(
        [
            begin,
            read,
            keep,
            ask,
            struct.pack(">Bh", GOTO, top - (handler - 3)),
            complain,
            struct.pack(">Bh", GOTO, top - (end - 3)),
            bytes([RETURN]),
        ]
    )
    caught = struct.pack(">HHHH", asked, handler - 3, handler, pool.named("java/net/UnknownHostException"))
    body = struct.pack(">HHI", 5, 4, len(code)) + code + struct.pack(">H", 1) + caught + struct.pack(">H", 0)
    method = struct.pack(
        ">HHHHHI",
        PUBLIC_STATIC,
        pool.text("main"),
        pool.text("([Ljava/lang/String;)V"),
        1,
        pool.text("Code"),
        len(body),
    )
    this, parent = pool.named("Probe"), pool.named("java/lang/Object")
    rest = struct.pack(">HHHHHH", PUBLIC, this, parent, 0, 0, 1) + method + body + struct.pack(">H", 0)
    head = struct.pack(">IHHH", 0xCAFEBABE, 0, MAJOR, len(pool.entries) + 1)
    return head + b"".join(pool.entries) + rest
