package io.evenkeel.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.random.RandomStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {
    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);

    @TempDir
    Path dir;

    @Test
    void keepsTokensDocumentsAndNamesOfBothWidths() throws IOException {
        for (var vocabulary : new int[] {1 << 16, (1 << 16) + 1}) {
            var random = RandomStream.of(vocabulary, "tokens");
            var names = new ArrayList<String>();
            var documents = new ArrayList<int[]>();
            for (var i = 0; i < 30; i++) {
                names.add("name é\n" + i);
                documents.add(random.ints(i == 7 ? 0 : random.nextInt(5000), 0, vocabulary)
                        .toArray());
            }
            var path = dir.resolve("t" + vocabulary);
            try (var writer = new TokenFile.Writer(path, names, 20, vocabulary, A, B)) {
                for (var document : documents) {
                    writer.add(document);
                }
                writer.finish();
            }
            try (var file = TokenFile.open(path, A, B)) {
                assertThat(file.documents()).isEqualTo(30);
                assertThat(file.trainDocuments()).isEqualTo(20);
                assertThat(file.trainTokens()).isEqualTo(file.firstToken(20));
                var token = 0L;
                for (var i = 0; i < 30; i++) {
                    assertThat(file.name(i)).isEqualTo(names.get(i));
                    assertThat(file.firstToken(i)).isEqualTo(token);
                    for (var expected : documents.get(i)) {
                        assertThat(file.token(token)).isEqualTo(expected);
                        if (token % 97 == 0) {
                            assertThat(file.documentOf(token)).isEqualTo(i);
                        }
                        token++;
                    }
                }
                assertThat(file.tokens()).isEqualTo(token);
            }
            assertThatThrownBy(() -> TokenFile.open(path, B, B)).hasMessage("is of another source or tokenizer");
            assertThatThrownBy(() -> TokenFile.open(path, A, A)).hasMessage("is of another source or tokenizer");
        }
    }
}
