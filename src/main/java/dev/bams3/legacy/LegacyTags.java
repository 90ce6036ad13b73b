package dev.bams3.legacy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Optional fields. The prototypes kept their text and not their type, which is inferred for standard tags and else Z. */
final class LegacyTags {
    private static final Set<String> NUMBERS = Set.of(
            "NM", "AS", "XS", "NH", "HI", "IH", "CM", "MQ", "SM", "UQ", "H0", "H1", "H2", "TC", "FI", "CP", "OP");
    private static final Pattern ARRAY = Pattern.compile("([cCsSiIf])(?::\\[([^\\]]*)\\]|,(.*))");

    private LegacyTags() {}

    /** Returns the field as BAM has it; empty for a name that BAM cannot have. */
    static Optional<byte[]> field(String name, String text) {
        if (name.length() != 2 || name.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            return Optional.empty();
        }
        byte[] head = name.getBytes(StandardCharsets.ISO_8859_1);
        if (NUMBERS.contains(name)) {
            Optional<byte[]> number = number(head, text);
            if (number.isPresent()) {
                return number;
            }
            if (text.length() == 1 && text.charAt(0) > ' ' && text.charAt(0) <= '~') {
                return Optional.of(new byte[] {head[0], head[1], 'A', (byte) text.charAt(0)});
            }
        }
        Matcher array = ARRAY.matcher(text);
        if (array.matches()) {
            String elements = array.group(2) != null ? array.group(2) : array.group(3);
            Optional<byte[]> values = array(head, array.group(1).charAt(0), elements.strip());
            if (values.isPresent()) {
                return values;
            }
        }
        byte[] value = text.getBytes(StandardCharsets.UTF_8);
        byte[] field = new byte[value.length + 4];
        field[0] = head[0];
        field[1] = head[1];
        field[2] = 'Z';
        for (int i = 0; i < value.length; i++) {
            // A NUL would end the text, a tab or newline the field of a SAM line.
            field[i + 3] = value[i] >= 0 && value[i] < ' ' ? (byte) ' ' : value[i];
        }
        return Optional.of(field);
    }

    private static Optional<byte[]> number(byte[] name, String text) {
        long value;
        try {
            value = Long.parseLong(text);
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
        if (value < Integer.MIN_VALUE || value > 0xFFFF_FFFFL) {
            return Optional.empty();
        }
        ByteBuffer out = ByteBuffer.allocate(7).order(ByteOrder.LITTLE_ENDIAN).put(name);
        if (value >= 0 ? value <= 0xFF : value >= Byte.MIN_VALUE) {
            out.put((byte) (value < 0 ? 'c' : 'C')).put((byte) value);
        } else if (value >= 0 ? value <= 0xFFFF : value >= Short.MIN_VALUE) {
            out.put((byte) (value < 0 ? 's' : 'S')).putShort((short) value);
        } else {
            out.put((byte) (value < 0 ? 'i' : 'I')).putInt((int) value);
        }
        byte[] field = new byte[out.position()];
        out.flip().get(field);
        return Optional.of(field);
    }

    private static Optional<byte[]> array(byte[] name, char type, String elements) {
        String[] texts = elements.isEmpty() ? new String[0] : elements.split("[ ,]+");
        int width = "cC".indexOf(type) >= 0 ? 1 : "sS".indexOf(type) >= 0 ? 2 : 4;
        ByteBuffer out = ByteBuffer.allocate(8 + width * texts.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put(name).put((byte) 'B').put((byte) type).putInt(texts.length);
        for (String text : texts) {
            try {
                if (type == 'f') {
                    out.putFloat(Float.parseFloat(text));
                    continue;
                }
                long value = Long.parseLong(text);
                boolean signed = Character.isLowerCase(type);
                long least = signed ? -(1L << 8 * width - 1) : 0;
                long most = signed ? -least - 1 : (1L << 8 * width) - 1;
                if (value < least || value > most) {
                    return Optional.empty();
                }
                for (int i = 0; i < width; i++) {
                    out.put((byte) (value >> 8 * i));
                }
            } catch (NumberFormatException _) {
                return Optional.empty();
            }
        }
        return Optional.of(out.array());
    }
}
