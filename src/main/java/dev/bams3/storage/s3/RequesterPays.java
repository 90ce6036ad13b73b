package dev.bams3.storage.s3;

import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;

/** Says with every request to a bucket whose requesters pay that this one does (S3 User Guide, requester pays). */
final class RequesterPays implements ExecutionInterceptor {
    private final S3Settings.Access access;

    RequesterPays(S3Settings.Access access) {
        this.access = access;
    }

    /** Called before the request is signed. */
    @Override
    public SdkHttpRequest modifyHttpRequest(Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
        boolean pays = context.request()
                .getValueForField("Bucket", String.class)
                .filter(access::isRequesterPays)
                .isPresent();
        return pays
                ? context.httpRequest().copy(request -> request.putHeader("x-amz-request-payer", "requester"))
                : context.httpRequest();
    }
}
