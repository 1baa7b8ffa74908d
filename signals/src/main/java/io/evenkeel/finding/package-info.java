/// What `diagnose` says: from a log of any tool to findings with their evidence, likely causes and remedies, and a
/// verdict.
///
/// Read [Diagnoser] first, then [RunDiagnosis] (what is said of a run) and [Knowledge] (what each kind of finding
/// means).
@NullMarked
package io.evenkeel.finding;

import org.jspecify.annotations.NullMarked;
