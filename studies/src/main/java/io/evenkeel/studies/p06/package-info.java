/// P06: what a run loses that resumes without all of its state.
@NullMarked
package io.evenkeel.studies.p06;

import org.jspecify.annotations.NullMarked;
