package dev.bams3.app;

import static dev.bams3.app.SettingChecks.present;
import static dev.bams3.app.SettingChecks.wrong;

import dev.bams3.access.AccessPolicy;
import dev.bams3.access.AccessRule;
import dev.bams3.access.AccessRule.Who;
import dev.bams3.access.DatasetPattern;
import dev.bams3.access.Grant;
import dev.bams3.access.RulesFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may read which datasets. What neither of these grants is not granted.
 *
 * @param publicDatasets patterns of ids that everybody may read, without a token; absent: all of the default store
 *     without rules, else none
 * @param rules file with rules, YAML or JSON, read at start
 * @param countHidden whether lists say how many datasets their caller may not see
 */
public record AccessSettings(
        @Nullable List<String> publicDatasets,
        @Nullable String rules,
        @DefaultValue("false") boolean countHidden) {
    /** @param open whether all datasets are public where nothing at all is said */
    AccessPolicy policy(boolean open) {
        String file = rules == null ? "" : rules.strip();
        // Any explicit setting replaces the default; they are not merged.
        List<String> patterns =
                publicDatasets == null ? (open && file.isEmpty() ? List.of("**") : List.of()) : present(publicDatasets);
        List<AccessRule> all = new ArrayList<>();
        if (!patterns.isEmpty()) {
            List<DatasetPattern> ids =
                    patterns.stream().map(DatasetPattern::new).toList();
            all.add(new AccessRule("public", new Who.Anyone(), ids, Grant.everything()));
        }
        if (!file.isEmpty()) {
            try {
                all.addAll(RulesFile.parse(file, Files.readString(Path.of(file))));
            } catch (IOException e) {
                throw wrong("bams3.access.rules", "cannot read '" + file + "'");
            }
        }
        return new AccessPolicy(all);
    }
}
