/// Training: the loop, what it drives and what it saves.
///
/// Read [Trainer] first: one step on one page. Then [TrainingRun] (how a run is started and resumed), [TrainingState]
/// (what a checkpoint holds) and [Recovery] (how a guard's decisions are carried out).
@NullMarked
package io.evenkeel.train;

import org.jspecify.annotations.NullMarked;
