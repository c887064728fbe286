package io.weir.cli.doctor;

/**
 * What one check of {@code weir doctor} found.
 *
 * @param check its name
 * @param what what was found
 * @param next what to do about it; empty if it is fine
 */
record Finding(String check, boolean isFine, String what, String next) {
    static Finding fine(String check, String what) {
        return new Finding(check, true, what, "");
    }

    static Finding wrong(String check, String what, String next) {
        return new Finding(check, false, what, next);
    }
}
