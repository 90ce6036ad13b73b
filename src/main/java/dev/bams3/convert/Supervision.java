package dev.bams3.convert;

/**
 * Who watches over a run of a conversion.
 *
 * @param listener receives its progress
 * @param control can stop it
 * @param fence asked whether it may publish, or remove
 */
public record Supervision(Progress.Listener listener, ConversionControl control, Fence fence) {

    /**
     * Asked in the thread that converts. What it throws ends the run, with everything left as it is.
     *
     * <p>Publishing and removing are asked for apart: a run that took over from one which has gone silent may publish, as
     * both would publish the same; it must not remove, as the other's commit may still be on its way to the store and would
     * then name chunks that are gone.
     */
    @FunctionalInterface
    public interface Fence {
        Fence OPEN = () -> {};

        /** Asked right before a conversion publishes: a run that lost its lease meanwhile must not. */
        void check();

        /** Asked before a run removes what all runs of its request have made. */
        default void checkRemoval() {
            check();
        }
    }

    /** The same, with another listener. */
    Supervision with(Progress.Listener other) {
        return new Supervision(other, control, fence);
    }

    /** Returns a supervision that only listens. */
    public static Supervision of(Progress.Listener listener) {
        return new Supervision(listener, new ConversionControl(), Fence.OPEN);
    }
}
