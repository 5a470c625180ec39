package io.tally;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Passwords from files, as Docker and Kubernetes hand out secrets: the variable {@code X_PASSWORD_FILE} names the file that
 * holds the value of {@code X_PASSWORD}. Files are read once, at the start.
 */
public final class SecretFiles implements ConfigSource {

    private static final String SUFFIX = "_PASSWORD_FILE";
    private static final int ORDINAL = 301;

    private final Map<String, String> secrets = new HashMap<>();
    private String problem;

    /** Called when the configuration is put together. */
    public SecretFiles() {
        this(System.getenv());
    }

    SecretFiles(Map<String, String> environment) {
        environment.forEach((variable, file) -> {
            if (variable.endsWith(SUFFIX)) {
                read(variable, file, environment);
            }
        });
    }

    private void read(String variable, String file, Map<String, String> environment) {
        String secret = variable.substring(0, variable.length() - "_FILE".length());
        if (environment.containsKey(secret)) {
            problem = variable + "=" + file + " and " + secret + " are both set, expected one of them";
            return;
        }
        try {
            // The end of the last line is the editor's, not the password's.
            String value = Files.readString(Path.of(file)).replaceFirst("\\R\\z", "");
            if (value.isEmpty()) {
                problem = variable + "=" + file + " is empty, expected a password";
            }
            secrets.put(secret, value);
        } catch (IOException e) {
            problem = variable + "=" + file + " is not a file that can be read";
        }
    }

    /** Why a secret is not there though a file was named, or null. A configuration source cannot refuse by itself. */
    String problem() {
        return problem;
    }

    @Override
    public Set<String> getPropertyNames() {
        return secrets.keySet();
    }

    @Override
    public String getValue(String name) {
        return secrets.get(name);
    }

    @Override
    public String getName() {
        return "secret files";
    }

    @Override
    public int getOrdinal() {
        return ORDINAL;
    }
}
