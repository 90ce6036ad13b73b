package dev.bams3.convert;

/**
 * Who watches over a run of a conversion.
 *
 * @param listener told how far it is
 * @param control ends it
 * @param fence asked whether it may publish
 */
public record Supervision(Progress.Listener listener, ConversionControl control, Fence fence) {

    /**
     * Asked right before a conversion publishes, and before it removes what it made, in the thread that converts: a run
     * that lost its lease meanwhile must do neither. What it throws ends the run, with everything left as it is.
     */
    @FunctionalInterface
    public interface Fence {
        Fence OPEN = () -> {};

        void check();
    }

    /** Nobody but a listener. */
    public static Supervision of(Progress.Listener listener) {
        return new Supervision(listener, new ConversionControl(), Fence.OPEN);
    }
}
