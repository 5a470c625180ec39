package io.tally;

import org.eclipse.microprofile.config.spi.Converter;

/** Reads {@code true} and {@code false}, and takes nothing else for one of them. */
public final class YesOrNo implements Converter<Boolean> {

    @Override
    public Boolean convert(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("true or false");
        };
    }
}
