/// The command line. Read [Main] first: the commands by name and what an exit code means.
@NullMarked
package io.evenkeel.app;

import org.jspecify.annotations.NullMarked;
