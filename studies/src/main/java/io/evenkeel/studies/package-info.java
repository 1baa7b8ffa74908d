/// The catalogue of papers, and the studies on them: the study on paper 34 is in `io.evenkeel.studies.p34`, and so on;
/// what several of them train on is in `common`.
@NullMarked
package io.evenkeel.studies;

import org.jspecify.annotations.NullMarked;
