package dev.bams3.sam;

/** Text of a file as it stands in a message. */
public final class QuotedBytes {
    private static final int MOST = 60;

    private QuotedBytes() {}

    /** Text of one character a byte in quotes, shortened, with bytes that are no visible ASCII as {@code \xNN}. */
    public static String of(String latin1) {
        StringBuilder quoted = new StringBuilder("'");
        for (int i = 0; i < Math.min(MOST, latin1.length()); i++) {
            char c = latin1.charAt(i);
            if (c >= ' ' && c < 0x7F) {
                quoted.append(c);
            } else {
                quoted.append(c == '\t' ? "\\t" : "\\x%02x".formatted((int) c));
            }
        }
        return quoted.append(latin1.length() > MOST ? "'..." : "'").toString();
    }
}
