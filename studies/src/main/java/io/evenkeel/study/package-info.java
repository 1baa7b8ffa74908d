/// Studies: one experiment a paper, from a grid of trials to a computed verdict. Read [io.evenkeel.study.Study] first,
/// then [io.evenkeel.study.Laboratory], which runs one.
///
///     Study     arms x grid x seeds -> Trials -> Measurements -> Claims (typed inequalities) -> Verdict
///
/// A paper's code is in the package of its number, such as `p34`; what it found is in `results/`, and as a page in
/// `docs/studies/`.
@NullMarked
package io.evenkeel.study;

import org.jspecify.annotations.NullMarked;
