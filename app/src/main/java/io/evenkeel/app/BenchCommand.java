package io.evenkeel.app;

import picocli.CommandLine.Command;

/// `evenkeel bench ...`.
@Command(
        name = "bench",
        description = "Prints measured figures.",
        subcommands = {
            BenchTrain.class,
            BenchCheckpoint.class,
            BenchDetectors.class,
            BenchProbes.class,
            BenchOptimizers.class
        })
final class BenchCommand extends CommandGroup {}
