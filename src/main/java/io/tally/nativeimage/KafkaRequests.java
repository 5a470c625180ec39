package io.tally.nativeimage;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestAndSize;

/** Requests are read by brokers. A client could too, because one class of Kafka makes the SASL channels of both sides. */
@TargetClass(AbstractRequest.class)
final class KafkaRequests {

    private KafkaRequests() {}

    @Substitute
    public static RequestAndSize parseRequest(ApiKeys key, short version, Readable bytes) {
        throw new UnsupportedOperationException("a native executable reads no requests, this one is " + key);
    }
}
