/// R's own data files, read without R. Read [RData] first.
@NullMarked
package io.evenkeel.data.rdata;

import org.jspecify.annotations.NullMarked;
