package io.evenkeel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;

/// The end of a file that whole pieces are appended to: of a piece that cannot be written, because no space is left for
/// instance, nothing stays behind.
public final class AppendFile implements AutoCloseable {
    private final FileChannel channel;
    private final OnError onError;

    /// @param channel positioned at the end; closed with this
    public AppendFile(FileChannel channel, OnError onError) {
        this.channel = channel;
        this.onError = onError;
    }

    /// What is done about a piece that could not be written.
    @FunctionalInterface
    public interface OnError {
        /// Gives up at once.
        OnError THROW = error -> {
            throw error;
        };

        /// Returns to have the piece written again, from its beginning, or throws to give up.
        void failed(IOException error) throws IOException;
    }

    /// Writes a piece, whole.
    ///
    /// @return its bytes
    /// @throws IOException when [OnError] gave up; the file ends where it ended before
    public int append(ByteBuffer piece) throws IOException {
        var start = channel.position();
        var size = piece.remaining();
        piece.mark();
        while (true) {
            try {
                while (piece.hasRemaining()) {
                    channel.write(piece);
                }
                return size;
            } catch (ClosedChannelException e) {
                throw e;
            } catch (IOException e) {
                removeFrom(start, e);
                piece.reset();
                onError.failed(e);
            }
        }
    }

    private void removeFrom(long start, IOException cause) throws IOException {
        try {
            channel.truncate(start);
        } catch (IOException e) {
            cause.addSuppressed(e);
            throw cause;
        }
    }

    /// Waits until everything is on the disk. May be called by any thread.
    public void force() throws IOException {
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
