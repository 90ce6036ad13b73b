package dev.bams3.web.admin;

import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;

/** Answers of the admin surface: JSON that nothing may keep. */
final class AdminAnswers {
    private AdminAnswers() {}

    static ResponseEntity.BodyBuilder json(int status) {
        return ResponseEntity.status(status)
                .header(HttpHeaders.CONTENT_TYPE, "application/json; charset=utf-8")
                .cacheControl(CacheControl.noStore());
    }
}
