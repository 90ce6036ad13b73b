import java.util.Arrays;
import org.broadinstitute.hellbender.cmdline.CommandLineProgram;

/** Runs one tool of GATK, named by its class, and prints its result: GATK's own launcher needs Spark to list its tools. */
public final class Gatk {
    private Gatk() {}

    public static void main(String[] arguments) throws ReflectiveOperationException {
        CommandLineProgram tool = (CommandLineProgram)
                Class.forName(arguments[0]).getConstructor().newInstance();
        System.out.println(tool.instanceMain(Arrays.copyOfRange(arguments, 1, arguments.length)));
    }
}
