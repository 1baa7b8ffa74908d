/// Mamba's recurrence does not amplify perturbations: exponents, and what few bits and adapters change.
@NullMarked
package io.evenkeel.studies.p87;

import org.jspecify.annotations.NullMarked;
