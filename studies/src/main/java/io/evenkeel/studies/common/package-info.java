/// What several studies train on.
@NullMarked
package io.evenkeel.studies.common;

import org.jspecify.annotations.NullMarked;
