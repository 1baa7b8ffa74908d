/// File formats of data: UTF-8 text, JSON lines, CSV, IDX. Each reader says where a file is wrong.
///
/// Read [Document] first.
@NullMarked
package io.evenkeel.data.format;

import org.jspecify.annotations.NullMarked;
