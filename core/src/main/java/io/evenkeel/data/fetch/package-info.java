/// Data sets by name: fetched by the ordinary package clients into the cache, verified, and kept in four plain formats.
///
/// Read [DataSets] first.
@NullMarked
package io.evenkeel.data.fetch;

import org.jspecify.annotations.NullMarked;
