package io.tally.status;

/** The one rule for which requests belong to a path. */
final class Paths {

    private Paths() {}

    /**
     * Whether a path is the given one or lies below it.
     *
     * @param path normalized
     * @param root without a slash at its end
     */
    static boolean isWithin(String path, String root) {
        return path.equals(root) || path.startsWith(root + "/");
    }
}
