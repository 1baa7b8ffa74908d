/// What fewer bits do to the stability of training.
@NullMarked
package io.evenkeel.studies.p08;

import org.jspecify.annotations.NullMarked;
