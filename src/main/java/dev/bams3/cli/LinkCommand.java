package dev.bams3.cli;

import dev.bams3.access.CapabilityLink;
import dev.bams3.access.Grant;
import dev.bams3.access.LinkTokens;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.dataset.ReservedNames;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "link",
        mixinStandardHelpOptions = true,
        description =
                "Makes an address of a dataset for viewers, which needs no token and expires. Signed with the key in"
                        + " BAMS3_LINK_KEY, which the service must have too.")
@SuppressWarnings("NullAway.Init")
final class LinkCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "<dataset>", description = "Id of the dataset in the store of the service.")
    private String dataset;

    @Parameters(
            index = "1..*",
            paramLabel = "<region>",
            arity = "0..*",
            description =
                    "chr1, chr1:1,000-2,000 (1-based, inclusive), or '*' for unplaced reads; default: everything.")
    private List<String> regions = List.of();

    @Option(
            names = "--hours",
            paramLabel = "<hours>",
            defaultValue = "24",
            description = "How long it lasts; default: ${DEFAULT-VALUE}.")
    private int hours;

    LinkCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        LinkTokens tokens = context.environment().links();
        if (!tokens.canSign()) {
            throw ReadsException.invalidInput("BAMS3_LINK_KEY", "is needed, as the service has it");
        }
        Duration ttl = Duration.ofHours(hours);
        if (hours < 1 || ttl.compareTo(context.environment().longestLink()) > 0) {
            throw ReadsException.invalidInput(
                    "--hours",
                    "must be 1 to " + context.environment().longestLink().toHours());
        }
        DatasetId id = new DatasetId(dataset);
        ReservedNames.checkReads("dataset", id);
        OpenDataset opened = context.open(id.value());
        Instant expiry = tokens.now().plus(ttl).truncatedTo(ChronoUnit.SECONDS);
        String token = tokens.sign(new CapabilityLink(id.value(), grant(opened.references()), expiry));
        String base = context.environment().publicAddress() + "/t/" + token;
        context.out().println(base + "/reads/" + id);
        if (regions.isEmpty()) {
            context.err().println("as a BAM file: " + base + "/files/" + id + ".bam");
        }
        context.err().println("link " + LinkTokens.id(token) + " lasts until " + expiry);
        return 0;
    }

    private Grant grant(ReferenceDictionary references) {
        if (regions.isEmpty()) {
            return Grant.everything();
        }
        List<Region> wanted = regions.stream()
                .filter(text -> !text.equals("*"))
                .map(text -> Region.parse(text, references))
                .toList();
        for (Region region : wanted) {
            if (references.indexOf(region.referenceName()).isEmpty()) {
                throw ReadsException.notFound(
                        "region", "the dataset has no reference '" + region.referenceName() + "'");
            }
        }
        return new Grant.Regions(wanted, regions.contains("*"));
    }
}
