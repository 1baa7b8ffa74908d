/// Statistics of streams and small samples that outliers do not move: windows with median and quantiles, exponentially
/// weighted moments, slopes, ranks, shares with their intervals. Doubles only. Every running statistic has a `State`
/// record from which it continues bit for bit. Read [SlidingWindow] first.
@NullMarked
package io.evenkeel.statistic;

import org.jspecify.annotations.NullMarked;
