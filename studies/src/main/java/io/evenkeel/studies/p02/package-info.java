/// P02: faster blocks that converge as well, and jobs that survive their machines.
@NullMarked
package io.evenkeel.studies.p02;

import org.jspecify.annotations.NullMarked;
