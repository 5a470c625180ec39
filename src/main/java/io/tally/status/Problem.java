package io.tally.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/**
 * Why a question is not answered, in the form of RFC 9457.
 *
 * @param parameter the parameter at fault, if it is one
 * @param value what was given for it
 * @param remedy what to do
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(String title, int status, String detail, String parameter, String value, String remedy) {

    private static final String MEDIA_TYPE = "application/problem+json";
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;
    private static final int RETRY_AFTER_SECONDS = 1;

    /** A question with an impossible parameter. */
    static final class BadParameter extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final String parameter;
        private final String value;
        private final String remedy;

        BadParameter(String parameter, String value, String remedy) {
            super(
                    value == null
                            ? parameter + " is missing: " + remedy
                            : parameter + "=" + value + " is not possible: " + remedy,
                    null,
                    false,
                    false);
            this.parameter = parameter;
            this.value = value;
            this.remedy = remedy;
        }
    }

    /** A question about something that is not there. */
    static final class NotThere extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final String parameter;
        private final String value;
        private final String remedy;

        NotThere(String parameter, String value, String remedy) {
            super("there is no " + parameter + " " + value + ": " + remedy, null, false, false);
            this.parameter = parameter;
            this.value = value;
            this.remedy = remedy;
        }
    }

    /** A question that cannot be answered at the moment. */
    static final class Unavailable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Unavailable(String message) {
            super(message, null, false, false);
        }
    }

    @Provider
    static final class BadParameters implements ExceptionMapper<BadParameter> {
        @Override
        public Response toResponse(BadParameter bad) {
            Problem problem = new Problem(
                    "impossible parameter", BAD_REQUEST, bad.getMessage(), bad.parameter, bad.value, bad.remedy);
            return Response.status(BAD_REQUEST).type(MEDIA_TYPE).entity(problem).build();
        }
    }

    @Provider
    static final class NothingThere implements ExceptionMapper<NotThere> {
        @Override
        public Response toResponse(NotThere missing) {
            Problem problem = new Problem(
                    "not there", NOT_FOUND, missing.getMessage(), missing.parameter, missing.value, missing.remedy);
            return Response.status(NOT_FOUND).type(MEDIA_TYPE).entity(problem).build();
        }
    }

    @Provider
    static final class Unavailables implements ExceptionMapper<Unavailable> {
        @Override
        public Response toResponse(Unavailable unavailable) {
            Problem problem = new Problem(
                    "not possible now", UNAVAILABLE, unavailable.getMessage(), null, null, "ask again in a moment");
            return Response.status(UNAVAILABLE)
                    .type(MEDIA_TYPE)
                    .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                    .entity(problem)
                    .build();
        }
    }
}
