/// Configuration files: YAML onto records, with errors that name the line and the nearest key.
@NullMarked
package io.evenkeel.config;

import org.jspecify.annotations.NullMarked;
