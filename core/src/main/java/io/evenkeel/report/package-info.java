/// Runs as one HTML file: read [RunReport] first, then [ReportCharts].
@NullMarked
package io.evenkeel.report;

import org.jspecify.annotations.NullMarked;
