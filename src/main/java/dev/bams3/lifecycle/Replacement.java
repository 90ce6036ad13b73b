package dev.bams3.lifecycle;

import dev.bams3.storage.ETag;
import java.util.Optional;

/** The dataset that a conversion may replace. One published after this was determined is never replaced. */
public sealed interface Replacement {
    /** None: there must not be one. */
    record Nothing() implements Replacement {}

    /** Whichever is there when the conversion begins. */
    record WhatIsThere() implements Replacement {}

    /**
     * The one that was looked at, and no other; there need not be one any more.
     *
     * @param commit ETag of its metadata; absent: there was none
     */
    record Only(Optional<ETag> commit) implements Replacement {}
}
