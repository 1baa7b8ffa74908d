package io.evenkeel.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/// The tokens of documents in one memory-mapped file of any size, those to train on first.
///
/// Little-endian: `EVTOKENS` | u32 version | u32 bytes a token (2 or 4) | u64 documents | u64 documents to train on |
/// u64 tokens | u64 bytes of names | 32 bytes source hash | 32 bytes tokenizer hash | u32 CRC-32C of the tokens | u32
/// CRC-32C of all other bytes with this field 0 | u64 first token a document, and the end | u64 first byte a name, and
/// the end | names in UTF-8, padded to 8 | tokens.
final class TokenFile implements AutoCloseable {
    private static final long MAGIC = ByteBuffer.wrap("EVTOKENS".getBytes(StandardCharsets.US_ASCII))
            .order(ByteOrder.LITTLE_ENDIAN)
            .getLong();
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 120;
    private static final int CHECKS_AT = 112;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Arena arena;
    private final MemorySegment file;
    private final int width;
    private final long documents;
    private final long trainDocuments;
    private final long tokens;
    private final long namesAt;
    private final long tokensAt;

    private TokenFile(Arena arena, MemorySegment file) throws IOException {
        this.arena = arena;
        this.file = file;
        if (file.byteSize() < HEADER_BYTES || file.get(U64, 0) != MAGIC || file.get(U32, 8) != VERSION) {
            throw new IOException("is no token file of this version");
        }
        this.width = file.get(U32, 12);
        this.documents = file.get(U64, 16);
        this.trainDocuments = file.get(U64, 24);
        this.tokens = file.get(U64, 32);
        var nameBytes = file.get(U64, 40);
        this.namesAt = HEADER_BYTES + 16 * (documents + 1);
        this.tokensAt = namesAt + (nameBytes + 7) / 8 * 8;
        if ((width != 2 && width != 4)
                || documents < 0
                || documents > file.byteSize() / 16
                || nameBytes < 0
                || nameBytes > file.byteSize()
                || tokens < 0
                || tokens > file.byteSize()
                || tokensAt + tokens * width != file.byteSize()) {
            throw new IOException("has another length than its header says");
        }
        var check = new CRC32C();
        update(check, file.asSlice(tokensAt));
        if ((int) check.getValue() != file.get(U32, CHECKS_AT)
                || headCheck(file.asSlice(0, tokensAt)) != file.get(U32, CHECKS_AT + 4)) {
            throw new IOException("is damaged: its check sum is another");
        }
    }

    private static int headCheck(MemorySegment head) {
        var check = new CRC32C();
        update(check, head.asSlice(0, CHECKS_AT + 4));
        update(check, MemorySegment.ofArray(new byte[4]));
        update(check, head.asSlice(CHECKS_AT + 8));
        return (int) check.getValue();
    }

    private static void update(CRC32C check, MemorySegment bytes) {
        var slice = 1L << 26;
        for (var at = 0L; at < bytes.byteSize(); at += slice) {
            check.update(
                    bytes.asSlice(at, Math.min(slice, bytes.byteSize() - at)).asByteBuffer());
        }
    }

    /// Maps a file.
    ///
    /// @throws IOException when it is not there, not whole, or of another source or tokenizer
    static TokenFile open(Path path, String sourceHash, String tokenizerHash) throws IOException {
        var arena = Arena.ofShared();
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            var file = new TokenFile(arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
            if (!file.hash(48).equals(sourceHash) || !file.hash(80).equals(tokenizerHash)) {
                throw new IOException("is of another source or tokenizer");
            }
            return file;
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private String hash(long at) {
        return HexFormat.of().formatHex(file.asSlice(at, 32).toArray(ValueLayout.JAVA_BYTE));
    }

    long documents() {
        return documents;
    }

    long trainDocuments() {
        return trainDocuments;
    }

    long tokens() {
        return tokens;
    }

    /// Tokens of the documents to train on, which come first.
    long trainTokens() {
        return firstToken(trainDocuments);
    }

    /// The first token of a document, or behind the last.
    long firstToken(long document) {
        return file.get(U64, HEADER_BYTES + 8 * document);
    }

    /// The document that has a token.
    long documentOf(long token) {
        var low = 0L;
        var high = documents - 1;
        while (low < high) {
            var middle = (low + high + 1) >>> 1;
            if (firstToken(middle) <= token) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    String name(long document) {
        var at = HEADER_BYTES + 8 * (documents + 1 + document);
        var begin = file.get(U64, at);
        var bytes = file.asSlice(namesAt + begin, file.get(U64, at + 8) - begin);
        return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    int token(long index) {
        return width == 2
                ? Short.toUnsignedInt(file.get(U16, tokensAt + 2 * index))
                : file.get(U32, tokensAt + 4 * index);
    }

    /// Unmaps the file. Closing twice is an error.
    @Override
    public void close() {
        arena.close();
    }

    /// Writes a new file, document by document.
    static final class Writer implements AutoCloseable {
        private static final int BUFFER_BYTES = 1 << 16;

        private final FileChannel channel;
        private final ByteBuffer head;
        private final long documents;
        private final int width;
        private final ByteBuffer buffer =
                ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        private final CRC32C check = new CRC32C();
        private int written;
        private long tokens;

        /// @param names          of the documents, those to train on first
        /// @param trainDocuments how many those are
        /// @param vocabulary     tokens are below
        Writer(
                Path path,
                List<String> names,
                long trainDocuments,
                int vocabulary,
                String sourceHash,
                String tokenizerHash)
                throws IOException {
            this.documents = names.size();
            this.width = vocabulary <= 1 << 16 ? 2 : 4;
            var encoded = names.stream()
                    .map(name -> name.getBytes(StandardCharsets.UTF_8))
                    .toList();
            var nameBytes = encoded.stream().mapToLong(name -> name.length).sum();
            var bytes = HEADER_BYTES + 16 * (documents + 1) + (nameBytes + 7) / 8 * 8;
            this.head = ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
            head.putLong(MAGIC).putInt(VERSION).putInt(width);
            head.putLong(documents).putLong(trainDocuments).putLong(0).putLong(nameBytes);
            head.put(HexFormat.of().parseHex(sourceHash)).put(HexFormat.of().parseHex(tokenizerHash));
            head.position(Math.toIntExact(HEADER_BYTES + 8 * (documents + 1)));
            var begin = 0L;
            for (var name : encoded) {
                head.putLong(begin);
                begin += name.length;
            }
            head.putLong(begin);
            encoded.forEach(head::put);
            this.channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            channel.position(bytes);
        }

        /// Adds the tokens of the next document.
        void add(int... document) throws IOException {
            head.putLong(HEADER_BYTES + 8 * written++, tokens);
            for (var token : document) {
                if (buffer.remaining() < 4) {
                    flush();
                }
                if (width == 2) {
                    buffer.putShort((short) token);
                } else {
                    buffer.putInt(token);
                }
            }
            tokens += document.length;
        }

        private void flush() throws IOException {
            buffer.flip();
            check.update(buffer.duplicate());
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
        }

        /// Completes the file and syncs it to the disk.
        void finish() throws IOException {
            if (written != documents) {
                throw new AssertionError(documents + " documents announced, " + written + " written");
            }
            flush();
            head.putLong(HEADER_BYTES + 8 * written, tokens);
            head.putLong(32, tokens);
            head.putInt(CHECKS_AT, (int) check.getValue());
            head.putInt(CHECKS_AT + 4, headCheck(MemorySegment.ofArray(head.array())));
            head.rewind();
            for (var at = 0L; head.hasRemaining(); ) {
                at += channel.write(head, at);
            }
            channel.force(true);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
