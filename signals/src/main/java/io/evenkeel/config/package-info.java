/// Configuration: YAML onto records, with errors that name the line and the nearest key. Read [ConfigReader] first; it
/// states the rules by which a record is a configuration.
@NullMarked
package io.evenkeel.config;

import org.jspecify.annotations.NullMarked;
