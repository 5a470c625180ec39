package io.tally.ingest;

import io.quarkus.runtime.util.ExceptionUtil;
import java.security.GeneralSecurityException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.SaslAuthenticationException;

/** Failures of Kafka clients in one line, for logs and the status page. */
final class KafkaFailures {

    private KafkaFailures() {}

    /** The broker's or client's own word for it, without the layers around it. */
    static Throwable apiError(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApiException) {
                return cause;
            }
        }
        return failure;
    }

    /** Describes a failure without the layers around it, with the remedy if there is a known one. */
    static String describe(Throwable failure) {
        Throwable innermost = ExceptionUtil.getRootCause(failure);
        if (innermost instanceof SaslAuthenticationException) {
            return "the broker refuses KAFKA_USER or KAFKA_PASSWORD: " + innermost.getMessage();
        }
        if (innermost instanceof GeneralSecurityException) {
            return "the broker's certificate is refused: " + innermost.getMessage()
                    + "; KAFKA_SSL_TRUSTSTORE_LOCATION has to hold the certificate of its authority, and the broker's"
                    + " addresses have to be names in it";
        }
        return innermost == failure ? failure.toString() : failure.getMessage() + ": " + innermost;
    }
}
