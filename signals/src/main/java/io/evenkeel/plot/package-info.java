/// Figures as SVG: self-contained, without fonts or script, the same bytes for the same input, readable in light and
/// dark, on paper and at the width of a phone, and by people who do not tell colours apart.
///
/// Read [Chart] first, then [Figure] (how a figure gets into a file or a page) and [Axis].
@NullMarked
package io.evenkeel.plot;

import org.jspecify.annotations.NullMarked;
