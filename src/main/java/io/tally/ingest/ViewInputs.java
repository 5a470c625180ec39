package io.tally.ingest;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The views that are read for. They become known after the start, and nothing is read before. */
@Singleton
public class ViewInputs {

    private final CompletableFuture<List<ViewInput>> known = new CompletableFuture<>();

    /** Says which they are, at least one; reading begins. */
    public void are(List<ViewInput> views) {
        known.complete(List.copyOf(views));
    }

    /** The topics that are read for them; none while they are not known. */
    List<String> topics() {
        return known.getNow(List.of()).stream().map(ViewInput::topic).distinct().toList();
    }

    void whenKnown(Consumer<List<ViewInput>> action) {
        known.thenAccept(action);
    }
}
