/// ReSTE: estimators of the sign's gradient in binary networks.
@NullMarked
package io.evenkeel.studies.p68;

import org.jspecify.annotations.NullMarked;
