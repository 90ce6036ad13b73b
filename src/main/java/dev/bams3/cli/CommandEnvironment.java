package dev.bams3.cli;

import dev.bams3.access.LinkTokens;
import dev.bams3.cohort.Cohorts;
import dev.bams3.jobs.ShardWorker;
import dev.bams3.query.ReadsQuery;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import java.time.Duration;
import java.util.concurrent.ExecutorService;

/**
 * What commands need of the program around them; the composition root has it. Everything is made when it is first asked
 * for, so that a command pays only for what it uses, and is closed with this.
 */
public interface CommandEnvironment extends AutoCloseable {
    /** This program with its version: {@code bams3-server/1.0.0}. */
    String program();

    /** Root of the datasets that are named by id. */
    StoreUri datasets();

    /** The store at an address; the same one for the same address. */
    ObjectStore store(StoreUri root);

    /** Finds and opens cohorts of the datasets that are named by id. */
    Cohorts cohorts();

    /** Reads datasets of any store. */
    ReadsQuery query();

    /** Converts shards of the conversions of the service of the same settings. */
    ShardWorker shardWorker();

    /** Signs links that the service of the same settings accepts. */
    LinkTokens links();

    /** Returns the longest lifetime of a link. */
    Duration longestLink();

    /** `http(s)://host[:port][/prefix]` of the service; empty where it is not configured. */
    String publicAddress();

    /**
     * Has the work done by so many threads; to be called before the first of them is asked for.
     *
     * @param threads 1 or more
     */
    void useThreads(int threads);

    /** A thread for each core, or as many as {@link #useThreads} said. */
    ExecutorService cpu();

    /** Starts a thread for each task, for tasks that wait. */
    ExecutorService waiting();

    @Override
    void close();
}
