/// Training logs of this and other tools, read without being told which: readings by run, and the records of
/// distributed jobs. Read [Logs] first (opening), then [RunVisitor] (what is given), [Detection] (how a format is
/// recognised) and [LineFormat] (a line of a text log).
@NullMarked
package io.evenkeel.log;

import org.jspecify.annotations.NullMarked;
