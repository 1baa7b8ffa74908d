package io.evenkeel.log;

/// A sign of life of a worker.
///
/// @param worker  host and process
/// @param seconds since 1970-01-01T00:00Z
/// @param step    optimizer steps done
/// @param state   what the worker says of itself
public record Heartbeat(String worker, double seconds, long step, String state) {}
