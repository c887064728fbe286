/** What all verbs share towards the terminal: streams, exit codes, failures, tables and JSON. */
@NullMarked
package io.weir.cli.shell;

import org.jspecify.annotations.NullMarked;
