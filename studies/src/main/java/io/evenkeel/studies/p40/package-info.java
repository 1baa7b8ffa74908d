/// P40: instabilities of large language models in small ones, by a sweep of the learning rate.
@NullMarked
package io.evenkeel.studies.p40;

import org.jspecify.annotations.NullMarked;
